import { readClaims, withLifetime, writeClaims, type Claims } from '../token/claims.js'
import type { HmacAlgorithm } from '../token/hmac.js'
import type { Lifetime } from '../token/lifetime.js'

/** A token that is being written: the form and the JSON show the same claims. */
export interface Draft {
  readonly algorithm: HmacAlgorithm
  readonly lifetime: Lifetime
  readonly claims: Claims
  /** The JSON as the reader has it: what they write is not set anew under their hands. */
  readonly text: string
  /** What is wrong with the JSON; the claims are then the last that were good. */
  readonly problem: string | undefined
}

/** What is done to a draft. Times in ms since 1970. */
export type DraftChange =
  | { readonly type: 'algorithm'; readonly algorithm: HmacAlgorithm }
  | { readonly type: 'lifetime'; readonly lifetime: Lifetime; readonly now: number }
  /** By the form. */
  | { readonly type: 'claims'; readonly claims: Claims }
  /** By the JSON. */
  | { readonly type: 'text'; readonly text: string }

const HOUR = 3600

function withClaims(draft: Draft, claims: Claims): Draft {
  return { ...draft, claims, text: writeClaims(claims), problem: undefined }
}

/** The draft to begin with: one hour, nothing granted by name. @param now - ms since 1970 */
export function newDraft(now: number): Draft {
  const claims = withLifetime({ sub: 'alice' }, HOUR, now)
  const text = writeClaims(claims)
  return { algorithm: 'HS256', lifetime: HOUR, claims, text, problem: undefined }
}

/** The draft after a change. */
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
      // Who writes an end of their own means that one.
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
