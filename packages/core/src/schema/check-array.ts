import { isEmpty, type Check, type FindProblems, type Problems } from './check.js'
import type { JsonSchema } from './json-schema.js'
import { problemAt, type Place } from './problem.js'
import { canonicalText } from './same-value.js'

/** The schema of the item at a place in a list. */
export function itemSchema(schema: JsonSchema, index: number): unknown {
  const { items, prefixItems, additionalItems } = schema
  const first = Array.isArray(items) ? items : Array.isArray(prefixItems) ? prefixItems : []
  if (index < first.length) return first[index]
  return Array.isArray(items) ? additionalItems : items
}

function isUnique(items: readonly unknown[], { work }: Check): boolean {
  return new Set(items.map((item) => canonicalText(item, work))).size === items.length
}

function* checkContained(
  items: readonly unknown[],
  schema: JsonSchema,
  check: Check,
  place: Place | undefined,
  findProblems: FindProblems,
): Problems {
  const { contains, minContains, maxContains } = schema
  if (contains === undefined) return
  const count = items.filter((item) => isEmpty(findProblems(item, contains, check))).length
  const least = typeof minContains === 'number' ? minContains : 1
  const most = typeof maxContains === 'number' ? maxContains : Infinity
  if (count >= least && count <= most) return
  yield problemAt(
    place,
    'The list must contain another number of the items that contains describes.',
  )
}

/** Checks a list and what is in it. */
export function* checkArray(
  items: readonly unknown[],
  schema: JsonSchema,
  check: Check,
  place: Place | undefined,
  findProblems: FindProblems,
): Problems {
  const { minItems, maxItems, uniqueItems } = schema
  if (typeof minItems === 'number' && items.length < minItems) {
    yield problemAt(place, `Too small: expected at least ${minItems} items`)
  }
  if (typeof maxItems === 'number' && items.length > maxItems) {
    yield problemAt(place, `Too big: expected at most ${maxItems} items`)
  }
  if (uniqueItems === true && !isUnique(items, check)) {
    yield problemAt(place, 'The list has the same item twice.')
  }
  yield* checkContained(items, schema, check, place, findProblems)
  for (const [index, item] of items.entries()) {
    yield* findProblems(item, itemSchema(schema, index), check, { parent: place, name: index })
  }
}
