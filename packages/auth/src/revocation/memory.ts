import type { RevocableToken, RevocationList } from './contract.js'
import { NamedEntries } from './named-entries.js'

/** When an entry may be forgotten, in seconds since 1970: once every token that it names has expired. */
export interface RevocationTerm {
  /** Default: never. */
  readonly forgetAt?: number
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

/** An entry that is kept for as long as it or the one that it replaces asked for. */
function lasting<Kind extends Entry>(entry: Kind, before: Entry | undefined): Kind {
  if (before === undefined) return entry
  return { ...entry, forgetAt: later(before.forgetAt, entry.forgetAt) }
}

interface SubjectEntry extends Entry {
  /** Tokens issued at or before this are withdrawn, in seconds since 1970. */
  readonly at: number
}

/** A list of withdrawn tokens in the memory of this process. */
export class MemoryRevocationList implements RevocationList {
  readonly #now: () => number
  readonly #tokens = new NamedEntries<Entry>()
  readonly #digests = new Map<string, Entry>()
  readonly #sessions = new NamedEntries<Entry>()
  readonly #subjects = new NamedEntries<SubjectEntry>()
  #added = 0

  /** @param now - the clock, in milliseconds since 1970; default `Date.now` */
  constructor(now: () => number = Date.now) {
    this.#now = now
  }

  /** Withdraws the token with this `jti` of this issuer. */
  revokeTokenId(issuer: string, tokenId: string, term: RevocationTerm = {}): void {
    const before = this.#tokens.get(issuer, tokenId)
    this.#tokens.set(issuer, tokenId, lasting({ forgetAt: term.forgetAt }, before))
    this.#count()
  }

  /** Withdraws one token. @param digest - as `tokenDigest` gives it */
  revokeToken(digest: string, term: RevocationTerm = {}): void {
    const key = digest.toLowerCase()
    this.#digests.set(key, lasting({ forgetAt: term.forgetAt }, this.#digests.get(key)))
    this.#count()
  }

  /** Withdraws all tokens of a session (`sid`) of this issuer. */
  revokeSession(issuer: string, sessionId: string, term: RevocationTerm = {}): void {
    const before = this.#sessions.get(issuer, sessionId)
    this.#sessions.set(issuer, sessionId, lasting({ forgetAt: term.forgetAt }, before))
    this.#count()
  }

  /**
   * Withdraws the tokens that this issuer gave a subject until now. A token that does not say when it was
   * issued counts as withdrawn.
   *
   * @param at - in seconds since 1970, inclusive; default now
   */
  revokeSubject(
    issuer: string,
    subject: string,
    {
      at = Math.floor(this.#now() / 1000),
      forgetAt,
    }: RevocationTerm & { readonly at?: number } = {},
  ): void {
    const before = this.#subjects.get(issuer, subject)
    const latest = Math.max(at, before?.at ?? at)
    this.#subjects.set(issuer, subject, lasting({ at: latest, forgetAt }, before))
    this.#count()
  }

  isRevoked(token: RevocableToken): boolean {
    const { issuer, subject, tokenId, sessionId, issuedAt } = token
    if (tokenId !== undefined && this.#tokens.get(issuer, tokenId) !== undefined) return true
    if (sessionId !== undefined && this.#sessions.get(issuer, sessionId) !== undefined) return true
    const since = subject === undefined ? undefined : this.#subjects.get(issuer, subject)
    // An iat may have a fraction (RFC 7519 section 2): what was issued in this second is withdrawn with it.
    const second = issuedAt === undefined ? undefined : Math.floor(issuedAt)
    if (since !== undefined && !(second !== undefined && second > since.at)) return true
    return this.#digests.size > 0 && this.#digests.has(token.digest())
  }

  /** Counts an entry, and looks now and then for those that may be forgotten. */
  #count(): void {
    this.#added++
    if (this.#added % PRUNE_EVERY === 0) this.#prune()
  }

  #prune(): void {
    const seconds = this.#now() / 1000
    const isOver = ({ forgetAt }: Entry) => forgetAt !== undefined && forgetAt <= seconds
    for (const named of [this.#tokens, this.#sessions, this.#subjects]) named.deleteWhere(isOver)
    for (const [digest, entry] of this.#digests) if (isOver(entry)) this.#digests.delete(digest)
  }
}
