import type { Filled, Nested, Place } from './fill.js'
import type { Schema, SchemaReader } from './json-schema.js'

/** What words gave comes before what is only valid, and more words before fewer. */
function weigh({ value, used, isGiven }: Filled): number {
  if (isGiven) return 1 + used.size
  return value === null ? 0.5 : 0
}

function findSmallest(alternatives: readonly unknown[], read: SchemaReader): unknown {
  const size = (alternative: unknown) => read(alternative).required.size
  return alternatives.reduce((best, each) => (size(each) < size(best) ? each : best))
}

/**
 * Fills the alternative of `anyOf` or `oneOf` that takes up most words; the first of equals. Where
 * the words give none of them and null will do, it is null.
 */
export function fillAlternative(
  schema: Schema,
  place: Place,
  used: ReadonlySet<number>,
  { source: { read, isValid, work }, isExhausted, fill }: Nested,
): Filled {
  const { alternatives, choice } = schema
  work.spend(alternatives.length)
  const tried = isExhausted ? [findSmallest(alternatives, read)] : alternatives
  const filled = tried.map((alternative) => fill(alternative, place, used))
  const fitting = filled.filter(({ value }) => isValid(value, choice))
  const [first, ...others] = fitting.length > 0 ? fitting : filled
  if (first === undefined) return { value: null, used, isGiven: false }
  return others.reduce((best, each) => (weigh(each) > weigh(best) ? each : best), first)
}
