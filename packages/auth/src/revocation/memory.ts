import { earliestNow, latestNow } from '../lib/clock.js'
import { ISSUED_AHEAD_SECONDS } from './ahead.js'
import type { RevocableToken, RevocationList } from './revocation-list.js'
import { NamedEntries } from './named-entries.js'

/** When an entry may be forgotten, in seconds since 1970: once every token that it names has expired. */
export interface RevocationTerm {
  /** Default: never. */
  readonly forgetAt?: number | undefined
}

/** How many entries are added before those that may be forgotten are looked for. */
const PRUNE_EVERY = 1000

interface Entry {
  readonly forgetAt: number | undefined
}

/** The later of two times; never, where one of them is. */
function later(first: number | undefined, second: number | undefined): number | undefined {
  return first === undefined || second === undefined ? undefined : Math.max(first, second)
}

/** The later place in the log, of those that are known. */
function latest(first: number | undefined, second: number | undefined): number | undefined {
  return first === undefined || second === undefined ? (first ?? second) : Math.max(first, second)
}

/** An entry that is kept for as long as it or the one that it replaces asked for. */
function lasting<Kind extends Entry>(entry: Kind, before: Entry | undefined): Kind {
  if (before === undefined) return entry
  return { ...entry, forgetAt: later(before.forgetAt, entry.forgetAt) }
}

/** All that a subject, or everybody, was given until a time. */
interface TimedEntry extends Entry {
  /** Tokens issued at or before this are revoked, in seconds since 1970. */
  readonly at: number
  /** Keys whose maker was judged before this entry of the log are revoked; undefined for none. */
  readonly sequence: number | undefined
}

/** How all that a subject, or everybody, was given is revoked. */
export interface TimedRevocationTerm extends RevocationTerm {
  /** In seconds since 1970, inclusive. Default: now. */
  readonly at?: number | undefined
  /** Of the log's entry, where it revokes until the moment at which it was appended. Default: no entry. */
  readonly sequence?: number | undefined
}

function isIssuedUntil({ issuedAt }: RevocableToken, at: number, now: number): boolean {
  // An iat may have a fraction (RFC 7519 section 2): what was issued in this second is revoked with it. Asked the
  // other way round, an iat that is not a number would pass. One that is yet to come says nothing of when it was.
  if (issuedAt === undefined || !(Math.floor(issuedAt) > at)) return true
  return issuedAt > now + ISSUED_AHEAD_SECONDS
}

function isJudgedBefore({ judgedUpTo }: RevocableToken, sequence: number | undefined): boolean {
  return judgedUpTo !== undefined && sequence !== undefined && sequence > judgedUpTo
}

function isEndedBy(token: RevocableToken, entry: TimedEntry | undefined, now: number): boolean {
  if (entry === undefined) return false
  return isJudgedBefore(token, entry.sequence) || isIssuedUntil(token, entry.at, now)
}

/**
 * A list of revoked tokens in the memory of this process.
 * @example
 * ```typescript
 * import { MastraJwtAuth, MemoryRevocationList } from '@signet/auth'
 *
 * const revocation = new MemoryRevocationList()
 * export const auth = new MastraJwtAuth({ secret: process.env['MASTRA_JWT_SECRET'], revocation })
 * revocation.revokeSubject('https://my-app.example', 'alice')
 * ```
 */
export class MemoryRevocationList implements RevocationList {
  readonly #latest: () => number
  readonly #earliest: () => number
  readonly #tokens = new NamedEntries<Entry>()
  readonly #digests = new Map<string, Entry>()
  readonly #sessions = new NamedEntries<Entry>()
  readonly #subjects = new NamedEntries<TimedEntry>()
  #everybody: TimedEntry | undefined
  #added = 0

  /**
   * @param now - the clock, in milliseconds since 1970. Default: that of this machine, and where it was set since the
   *   process began, what ends no revocation earlier
   */
  constructor(now?: () => number) {
    this.#latest = now ?? latestNow
    this.#earliest = now ?? earliestNow
  }

  /** Revokes the token with this `jti` of this issuer. */
  revokeTokenId(issuer: string, tokenId: string, term: RevocationTerm = {}): void {
    const before = this.#tokens.get(issuer, tokenId)
    this.#tokens.set(issuer, tokenId, lasting({ forgetAt: term.forgetAt }, before))
    this.#count()
  }

  /** Revokes one token. @param digest - as `tokenDigest` gives it */
  revokeToken(digest: string, term: RevocationTerm = {}): void {
    const key = digest.toLowerCase()
    this.#digests.set(key, lasting({ forgetAt: term.forgetAt }, this.#digests.get(key)))
    this.#count()
  }

  /** Revokes all tokens of a session (`sid`) of this issuer. */
  revokeSession(issuer: string, sessionId: string, term: RevocationTerm = {}): void {
    const before = this.#sessions.get(issuer, sessionId)
    this.#sessions.set(issuer, sessionId, lasting({ forgetAt: term.forgetAt }, before))
    this.#count()
  }

  /**
   * Revokes the tokens that this issuer gave a subject until now. A token that does not say when it was
   * issued counts as revoked.
   */
  revokeSubject(issuer: string, subject: string, term: TimedRevocationTerm = {}): void {
    const before = this.#subjects.get(issuer, subject)
    this.#subjects.set(issuer, subject, this.#timed(term, before))
    this.#count()
  }

  /**
   * Revokes every token, of whatever issuer, and every API key that was given until now. A token that does not say
   * when it was issued counts as revoked.
   */
  revokeAll(term: TimedRevocationTerm = {}): void {
    this.#everybody = this.#timed(term, this.#everybody)
    this.#count()
  }

  isRevoked(token: RevocableToken): boolean {
    const { issuer, subject, tokenId, sessionId } = token
    if (tokenId !== undefined && this.#tokens.get(issuer, tokenId) !== undefined) return true
    if (sessionId !== undefined && this.#sessions.get(issuer, sessionId) !== undefined) return true
    const since = subject === undefined ? undefined : this.#subjects.get(issuer, subject)
    if (since !== undefined || this.#everybody !== undefined) {
      const seconds = this.#latest() / 1000
      if (isEndedBy(token, since, seconds) || isEndedBy(token, this.#everybody, seconds))
        return true
    }
    return this.#digests.size > 0 && this.#digests.has(token.digest())
  }

  /** An entry until the later of two times, and of the later place in the log. */
  #timed(term: TimedRevocationTerm, before: TimedEntry | undefined): TimedEntry {
    const { at = Math.floor(this.#latest() / 1000), sequence, forgetAt } = term
    const entry = {
      at: Math.max(at, before?.at ?? at),
      sequence: latest(sequence, before?.sequence),
      forgetAt,
    }
    return lasting(entry, before)
  }

  /** Counts an entry, and looks now and then for those that may be forgotten. */
  #count(): void {
    this.#added++
    if (this.#added % PRUNE_EVERY === 0) this.#prune()
  }

  #prune(): void {
    const seconds = this.#earliest() / 1000
    const isOver = ({ forgetAt }: Entry) => forgetAt !== undefined && forgetAt <= seconds
    for (const named of [this.#tokens, this.#sessions, this.#subjects]) named.deleteWhere(isOver)
    for (const [digest, entry] of this.#digests) if (isOver(entry)) this.#digests.delete(digest)
    if (this.#everybody !== undefined && isOver(this.#everybody)) this.#everybody = undefined
  }
}
