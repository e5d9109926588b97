import type { Principal } from '../access/principal.js'
import { issuedAtOf, revocableOf } from '../revocation/revocable.js'
import type { RevocableToken } from '../revocation/revocation-list.js'
import type { ApiKeyRecord } from './api-key-store.js'
import { isObject } from '../lib/object.js'

/** Who made something that lasts longer than their token, such as an API key, and when. */
export type MadeBy = Pick<ApiKeyRecord, 'maker' | 'makerIssuer' | 'makerSubject' | 'createdAt'>

/** The earliest that a maker's rights and what they made are known to be of, in seconds since 1970. */
function earliest({ createdAt }: MadeBy, user: object): number {
  const made = Math.floor(createdAt / 1000)
  return Math.min(made, issuedAtOf(user) ?? made)
}

/** How far in the log a key's maker was judged; undefined where the record does not say so. */
export function judgedUpToOf({ maker }: MadeBy): number | undefined {
  const { judgedUpTo } = maker
  return typeof judgedUpTo === 'number' ? judgedUpTo : undefined
}

/** Whether a record has the digest of the token that made the key: records of before have none. */
function isMakerTokenKnown({ maker }: MadeBy): boolean {
  return typeof maker['token'] === 'string'
}

/**
 * The token that made a key, as far as its revocation ends the key. It was issued when it says so, but not after
 * the key was made: clocks differ, and the earlier time is the one that a revocation reaches.
 *
 * A record that has no digest of the token is of before such digests were kept: then only what revokes all that
 * the subject was given ends the key, as when it was made.
 */
function makerTokenOf(record: MadeBy): RevocableToken {
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

/**
 * What somebody's revocation ends what they made by: the token that made it, and, where the provider gives its maker or the session
 * another name now, whatever that one was given.
 * @param maker - as they are judged now
 */
export function revocableOfMaker(record: MadeBy, maker: Principal): readonly RevocableToken[] {
  const token = makerTokenOf(record)
  const { issuer, subject } = maker
  const sessionId = isMakerTokenKnown(record) ? maker.sessionId : undefined
  const isSameMaker = issuer === token.issuer && subject === token.subject
  if (isSameMaker && sessionId === token.sessionId) return [token]
  return [token, { ...token, issuer, subject, sessionId }]
}
