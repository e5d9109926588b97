import { TokenError } from '../error.js'
import { isJsonObject, ownMember } from '../lib/object.js'
import { isNonBlank, nonEmptyText } from '../lib/text.js'
import { visitPlace, type ReadPlace, type Visits } from './claim-place.js'

/** Most actors of one token. A token with more of them is refused: a chain that is cut would hide who acted. */
export const MAX_ACTORS = 16

/** Who acts for a subject (RFC 8693 section 4.1). */
export interface Actors {
  /** Who acts now; undefined where nobody does, or where their name is not a text. */
  readonly current: string | undefined
  /** The names of all actors, nearest first. Those without a name are left out. */
  readonly names: readonly string[]
  /** Whether anybody acts, named or not. */
  readonly isThere: boolean
}

const NO_ACTORS: Actors = Object.freeze({
  current: undefined,
  names: Object.freeze([]),
  isThere: false,
})

/** The names of a chain of actors, nearest first; undefined for one without a name. */
function* chainOf(value: unknown): Generator<string | undefined> {
  if (typeof value === 'string') {
    yield isNonBlank(value) ? value : undefined
    return
  }
  if (Array.isArray(value)) {
    for (const each of value) yield* chainOf(each)
    return
  }
  for (let actor: unknown = value; actor !== undefined;) {
    const named = isJsonObject(actor) ? actor : {}
    yield nonEmptyText(ownMember(named, 'sub'))
    actor = ownMember(named, 'act')
  }
}

/** @throws {TokenError} `token_claim` for more than `MAX_ACTORS` */
function collect(values: readonly unknown[], claim: string): Actors {
  const all: (string | undefined)[] = []
  for (const value of values) {
    for (const name of chainOf(value)) {
      if (all.length === MAX_ACTORS) {
        throw new TokenError('token_claim', `The token names more than ${MAX_ACTORS} actors.`, {
          claim,
        })
      }
      all.push(name)
    }
  }
  if (all.length === 0) return NO_ACTORS
  const names = all.filter((name) => name !== undefined)
  return Object.freeze({ current: all[0], names: Object.freeze(names), isThere: true })
}

/**
 * The actors of the claim `act`, which is an object with `sub`, and in it the `act` of the actor before. A value of
 * another type is an actor without a name.
 */
export function standardActors(claims: object): Actors {
  const actor = ownMember(claims, 'act')
  if (actor === undefined || actor === null) return NO_ACTORS
  return collect([isJsonObject(actor) ? actor : {}], 'act')
}

/**
 * The actors at these places, of the first place first. A value is a text, which is one name; an object as `act` is;
 * or a list of either.
 */
export function actorsAt(places: readonly ReadPlace[], claims: object, visits: Visits): Actors {
  const values: unknown[] = []
  for (const place of places) {
    visitPlace(place, claims, visits, (value) => {
      if (value !== null && value !== false) values.push(value)
    })
  }
  return collect(values, places[0]?.text ?? 'act')
}
