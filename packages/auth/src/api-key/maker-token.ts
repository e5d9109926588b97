import { issuedAtOf, revocableOf } from '../revocation/revocable.js'
import type { RevocableToken } from '../revocation/revocation-list.js'
import type { ApiKeyRecord } from './api-key-store.js'
import { isObject } from '../lib/object.js'

/** The earliest that its maker's rights and a key itself are known to be of, in seconds since 1970. */
function earliest({ createdAt }: ApiKeyRecord, user: object): number {
  const made = Math.floor(createdAt / 1000)
  return Math.min(made, issuedAtOf(user) ?? made)
}

/** How far in the log a key's maker was judged; undefined where the record does not say so. */
export function judgedUpToOf({ maker }: ApiKeyRecord): number | undefined {
  const { judgedUpTo } = maker
  return typeof judgedUpTo === 'number' ? judgedUpTo : undefined
}

/** Whether a record has the digest of the token that made the key: records of before have none. */
export function isMakerTokenKnown({ maker }: ApiKeyRecord): boolean {
  return typeof maker['token'] === 'string'
}

/**
 * The token that made a key, as far as its revocation ends the key. It was issued when it says so, but not after
 * the key was made: clocks differ, and the earlier time is the one that a revocation reaches.
 *
 * A record that has no digest of the token is of before such digests were kept: then only what revokes all that
 * the subject was given ends the key, as when it was made.
 */
export function makerTokenOf(record: ApiKeyRecord): RevocableToken {
  const { user: given, token } = record.maker
  const user = isObject(given) ? given : {}
  const isKnown = typeof token === 'string'
  const facts = revocableOf(user, () => (isKnown ? token : ''))
  return {
    ...facts,
    issuer: record.makerIssuer,
    subject: record.makerSubject,
    tokenId: isKnown ? facts.tokenId : undefined,
    sessionId: isKnown ? facts.sessionId : undefined,
    issuedAt: earliest(record, user),
    judgedUpTo: judgedUpToOf(record),
  }
}
