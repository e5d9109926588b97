import type { Filled, FillSource, Nested, Place } from './fill.js'
import { isPlainText } from './fill-text.js'
import type { Schema } from './json-schema.js'

/** What it takes to read one property, in units of work. */
const PROPERTY_WORK = 40

/** The sort of a value, as far as values compete for words. */
type Kind = 'text' | 'number' | 'container' | 'other'

/** A property of an object, before it is filled. */
interface Property {
  readonly name: string
  readonly schema: unknown
  readonly description: string
  readonly kind: Kind
  readonly isRequired: boolean
  /** Required, and null will not do. */
  readonly isWanted: boolean
  /** The message has words for this property in particular. */
  readonly isLabelled: boolean
}

function kindOf(schema: Schema): Kind {
  if (schema.values !== undefined) return 'other'
  if (schema.types.includes('object') || schema.types.includes('array')) return 'container'
  if (schema.types.includes('number') || schema.types.includes('integer')) return 'number'
  return isPlainText(schema) ? 'text' : 'other'
}

/** Values that only certain words can be come first, so that the others take what these leave. */
function orderOf({ kind, isWanted, isLabelled }: Property): number {
  if (kind === 'other' || isLabelled) return 0
  if (kind === 'number') return isWanted ? 1 : 4
  return isWanted ? 2 : 3
}

function readProperty(schema: Schema, name: string, source: FillSource): Property {
  const raw = schema.properties.get(name) ?? schema.additionalProperties
  const property = source.read(raw)
  const alternatives = property.alternatives.map(source.read)
  source.work.spend(PROPERTY_WORK + alternatives.length)
  const isNullable = alternatives.some(({ types }) => types.includes('null'))
  const isRequired = schema.required.has(name)
  const { description } = property
  return {
    name,
    schema: raw,
    description,
    kind: kindOf(alternatives.find(({ types }) => !types.includes('null')) ?? property),
    isRequired,
    isWanted: isRequired && !isNullable,
    isLabelled: source.labels.find({ name, description }) !== undefined,
  }
}

/** The names of the one text and the one number that untied words are for, where none is wanted. */
function findMain(properties: readonly Property[]): ReadonlySet<string> {
  const kinds: readonly Kind[] = ['text', 'number']
  const main = kinds.flatMap((kind) => {
    const ofKind = properties.filter((property) => property.kind === kind)
    return (ofKind.find(({ isWanted }) => isWanted) ?? ofKind[0])?.name ?? []
  })
  return new Set(main)
}

/** Fills what is required, and of the rest what the words give. */
export function fillObject(
  schema: Schema,
  place: Place,
  used: ReadonlySet<number>,
  { source, isExhausted, fill }: Nested,
): Filled {
  const names = [...new Set([...schema.properties.keys(), ...schema.required])]
  const properties = names.map((name) => readProperty(schema, name, source))
  const main = findMain(properties)
  const filled = new Map<string, Filled>()
  let taken = used
  for (const property of properties.toSorted((left, right) => orderOf(left) - orderOf(right))) {
    const { name, description, isRequired, isWanted } = property
    if (!isRequired && isExhausted) continue
    const takesAnyWords = place.takesAnyWords && (isWanted || main.has(name))
    const each = fill(property.schema, { ...place, name, description, takesAnyWords }, taken)
    if (!isRequired && !each.isGiven) continue
    filled.set(name, each)
    taken = each.used
  }
  const values = names.flatMap((name) => {
    const each = filled.get(name)
    return each === undefined ? [] : [[name, each.value] as const]
  })
  const isGiven = [...filled.values()].some((each) => each.isGiven)
  return { value: Object.fromEntries(values), used: taken, isGiven }
}
