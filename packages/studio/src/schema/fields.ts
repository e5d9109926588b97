/** A control for one member of a JSON object. */
export interface SchemaField {
  readonly name: string
  readonly kind: 'text' | 'number' | 'boolean' | 'choice'
  readonly isRequired: boolean
  readonly description: string | undefined
  /** The texts to choose from. */
  readonly choices: readonly string[]
}

/** More fields than this are no form that a person fills in. */
const MAX_FIELDS = 30

/** What the schema of a member has that decides on its control. */
interface MemberSchema {
  readonly type?: unknown
  readonly enum?: unknown
  readonly description?: unknown
}

const KINDS: Readonly<Record<string, SchemaField['kind']>> = {
  string: 'text',
  number: 'number',
  integer: 'number',
  boolean: 'boolean',
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string')
}

function fieldOf(name: string, given: unknown, isRequired: boolean): SchemaField | undefined {
  const { type, enum: listed, description }: MemberSchema = Object(given)
  const choices = isTexts(listed) ? listed : []
  const kind = choices.length > 0 ? 'choice' : typeof type === 'string' ? KINDS[type] : undefined
  if (kind === undefined || (listed !== undefined && kind !== 'choice')) return undefined
  const about = typeof description === 'string' ? description : undefined
  return { name, kind, isRequired, description: about, choices }
}

/**
 * The controls for a JSON Schema: one for each member of an object of texts, numbers, truth values and choices.
 * Undefined for any other schema, and where there is none: what it asks for is then written as JSON.
 */
export function fieldsOf(schema: unknown): readonly SchemaField[] | undefined {
  const { type, properties, required }: Partial<Record<string, unknown>> = Object(schema)
  if (type !== 'object' || typeof properties !== 'object' || properties === null) return undefined
  const names = new Set(isTexts(required) ? required : [])
  const members = Object.entries(properties)
  if (members.length === 0 || members.length > MAX_FIELDS) return undefined
  const fields = members.flatMap(([name, member]) => fieldOf(name, member, names.has(name)) ?? [])
  return fields.length === members.length ? fields : undefined
}

/** What the reader has entered, by the names of the fields. */
export type Entries = Readonly<Record<string, string | boolean>>

/** What came of reading what was entered: a value, or what is wrong with it, by the names of the fields. */
export type Reading =
  | { readonly value: unknown; readonly problems?: undefined }
  | { readonly problems: Readonly<Record<string, string>> }

function readEntry(field: SchemaField, entry: string | boolean | undefined): unknown {
  if (field.kind === 'boolean') return entry === true
  if (typeof entry !== 'string' || entry === '') return undefined
  return field.kind === 'number' ? Number(entry) : entry
}

/** Reads an object from what was entered. A field that is empty is left out. */
export function readFields(fields: readonly SchemaField[], entries: Entries): Reading {
  const read = fields.map((field) => [field, readEntry(field, entries[field.name])] as const)
  const problems = read.flatMap(([{ name, isRequired }, value]) => {
    if (value === undefined && isRequired) return [[name, 'Fill this in.']]
    return Number.isNaN(value) ? [[name, 'Write a number.']] : []
  })
  if (problems.length > 0) return { problems: Object.fromEntries(problems) }
  const members = read.filter(([, value]) => value !== undefined)
  return { value: Object.fromEntries(members.map(([{ name }, value]) => [name, value])) }
}

/** The name of the one field that JSON is written in. */
export const JSON_FIELD = 'JSON'

/** Reads JSON that was written. */
export function readJson(text: string): Reading {
  try {
    return { value: JSON.parse(text) as unknown }
  } catch {
    return { problems: { [JSON_FIELD]: 'This is not JSON.' } }
  }
}
