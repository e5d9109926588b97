import { isObject } from '@signet/auth/internal'
import { DATE_TEXT, MARK, markOf } from './beyond-json.js'
import { isSchemaObject, type JsonSchema } from './json-schema.js'

/** A schema of zod 3. */
export interface Zod3Schema {
  safeParseAsync(
    value: unknown,
  ): Promise<
    | { readonly success: true; readonly data: unknown }
    | { readonly success: false; readonly error: { readonly issues: readonly Zod3Issue[] } }
  >
}

/** An issue of zod 3. */
interface Zod3Issue {
  readonly code: string
  readonly path: readonly PropertyKey[]
  readonly message: string
}

/** What a schema of zod 3 says of itself. */
type Definition = Readonly<Record<string, unknown>> & { readonly typeName: string }

function isDefinition(value: unknown): value is Definition {
  return isSchemaObject(value) && typeof value['typeName'] === 'string'
}

function definitionOf(schema: unknown): Definition | undefined {
  if (!isObject(schema)) return undefined
  const definition: unknown = Reflect.get(schema, '_def')
  return isDefinition(definition) ? definition : undefined
}

export function isZod3Schema(value: unknown): value is Zod3Schema {
  if (definitionOf(value) === undefined || !isObject(value)) return false
  return typeof Reflect.get(value, 'safeParseAsync') === 'function'
}

/** The schemas that are being read, by the names that they get where they hold themselves. */
interface Reading {
  readonly root: unknown
  readonly open: Map<unknown, string>
  readonly definitions: Record<string, JsonSchema>
  readonly used: Set<string>
  count: number
}

/** How deep schemas may stand inside one another; what is deeper stays open. */
const MAX_DEPTH = 60

type Reader = (def: Definition, reading: Reading) => JsonSchema

/** The bounds of texts, numbers and lists that JSON Schema has a word for. */
function bounds(def: Definition): JsonSchema {
  const isText = def.typeName === 'ZodString'
  const found: Record<string, unknown> = {}
  for (const check of Array.isArray(def['checks']) ? def['checks'] : []) {
    const { kind, value, inclusive = true, regex } = check as Readonly<Record<string, unknown>>
    if (isText && (kind === 'min' || kind === 'length')) found['minLength'] = value
    if (isText && (kind === 'max' || kind === 'length')) found['maxLength'] = value
    if (!isText && kind === 'min')
      found[inclusive === true ? 'minimum' : 'exclusiveMinimum'] = value
    if (!isText && kind === 'max')
      found[inclusive === true ? 'maximum' : 'exclusiveMaximum'] = value
    if (kind === 'int') found['type'] = 'integer'
    if (kind === 'multipleOf') found['multipleOf'] = value
    if (kind === 'email' || kind === 'uuid' || kind === 'date') found['format'] = kind
    if (kind === 'datetime') found['format'] = 'date-time'
    if (kind === 'url') found['format'] = 'uri'
    if (kind === 'regex' && regex instanceof RegExp && regex.flags === '')
      found['pattern'] = regex.source
  }
  return found
}

function read(schema: unknown, reading: Reading): JsonSchema {
  const definition = definitionOf(schema)
  if (definition === undefined || reading.open.size > MAX_DEPTH) return {}
  const known = reading.open.get(schema)
  if (known !== undefined) {
    if (schema === reading.root) return { $ref: '#' }
    reading.used.add(known)
    return { $ref: `#/definitions/${known}` }
  }
  const name = `schema${reading.count++}`
  reading.open.set(schema, name)
  const { description, typeName } = definition
  const body = READERS.get(typeName)?.(definition, reading) ?? beyondJson(definition)
  reading.open.delete(schema)
  const told = typeof description === 'string' ? { ...body, description } : body
  if (!reading.used.has(name)) return told
  reading.definitions[name] = told
  return { $ref: `#/definitions/${name}` }
}

/** What JSON cannot say: marked where no JSON value can be meant, else open. */
function beyondJson({ typeName, coerce }: Definition): JsonSchema {
  const type = typeName.replace(/^Zod/u, '').toLowerCase()
  if (type === 'bigint' && coerce === true) return { type: 'integer' }
  const mark = markOf(type)
  return mark === undefined ? {} : { [MARK]: mark }
}

const effects: Reader = ({ schema, effect }, reading) => {
  const json = read(schema, reading)
  const isFirst = isSchemaObject(effect) && effect['type'] === 'preprocess'
  return isFirst ? { ...json, [MARK]: 'preprocess' } : json
}

const inner: Reader = (def, reading) => read(def['innerType'], reading)

const orNull: Reader = (def, reading) => {
  const schema = read(def['innerType'], reading)
  return typeof schema['type'] === 'string' &&
    schema['enum'] === undefined &&
    schema['const'] === undefined
    ? { ...schema, type: [schema['type'], 'null'] }
    : { anyOf: [schema, { type: 'null' }] }
}

const OPTIONAL: ReadonlySet<string> = new Set([
  'ZodOptional',
  'ZodDefault',
  'ZodCatch',
  'ZodUndefined',
  'ZodAny',
  'ZodUnknown',
])

/** Whether a member need not be there. */
function isOptional(schema: unknown): boolean {
  const definition = definitionOf(schema)
  if (definition === undefined) return false
  const { typeName, innerType, schema: below, type } = definition
  if (OPTIONAL.has(typeName)) return true
  if (typeName === 'ZodEffects') return isOptional(below)
  if (typeName === 'ZodBranded') return isOptional(type)
  return ['ZodNullable', 'ZodReadonly'].includes(typeName) && isOptional(innerType)
}

const withDefault: Reader = (def, reading) => {
  const value: unknown = typeof def['defaultValue'] === 'function' ? def['defaultValue']() : null
  const isPlain = ['string', 'number', 'boolean'].includes(typeof value)
  return { ...inner(def, reading), ...(isPlain && { default: value }) }
}

const object: Reader = (def, reading) => {
  const shape: unknown = typeof def['shape'] === 'function' ? def['shape']() : {}
  const members = Object.entries(isSchemaObject(shape) ? shape : {})
  const required = members.filter(([, member]) => !isOptional(member)).map(([name]) => name)
  const { catchall, unknownKeys } = def
  const isClosed = unknownKeys === 'strict'
  const isOpen = unknownKeys === 'passthrough'
  const others = definitionOf(catchall)
  const rest = others && others.typeName !== 'ZodNever' ? read(catchall, reading) : undefined
  return {
    type: 'object',
    properties: Object.fromEntries(members.map(([name, member]) => [name, read(member, reading)])),
    ...(required.length > 0 && { required }),
    ...(isClosed && { additionalProperties: false }),
    ...((isOpen || rest !== undefined) && { additionalProperties: rest ?? {} }),
  }
}

function lengthOf(limit: unknown): unknown {
  return isSchemaObject(limit) ? limit['value'] : undefined
}

const array: Reader = (def, reading) => {
  const { type, minLength, maxLength, exactLength } = def
  const least = lengthOf(exactLength) ?? lengthOf(minLength)
  const most = lengthOf(exactLength) ?? lengthOf(maxLength)
  return {
    type: 'array',
    items: read(type, reading),
    ...(least !== undefined && { minItems: least }),
    ...(most !== undefined && { maxItems: most }),
  }
}

const tuple: Reader = ({ items, rest }, reading) => {
  const list = Array.isArray(items) ? items : []
  const more = definitionOf(rest) ? read(rest, reading) : false
  const first = list.map((each) => read(each, reading))
  return { type: 'array', items: first, additionalItems: more, minItems: list.length }
}

const union: Reader = ({ options }, reading) => {
  const forms: unknown[] =
    options instanceof Map ? [...options.values()] : Array.isArray(options) ? options : []
  return { anyOf: forms.map((each) => read(each, reading)) }
}

function valuesOf(values: unknown): readonly unknown[] {
  if (Array.isArray(values)) return values
  if (!isSchemaObject(values)) return []
  // An enum of numbers in TypeScript also has its names, by number.
  return Object.entries(values)
    .filter(([name]) => typeof values[String(values[name])] !== 'number')
    .map(([, value]) => value)
}

const choice: Reader = ({ values }) => {
  const listed = valuesOf(values)
  const types = [...new Set(listed.map((value) => typeof value))]
  return { type: types.length === 1 ? types[0] : types, enum: listed }
}

const literal: Reader = ({ value }) => {
  if (value === null) return { type: 'null' }
  return ['string', 'number', 'boolean'].includes(typeof value)
    ? { type: typeof value, const: value }
    : {}
}

const READERS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['ZodString', (def) => ({ type: 'string', ...bounds(def) })],
  ['ZodNumber', (def) => ({ type: 'number', ...bounds(def) })],
  ['ZodBoolean', () => ({ type: 'boolean' })],
  ['ZodNull', () => ({ type: 'null' })],
  ['ZodNever', () => ({ not: {} })],
  ['ZodLiteral', literal],
  ['ZodEnum', choice],
  ['ZodNativeEnum', choice],
  ['ZodObject', object],
  ['ZodArray', array],
  ['ZodTuple', tuple],
  [
    'ZodRecord',
    ({ valueType }, reading) => ({
      type: 'object',
      additionalProperties: read(valueType, reading),
    }),
  ],
  ['ZodUnion', union],
  ['ZodDiscriminatedUnion', union],
  [
    'ZodIntersection',
    ({ left, right }, reading) => ({ allOf: [read(left, reading), read(right, reading)] }),
  ],
  ['ZodOptional', inner],
  ['ZodReadonly', inner],
  ['ZodCatch', inner],
  ['ZodNullable', orNull],
  ['ZodDefault', withDefault],
  ['ZodBranded', ({ type }, reading) => read(type, reading)],
  ['ZodDate', () => DATE_TEXT],
  ['ZodEffects', effects],
  ['ZodPipeline', (def, reading) => read(def['in'], reading)],
  ['ZodLazy', ({ getter }, reading) => read(typeof getter === 'function' ? getter() : {}, reading)],
])

/**
 * What goes into a schema of zod 3, as JSON Schema (draft 7). What JSON cannot say stays open, and is
 * marked where no JSON value can be meant. Zod 4 has such a function of its own, and zod 3 has none.
 */
export function zod3JsonSchema(root: Zod3Schema): JsonSchema {
  const reading: Reading = { root, open: new Map(), definitions: {}, used: new Set(), count: 0 }
  const schema = read(root, reading)
  const { definitions } = reading
  const $schema = 'http://json-schema.org/draft-07/schema#'
  return { $schema, ...schema, ...(Object.keys(definitions).length > 0 && { definitions }) }
}
