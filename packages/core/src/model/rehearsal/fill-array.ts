import type { JSONValue } from '@ai-sdk/provider'
import { use, type Filled, type Nested, type Place } from './fill.js'
import { isPlainText } from './fill-text.js'
import { readSchema, type Schema } from './json-schema.js'
import { spanText } from './message.js'
import { listFrom } from './phrase.js'

/** No list gets longer than this, whatever its schema asks for. */
const ITEM_LIMIT = 100

/** The items of a list so far. */
interface Items {
  readonly values: readonly JSONValue[]
  readonly used: ReadonlySet<number>
  readonly isGiven: boolean
}

function isNew(value: JSONValue, values: readonly JSONValue[]): boolean {
  return !values.some((each) => JSON.stringify(each) === JSON.stringify(value))
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
  for (const schema of prefixItems.slice(0, ITEM_LIMIT)) {
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
  { source: { message, isValid } }: Nested,
): readonly Filled[] {
  const taken = [...first.used].filter((index) => !before.has(index))
  const span = { from: Math.min(...taken), to: Math.max(...taken) + 1 }
  return listFrom(message, span)
    .slice(1)
    .map((each) => ({ value: spanText(message, each), used: use(before, each), isGiven: true }))
    .filter(({ value }) => isValid(value, schema))
}

/** Adds the items that the words give: of texts one list, of others one by one. */
function fillGiven(schema: Schema, place: Place, before: Items, nested: Nested): Items {
  const { items: itemSchema, maxItems, hasUniqueItems } = schema
  const limit = Math.min(maxItems, ITEM_LIMIT)
  const isText = isPlainText(readSchema(itemSchema, nested.source.document))
  const values = [...before.values]
  const used = new Set(before.used)
  let isGiven = false
  let isOpen = true
  while (isOpen && values.length < limit) {
    const first = nested.fill(itemSchema, place, used)
    if (!first.isGiven || first.used.size === used.size) break
    const rest = isText ? fillRestOfList(first, used, itemSchema, nested) : []
    for (const item of [first, ...rest]) {
      for (const index of item.used) used.add(index)
      const isWanted = !hasUniqueItems || isNew(item.value, values)
      if (isWanted && values.length < limit) values.push(item.value)
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
  const least = Math.min(schema.minItems, ITEM_LIMIT)
  for (let variant = 0; values.length < least && variant < 2 * ITEM_LIMIT; variant++) {
    const unasked = { ...place, takesAnyWords: false, variant }
    const { value } = nested.fill(schema.items, unasked, given.used)
    if (!schema.hasUniqueItems || isNew(value, values)) values.push(value)
  }
  return { value: values, used: given.used, isGiven: given.isGiven }
}
