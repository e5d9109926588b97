import { distance } from 'fastest-levenshtein'

/** A name that differs in more than this part of its letters is another word. */
const MAX_DIFFERING_PART = 0.4
/** What somebody made up may be long, and the work grows with the product of both lengths. */
const MAX_COMPARED_LENGTH = 64

/**
 * The known name that a name was probably meant to be: the one that differs in the fewest letters, upper
 * and lower case aside.
 * @returns undefined where none is near
 */
export function nearestName(name: string, known: Iterable<string>): string | undefined {
  if (name.length > MAX_COMPARED_LENGTH) return undefined
  let nearest: string | undefined
  let fewest = Infinity
  for (const each of known) {
    const differing = distance(name.toLowerCase(), each.toLowerCase())
    const isNear = differing <= Math.max(name.length, each.length) * MAX_DIFFERING_PART
    if (!isNear || differing >= fewest) continue
    nearest = each
    fewest = differing
  }
  return nearest
}
