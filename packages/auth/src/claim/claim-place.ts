import { ConfigurationError, TokenError } from '../error.js'
import { isJsonObject, isObject, ownMember } from '../lib/object.js'
import { isNonBlank } from '../lib/text.js'

/**
 * One segment of a path: the name of a member; `'*'` for every member of an object and every element of a list; or
 * `{ claim: 'org_id' }` for the member that another claim of the same token names.
 */
export type ClaimSegment = string | { readonly claim: string }

/** Where claims say something: the name of a claim, such as `cognito:groups`, or a path of 1 to 8 segments from a claim on. */
export type ClaimPlace = string | readonly ClaimSegment[]

/** Most segments of one path. */
export const MAX_SEGMENTS = 8
/** Most places of one option. */
export const MAX_PLACES = 16
/**
 * Most members and elements that are visited of one token, for all places together. A token of 8 KiB has at most half
 * as many; a token that needs more visits is refused.
 */
export const MAX_VISITS = 10_000

const EVERY = '*'

/** Claims that are a text by their standards (RFC 7519, RFC 8693, OpenID Connect), so that nothing stands below them. */
const TEXT_CLAIMS: ReadonlySet<string> = new Set([
  'iss',
  'sub',
  'jti',
  'sid',
  'azp',
  'client_id',
  'scope',
])

/** Counts what is visited of one token. */
export class Visits {
  #left = MAX_VISITS

  /** @throws {TokenError} `token_claim` for one visit more than `MAX_VISITS` */
  add(): void {
    this.#left -= 1
    if (this.#left >= 0) return
    throw new TokenError(
      'token_claim',
      `The places of claims reach more than ${MAX_VISITS} members of the token.`,
    )
  }
}

/**
 * Is told each value that stands at a place.
 * @param name - of the member that has it; undefined for an element of a list
 */
export type Found = (value: unknown, name: string | undefined) => void

/** A place that has been checked and copied. */
export interface ReadPlace {
  /** For messages: `realm_access.roles`. */
  readonly text: string
  /** The segments. The first one is a name. */
  readonly segments: readonly ClaimSegment[]
}

/** The name of a member that a segment means in these claims; undefined where the claim that names it is not a text. */
export function memberName(segment: ClaimSegment, claims: object): string | undefined {
  if (typeof segment === 'string') return segment
  const named = ownMember(claims, segment.claim)
  return typeof named === 'string' ? named : undefined
}

function visitEvery(node: object, visit: (value: unknown, name: string | undefined) => void): void {
  if (Array.isArray(node)) {
    for (const element of node) visit(element, undefined)
    return
  }
  for (const name of Object.keys(node)) visit(Reflect.get(node, name), name)
}

/**
 * Finds the values that stand at a place: own members only. A list has no named members.
 * @throws {TokenError} `token_claim` beyond the bound of visits
 */
export function visitPlace(place: ReadPlace, claims: object, visits: Visits, found: Found): void {
  const { segments } = place
  const walk = (node: unknown, index: number, name: string | undefined): void => {
    visits.add()
    const segment = segments[index]
    if (segment === undefined) {
      found(node, name)
      return
    }
    if (!isObject(node)) return
    if (segment === EVERY) {
      visitEvery(node, (value, member) => walk(value, index + 1, member))
      return
    }
    const member = memberName(segment, claims)
    if (member === undefined || Array.isArray(node)) return
    const value = ownMember(node, member)
    if (value !== undefined) walk(value, index + 1, member)
  }
  walk(claims, 0, undefined)
}

function refuse(option: string, message: string): never {
  throw new ConfigurationError('option_invalid', `The option ${option} ${message}`)
}

function readSegment(option: string, segment: unknown): ClaimSegment {
  if (isNonBlank(segment)) return segment
  if (isJsonObject(segment)) {
    const names = Reflect.ownKeys(segment)
    const { claim } = segment
    if (names.length === 1 && names[0] === 'claim' && isNonBlank(claim))
      return Object.freeze({ claim })
  }
  return refuse(
    option,
    "has a path with a segment of another kind. A segment is a name, '*' or { claim: 'name' }.",
  )
}

function segmentText(segment: ClaimSegment): string {
  return typeof segment === 'string' ? segment : `{${segment.claim}}`
}

/** A place for messages, such as `realm_access.roles`. */
export function placeTextOf(place: ClaimPlace): string {
  return typeof place === 'string' ? place : place.map(segmentText).join('.')
}

function readPlace(option: string, given: unknown): ReadPlace {
  const path: readonly unknown[] = Array.isArray(given) ? given : [given]
  if (path.length === 0 || path.length > MAX_SEGMENTS) {
    refuse(option, `has a path of ${path.length} segments. A path has 1 to ${MAX_SEGMENTS}.`)
  }
  const segments = path.map((segment) => readSegment(option, segment))
  const [first] = segments
  if (typeof first !== 'string' || first === EVERY) {
    refuse(
      option,
      'has a path that begins with no name. Begin it with the name of a claim: a member of just any claim may be what users write about themselves.',
    )
  }
  if (segments.length > 1 && TEXT_CLAIMS.has(first)) {
    const names = segments.map((segment) => JSON.stringify([segment])).join(', ')
    refuse(
      option,
      `has a path below ${first}, which is a text. For several places write a list of lists: [${names}].`,
    )
  }
  return Object.freeze({
    text: placeTextOf(segments),
    segments: Object.freeze(segments),
  })
}

/** A list with a list in it is of places; any other list is one path. */
function placesOf(given: unknown): readonly unknown[] {
  return Array.isArray(given) && given.some((each) => Array.isArray(each)) ? given : [given]
}

/** Whether a place can have several values. */
function isMany({ segments }: ReadPlace): boolean {
  return segments.includes(EVERY)
}

/**
 * Checks and copies a place or a list of places.
 * @param option - named in the error, such as `claims.roles`
 * @param isOne - whether one value is wanted, so that `'*'` is refused
 * @throws {ConfigurationError} `option_invalid`
 */
export function readPlaces(option: string, given: unknown, isOne: boolean): readonly ReadPlace[] {
  if (typeof given !== 'string' && !Array.isArray(given)) {
    refuse(option, 'must be the name of a claim, a path, or a list of places.')
  }
  const places = placesOf(given)
  if (places.length === 0 || places.length > MAX_PLACES) {
    refuse(option, `has ${places.length} places. It has 1 to ${MAX_PLACES}.`)
  }
  const read = places.map((place) => readPlace(option, place))
  if (isOne && read.some(isMany)) {
    refuse(option, "has the segment '*', and wants one value. Name the member.")
  }
  return Object.freeze(read)
}
