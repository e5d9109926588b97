import type { JSONValue } from '@ai-sdk/provider'
import { use, type Filled, type Nested, type Place } from './fill.js'
import { isPlainText } from './fill-text.js'
import type { Schema } from './json-schema.js'
import { spanText } from './message.js'
import { listFrom } from './phrase.js'
import type { Work } from './work.js'

/** No list gets longer than this, whatever its schema asks for. */
const MAX_ITEMS = 100

/** The items of a list so far. */
interface Items {
  readonly values: readonly JSONValue[]
  readonly used: ReadonlySet<number>
  readonly isGiven: boolean
}

/** Which values a list has; of one where each must be there once only. */
class Uniques {
  readonly #texts: Set<string> | undefined
  readonly #work: Work

  constructor({ hasUniqueItems }: Schema, values: readonly JSONValue[], work: Work) {
    this.#texts = hasUniqueItems ? new Set() : undefined
    this.#work = work
    for (const value of values) this.add(value)
  }

  /** Returns whether the value may be there. */
  add(value: JSONValue): boolean {
    if (this.#texts === undefined) return true
    const text = JSON.stringify(value)
    this.#work.spendText(text.length)
    const { size } = this.#texts
    return this.#texts.add(text).size > size
  }
}

/** The items of a list whose schemas differ by their places. */
function fillPrefix(
  { prefixItems }: Schema,
  place: Place,
  used: ReadonlySet<number>,
  { fill }: Nested,
): Items {
  const values: JSONValue[] = []
  let items: Items = { values, used, isGiven: false }
  for (const schema of prefixItems.slice(0, MAX_ITEMS)) {
    const item = fill(schema, place, items.used)
    values.push(item.value)
    items = { values, used: item.used, isGiven: items.isGiven || item.isGiven }
  }
  return items
}

/** The other texts of the list that a message begins with the first one. */
function fillRestOfList(
  first: Filled,
  before: ReadonlySet<number>,
  schema: unknown,
  { source: { message, isValid, work } }: Nested,
): readonly Filled[] {
  work.spend(first.used.size)
  const taken = [...first.used].filter((index) => !before.has(index))
  const span = { from: Math.min(...taken), to: Math.max(...taken) + 1 }
  return listFrom(message, span)
    .slice(1)
    .map((each) => ({
      value: spanText(message, each),
      used: use(before, each, work),
      isGiven: true,
    }))
    .filter(({ value }) => isValid(value, schema))
}

/** Whether any words make an item; null may do so, too. */
function takesAnyText(itemSchema: unknown, { source: { read, work } }: Nested): boolean {
  const schema = read(itemSchema)
  const { alternatives } = schema
  if (alternatives.length === 0) return isPlainText(schema)
  work.spend(alternatives.length)
  return alternatives.every((each) => {
    const alternative = read(each)
    const isNull = alternative.types.length === 1 && alternative.types[0] === 'null'
    return isNull || (alternative.alternatives.length === 0 && isPlainText(alternative))
  })
}

/** Adds the items that the words give: of texts one list, of others one by one. */
function fillGiven(schema: Schema, place: Place, before: Items, nested: Nested): Items {
  const { items: itemSchema, maxItems } = schema
  const { work } = nested.source
  const limit = Math.min(maxItems, MAX_ITEMS)
  const isText = takesAnyText(itemSchema, nested)
  const values = [...before.values]
  const uniques = new Uniques(schema, values, work)
  const used = new Set(before.used)
  let isGiven = false
  let isOpen = true
  while (isOpen && values.length < limit) {
    const first = nested.fill(itemSchema, place, used)
    if (!first.isGiven || first.used.size === used.size) break
    const rest = isText ? fillRestOfList(first, used, itemSchema, nested) : []
    for (const item of [first, ...rest]) {
      work.spend(item.used.size)
      for (const index of item.used) used.add(index)
      if (values.length < limit && uniques.add(item.value)) values.push(item.value)
    }
    isGiven = true
    isOpen = !isText
  }
  return { values, used, isGiven: before.isGiven || isGiven }
}

/** Fills a list with what the words give, and with more where its least length asks for it. */
export function fillArray(
  schema: Schema,
  place: Place,
  used: ReadonlySet<number>,
  nested: Nested,
): Filled {
  const prefix = fillPrefix(schema, place, used, nested)
  const isOpen = schema.items !== false && !nested.isExhausted
  const given = isOpen ? fillGiven(schema, place, prefix, nested) : prefix
  const values = [...given.values]
  const uniques = new Uniques(schema, values, nested.source.work)
  const least = Math.min(schema.minItems, MAX_ITEMS)
  for (let variant = 0; values.length < least && variant < 2 * MAX_ITEMS; variant++) {
    const unasked = { ...place, takesAnyWords: false, variant }
    const { value } = nested.fill(schema.items, unasked, given.used)
    if (uniques.add(value)) values.push(value)
  }
  return { value: values, used: given.used, isGiven: given.isGiven }
}
