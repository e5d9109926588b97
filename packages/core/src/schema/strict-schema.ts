import {
  followReference,
  isSchemaObject,
  listOf,
  namedSchemas,
  type JsonSchema,
} from './json-schema.js'

/** What OpenAI documents as the most of a strict schema. */
const MAX_DEPTH = 10
const MAX_PROPERTIES = 5000
const MAX_VALUES = 1000
const MAX_CHARACTERS = 120_000

/** Keywords that say something which a strict schema cannot say, and that cannot be left out either. */
const UNSAYABLE = [
  'not',
  'if',
  'then',
  'else',
  'dependencies',
  'dependentRequired',
  'dependentSchemas',
  'patternProperties',
  'unevaluatedProperties',
  'unevaluatedItems',
  'prefixItems',
  'contains',
  'additionalItems',
  '$dynamicRef',
  '$anchor',
  '$id',
  'nullable',
] as const

/** Bounds that not every provider takes in a strict schema. The model is told them in words, and they are checked. */
const TOLD = [
  'format',
  'pattern',
  'minLength',
  'maxLength',
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'minItems',
  'maxItems',
  'uniqueItems',
  'minProperties',
  'maxProperties',
  'default',
] as const

const SCALARS: ReadonlySet<unknown> = new Set(['string', 'number', 'integer', 'boolean', 'null'])
const NULL = { type: 'null' }

/** The schema cannot be told by the strict rules. */
class NotStrict extends Error {
  override readonly name = 'NotStrict'
}

function give(): never {
  throw new NotStrict('The schema cannot be strict.')
}

/** What the whole schema holds, against the limits. */
class Size {
  #properties = 0
  #values = 0
  #characters = 0

  addProperty(name: string): void {
    this.#characters += name.length
    if (++this.#properties > MAX_PROPERTIES || this.#characters > MAX_CHARACTERS) give()
  }

  addValue(value: unknown): void {
    this.#characters += String(value).length
    if (++this.#values > MAX_VALUES || this.#characters > MAX_CHARACTERS) give()
  }
}

interface Context {
  readonly document: JsonSchema
  readonly size: Size
  /** Whether null fits a schema that was looked at. */
  readonly nulls: Map<JsonSchema, boolean>
  /** How many objects and lists stand around. */
  readonly depth: number
}

function describe(schema: JsonSchema): Readonly<Record<string, unknown>> {
  const { title, description } = schema
  const bounds = TOLD.filter((keyword) => schema[keyword] !== undefined)
    .filter((keyword) => !isBoundOfEvery(schema, keyword))
    .map((keyword) => `${keyword}: ${JSON.stringify(schema[keyword])}`)
  const text = [typeof description === 'string' ? description : '', bounds.join(', ')]
  const words = text.filter((each) => each !== '').join(' – ')
  return {
    ...(typeof title === 'string' && { title }),
    ...(words !== '' && { description: words }),
  }
}

/** The bounds of every whole number in JavaScript tell a model nothing. */
function isBoundOfEvery(schema: JsonSchema, keyword: string): boolean {
  return (
    typeof schema[keyword] === 'number' && Math.abs(schema[keyword]) === Number.MAX_SAFE_INTEGER
  )
}

function typeOfValue(value: unknown): string {
  if (value === null) return 'null'
  return ['string', 'number', 'boolean'].includes(typeof value) ? typeof value : give()
}

function toValues(schema: JsonSchema, values: readonly unknown[], { size }: Context): JsonSchema {
  if (values.length === 0) give()
  const types = new Set(values.map(typeOfValue))
  for (const value of values) size.addValue(value)
  const type = types.size === 1 ? [...types][0] : [...types]
  const told = values.length === 1 && 'const' in schema ? { const: values[0] } : { enum: values }
  return { ...describe(schema), type, ...told }
}

/** Whether null fits already, as far as the keywords of a strict schema can say so. Each schema is looked at once. */
function takesNull(schema: unknown, context: Context): boolean {
  const { document, nulls } = context
  if (!isSchemaObject(schema)) return false
  const known = nulls.get(schema)
  if (known !== undefined) return known
  // One that comes to itself again allows nothing by that.
  nulls.set(schema, false)
  const { type, anyOf, enum: values, $ref: reference } = schema
  const isTaken =
    typeof reference === 'string'
      ? takesNull(followReference(reference, document), context)
      : Array.isArray(anyOf)
        ? anyOf.some((each) => takesNull(each, context))
        : Array.isArray(values)
          ? values.includes(null)
          : type === 'null' || listOf(type).includes('null')
  nulls.set(schema, isTaken)
  return isTaken
}

function toProperty(
  name: string,
  schema: unknown,
  isRequired: boolean,
  context: Context,
): JsonSchema {
  context.size.addProperty(name)
  const strict = toStrict(schema, context)
  if (isRequired || takesNull(schema, context)) return strict
  return takesNull(strict, context) ? strict : { anyOf: [strict, NULL] }
}

function toObject(schema: JsonSchema, context: Context): JsonSchema {
  const { properties, additionalProperties, required } = schema
  if (!isSchemaObject(properties)) return additionalProperties === false ? toEmpty(schema) : give()
  // `true`, or a schema of its own, allows members that nobody can name.
  if (additionalProperties !== undefined && additionalProperties !== false) give()
  const needed = new Set(listOf(required))
  const names = Object.keys(properties)
  if ([...needed].some((name) => typeof name !== 'string' || !Object.hasOwn(properties, name)))
    give()
  const inside = { ...context, depth: context.depth + 1 }
  const members = names.map((name) => [
    name,
    toProperty(name, properties[name], needed.has(name), inside),
  ])
  return {
    ...describe(schema),
    type: 'object',
    properties: Object.fromEntries(members),
    required: names,
    additionalProperties: false,
  }
}

function toEmpty(schema: JsonSchema): JsonSchema {
  return {
    ...describe(schema),
    type: 'object',
    properties: {},
    required: [],
    additionalProperties: false,
  }
}

function toArray(schema: JsonSchema, context: Context): JsonSchema {
  const { items } = schema
  if (!isSchemaObject(items)) give()
  const inside = { ...context, depth: context.depth + 1 }
  return { ...describe(schema), type: 'array', items: toStrict(items, inside) }
}

function toForms(schema: JsonSchema, forms: readonly unknown[], context: Context): JsonSchema {
  // What stands beside the forms counts too, and a strict schema has no word for that.
  const beside = Object.keys(schema).filter((keyword) => !BESIDE_FORMS.has(keyword))
  if (forms.length === 0 || beside.length > 0) give()
  return { ...describe(schema), anyOf: forms.map((form) => toStrict(form, context)) }
}

const BESIDE_FORMS: ReadonlySet<string> = new Set([
  'anyOf',
  'oneOf',
  'allOf',
  'title',
  'description',
  'default',
  'examples',
  '$schema',
  '$defs',
  'definitions',
  'deprecated',
  'readOnly',
  'writeOnly',
  '$comment',
  'discriminator',
])

function toReference(reference: string, { document }: Context): JsonSchema {
  const name = /^#\/(?:\$defs|definitions)\/([^/]+)$/u.exec(reference)?.[1]
  if (followReference(reference, document) === undefined) give()
  if (reference === '#') return { $ref: '#' }
  return name === undefined ? give() : { $ref: `#/$defs/${name}` }
}

function ofType(type: unknown, schema: JsonSchema, context: Context): JsonSchema {
  if (type === 'object') return toObject(schema, context)
  if (type === 'array') return toArray(schema, context)
  return SCALARS.has(type) ? { ...describe(schema), type } : give()
}

function toStrict(schema: unknown, context: Context): JsonSchema {
  if (!isSchemaObject(schema) || context.depth > MAX_DEPTH) return give()
  if (UNSAYABLE.some((keyword) => schema[keyword] !== undefined)) give()
  const { $ref: reference, anyOf, oneOf, allOf, enum: values, type } = schema
  if (typeof reference === 'string') return toReference(reference, context)
  const forms = [anyOf, oneOf, allOf].filter((each) => each !== undefined)
  if (forms.length > 1) give()
  if (Array.isArray(allOf)) return allOf.length === 1 ? toPart(schema, allOf[0], context) : give()
  if (forms[0] !== undefined) return toForms(schema, listOf(forms[0]), context)
  if (Object.hasOwn(schema, 'const')) return toValues(schema, [schema['const']], context)
  if (Array.isArray(values)) return toValues(schema, values, context)
  if (!Array.isArray(type)) return ofType(type ?? impliedType(schema), schema, context)
  // A type that stands there again and again would have the whole schema told as often.
  if (new Set(type).size < type.length) give()
  if (type.every((each) => SCALARS.has(each))) return { ...describe(schema), type }
  return { anyOf: type.map((each) => ofType(each, schema, context)) }
}

/** One part, with what describes it from outside. */
function toPart(schema: JsonSchema, part: unknown, context: Context): JsonSchema {
  return toForms(schema, [part], context)
}

function impliedType({ properties }: JsonSchema): unknown {
  return isSchemaObject(properties) ? 'object' : undefined
}

/**
 * A JSON Schema by the rules that OpenAI has for `strict`: each object names all its members, needs each of them and
 * takes no other; what may be left out may be null in place of that; there is a type for each value, and no keyword that
 * is not supported. It allows no less than the schema, but for the bounds that are told in words and for members that
 * nobody named; what a model says is still to be checked by the schema itself.
 *
 * @returns undefined for what cannot be said so, such as records and tuples
 */
export function toStrictSchema(document: JsonSchema): JsonSchema | undefined {
  const context: Context = { document, size: new Size(), nulls: new Map(), depth: 0 }
  try {
    const { $defs, definitions, anyOf, oneOf, $ref: reference } = document
    if (anyOf !== undefined || oneOf !== undefined || reference !== undefined) return undefined
    const named = [...namedSchemas(definitions), ...namedSchemas($defs)]
    if (new Set(named.map(([name]) => name)).size < named.length) return undefined
    const root = toStrict(document, context)
    if (root['type'] !== 'object') return undefined
    const defs = named.map(([name, schema]) => [name, toStrict(schema, context)])
    return { ...root, ...(defs.length > 0 && { $defs: Object.fromEntries(defs) }) }
  } catch (error) {
    if (error instanceof NotStrict) return undefined
    throw error
  }
}
