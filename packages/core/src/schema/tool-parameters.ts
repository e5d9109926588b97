import {
  followReference,
  isSchemaObject,
  listOf,
  namedSchemas,
  type JsonSchema,
} from './json-schema.js'
import { CheckLimitError, CheckWork } from './work.js'

/** How many forms and members are looked at; a schema that takes more stays as it is. */
const MAX_STEPS = 20_000

/** What several forms come to as one object. */
class Merged {
  readonly #members = new Map<string, Set<unknown>>()
  readonly #required = new Set<string>()
  readonly #work: CheckWork

  constructor(work: CheckWork) {
    this.#work = work
  }

  addMembers({ properties }: JsonSchema): void {
    const members = namedSchemas(properties)
    this.#work.spend(members.length)
    for (const [name, member] of members) {
      const known = this.#members.get(name)
      if (known === undefined) this.#members.set(name, new Set([member]))
      else known.add(member)
    }
  }

  require(names: Iterable<unknown>): void {
    for (const name of names) {
      this.#work.spend(1)
      if (typeof name === 'string') this.#required.add(name)
    }
  }

  toSchema(): JsonSchema {
    const properties = Array.from(this.#members, ([name, all]): [string, unknown] => [
      name,
      all.size === 1 ? [...all][0] : { anyOf: [...all] },
    ])
    return {
      type: 'object',
      properties: Object.fromEntries(properties),
      required: [...this.#required].filter((name) => this.#members.has(name)),
    }
  }
}

/** The names that each of several forms needs. */
function neededByAll(forms: readonly JsonSchema[], work: CheckWork): readonly unknown[] {
  const counts = new Map<unknown, number>()
  for (const form of forms) {
    const names = listOf(form['required'])
    work.spend(names.length)
    for (const name of new Set(names)) {
      counts.set(name, (counts.get(name) ?? 0) + 1)
    }
  }
  return [...counts].filter(([, count]) => count === forms.length).map(([name]) => name)
}

/** A form with members, behind its reference; undefined for what is none. */
function withMembers(form: unknown, document: JsonSchema, work: CheckWork): JsonSchema | undefined {
  work.enter()
  const found = isSchemaObject(form) ? findMembers(form, document, work) : undefined
  work.leave()
  return isSchemaObject(found?.['properties']) ? found : undefined
}

function findMembers(
  form: JsonSchema,
  document: JsonSchema,
  work: CheckWork,
): JsonSchema | undefined {
  const { $ref: reference, anyOf, oneOf, allOf } = form
  if (typeof reference === 'string') {
    return withMembers(followReference(reference, document), document, work)
  }
  return (anyOf ?? oneOf ?? allOf) ? mergeForms(form, document, work) : form
}

function mergeForms(
  schema: JsonSchema,
  document: JsonSchema,
  work: CheckWork,
): JsonSchema | undefined {
  const { anyOf, oneOf, allOf, additionalProperties: _, ...own } = schema
  work.spend(Object.keys(schema).length)
  const read = (forms: unknown) => listOf(forms).map((form) => withMembers(form, document, work))
  const parts = read(allOf)
  const choices = [...read(anyOf), ...read(oneOf)]
  const merged = new Merged(work)
  for (const form of [own, ...parts, ...choices]) {
    if (form === undefined) return undefined
    merged.addMembers(form)
  }
  for (const part of [own, ...parts]) merged.require(listOf(part?.['required']))
  merged.require(
    neededByAll(
      choices.filter((form) => form !== undefined),
      work,
    ),
  )
  return { ...own, ...merged.toSchema() }
}

function mergeRoot(schema: JsonSchema): JsonSchema {
  const { $defs, definitions } = schema
  const merged = withMembers(schema, schema, new CheckWork(MAX_STEPS))
  if (merged === undefined) return schema
  return {
    ...merged,
    ...(isSchemaObject($defs) && { $defs }),
    ...(isSchemaObject(definitions) && { definitions }),
  }
}

/**
 * The input of a tool as providers take it: an object that names its members at the top. Several forms become one with
 * the members of all; which go together is checked when the tool is called.
 */
export function toParameters(schema: JsonSchema): JsonSchema {
  const { type, properties, anyOf, oneOf, allOf, $ref: reference } = schema
  if (!(anyOf ?? oneOf ?? allOf ?? reference)) {
    return type === 'object' && properties === undefined ? { ...schema, properties: {} } : schema
  }
  try {
    return mergeRoot(schema)
  } catch (error) {
    if (error instanceof CheckLimitError) return schema
    throw error
  }
}
