import { followReference, isSchemaObject, listOf, type JsonSchema } from './json-schema.js'

/** A form with members, behind its reference; undefined for what is none. */
function withMembers(form: unknown, document: JsonSchema, depth = 0): JsonSchema | undefined {
  if (!isSchemaObject(form) || depth > 10) return undefined
  const { $ref: reference, anyOf, oneOf, allOf } = form
  if (typeof reference === 'string') {
    return withMembers(followReference(reference, document), document, depth + 1)
  }
  if (anyOf ?? oneOf ?? allOf) return mergeForms(form, document, depth + 1)
  return isSchemaObject(form['properties']) ? form : undefined
}

function mergeForms(
  schema: JsonSchema,
  document: JsonSchema,
  depth: number,
): JsonSchema | undefined {
  const { anyOf, oneOf, allOf, ...own } = schema
  const alternatives = [...listOf(anyOf), ...listOf(oneOf)]
  const given = [...listOf(allOf), ...alternatives]
  const forms = given.map((form) => withMembers(form, document, depth))
  const members = new Map<string, Set<unknown>>()
  for (const form of [own, ...forms]) {
    if (form === undefined) return undefined
    for (const [name, member] of Object.entries(Object(form['properties']) as object)) {
      members.set(name, (members.get(name) ?? new Set()).add(member))
    }
  }
  const isNeeded = (name: string) => {
    const needs = (form: JsonSchema | undefined) => listOf(form?.['required']).includes(name)
    const parts = [own, ...forms.slice(0, given.length - alternatives.length)]
    const choices = forms.slice(given.length - alternatives.length)
    return parts.some(needs) || (choices.length > 0 && choices.every(needs))
  }
  const properties = Array.from(members, ([name, all]): [string, unknown] => [
    name,
    all.size === 1 ? [...all][0] : { anyOf: [...all] },
  ])
  const { additionalProperties: _, ...rest } = own
  return {
    ...rest,
    type: 'object',
    properties: Object.fromEntries(properties),
    required: [...members.keys()].filter(isNeeded),
  }
}

/**
 * The input of a tool as providers take it: an object that names its members at the top. Several forms become one with
 * the members of all; which go together is checked when the tool is called.
 */
export function toParameters(schema: JsonSchema): JsonSchema {
  const { type, properties, anyOf, oneOf, allOf, $ref: reference } = schema
  if (anyOf ?? oneOf ?? allOf ?? reference) {
    const merged = withMembers(schema, schema)
    const { $defs, definitions } = schema
    if (merged === undefined) return schema
    return {
      ...merged,
      ...(isSchemaObject($defs) && { $defs }),
      ...(isSchemaObject(definitions) && { definitions }),
    }
  }
  return type === 'object' && properties === undefined ? { ...schema, properties: {} } : schema
}
