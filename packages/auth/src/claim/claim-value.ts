import { isNonBlank } from '../lib/text.js'
import { visitPlace, type Found, type ReadPlace, type Visits } from './claim-place.js'

/** What is named at one place: texts, and whatever is not a text, which names nothing. */
export type NamedAt = readonly unknown[]

/** The names in a text. */
type InText = (text: string) => readonly string[]

const oneName: InText = (text) => [text]
const wordsOf: InText = (text) => text.split(/[\s,]+/).filter((word) => word !== '')

/** A member that is false or null says no. */
function isNo(value: unknown): boolean {
  return value === false || value === null
}

/**
 * The names in a value: those of a text; of each element of a list that is a text; the keys of an object, but for those
 * whose member is false or null; of `true` the last segment. Undefined for `false`, which says nothing.
 */
function namesIn(
  value: unknown,
  name: string | undefined,
  inText: InText,
  visits: Visits,
): NamedAt | undefined {
  if (typeof value === 'string') return inText(value)
  if (value === true) return name === undefined ? [value] : [name]
  if (value === false) return undefined
  if (Array.isArray(value)) {
    const elements: readonly unknown[] = value
    return elements.flatMap((element): readonly unknown[] => {
      visits.add()
      return typeof element === 'string' ? inText(element) : [element]
    })
  }
  if (typeof value !== 'object' || value === null) return [value]
  const members: readonly (readonly [string, unknown])[] = Object.entries(value)
  return members.flatMap(([key, member]) => {
    visits.add()
    return isNo(member) ? [] : [key]
  })
}

function namedAt(
  places: readonly ReadPlace[],
  claims: object,
  visits: Visits,
  inText: InText,
): readonly NamedAt[] {
  const named: NamedAt[] = []
  const found: Found = (value, name) => {
    const names = namesIn(value, name, inText, visits)
    if (names !== undefined) named.push(Object.freeze(names))
  }
  for (const place of places) visitPlace(place, claims, visits, found)
  return Object.freeze(named)
}

/** The role names at each place that has a value: a text is one name, so that a role's name may contain a blank. */
export function rolesAt(
  places: readonly ReadPlace[],
  claims: object,
  visits: Visits,
): readonly NamedAt[] {
  return namedAt(places, claims, visits, oneName)
}

/** The scopes at each place that has a value: a text is words with blanks or commas between them. */
export function scopesAt(
  places: readonly ReadPlace[],
  claims: object,
  visits: Visits,
): readonly NamedAt[] {
  return namedAt(places, claims, visits, wordsOf)
}

/**
 * The text at the first of the places that has a value: what stands at the others does not count. Undefined where
 * none has a value, or where that value is not a text, or blank.
 */
export function textAt(
  places: readonly ReadPlace[],
  claims: object,
  visits: Visits,
): string | undefined {
  for (const place of places) {
    const values: unknown[] = []
    visitPlace(place, claims, visits, (value) => values.push(value))
    if (values.length === 0) continue
    const [value] = values
    return isNonBlank(value) ? value : undefined
  }
  return undefined
}
