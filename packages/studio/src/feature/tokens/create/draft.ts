import { readClaims, withLifetime, writeClaims, type Claims } from '../token/claims.js'
import type { HmacAlgorithm } from '../token/hmac.js'
import type { Lifetime } from '../token/lifetime.js'

/** The token that the reader is creating. The form and the JSON show the same claims. */
export interface Draft {
  readonly algorithm: HmacAlgorithm
  readonly lifetime: Lifetime
  readonly claims: Claims
  /** The JSON as the reader typed it. It is not reformatted while they type. */
  readonly text: string
  /** What is wrong with the JSON. The claims are then the last valid ones. */
  readonly problem: string | undefined
}

/** A change of a draft. Times are in ms since 1970. */
export type DraftChange =
  | { readonly type: 'algorithm'; readonly algorithm: HmacAlgorithm }
  | { readonly type: 'lifetime'; readonly lifetime: Lifetime; readonly now: number }
  /** A change in the form. */
  | { readonly type: 'claims'; readonly claims: Claims }
  /** A change in the JSON. */
  | { readonly type: 'text'; readonly text: string }

const HOUR = 3600

function withClaims(draft: Draft, claims: Claims): Draft {
  return { ...draft, claims, text: writeClaims(claims), problem: undefined }
}

/** The first draft: a lifetime of one hour, without roles and scopes. @param now - ms since 1970 */
export function newDraft(now: number): Draft {
  const claims = withLifetime({ sub: 'alice' }, HOUR, now)
  const text = writeClaims(claims)
  return { algorithm: 'HS256', lifetime: HOUR, claims, text, problem: undefined }
}

/** Applies a change to a draft. */
export function changeDraft(draft: Draft, change: DraftChange): Draft {
  switch (change.type) {
    case 'algorithm':
      return { ...draft, algorithm: change.algorithm }
    case 'lifetime': {
      const { lifetime, now } = change
      return withClaims({ ...draft, lifetime }, withLifetime(draft.claims, lifetime, now))
    }
    case 'claims':
      return withClaims(draft, change.claims)
    case 'text': {
      const { text } = change
      const read = readClaims(text)
      if ('problem' in read) return { ...draft, text, problem: read.problem }
      const { claims } = read
      // An `exp` that the reader writes replaces the chosen lifetime.
      const isSameEnd = claims['exp'] === draft.claims['exp']
      const lifetime = isSameEnd
        ? draft.lifetime
        : claims['exp'] === undefined
          ? 'never'
          : 'written'
      return { ...draft, text, claims, lifetime, problem: undefined }
    }
  }
}
