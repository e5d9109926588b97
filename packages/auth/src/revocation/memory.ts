import type { RevocableToken, RevocationList } from './contract.js'

/** When an entry may be forgotten, in seconds since 1970: once every token that it names has expired. */
export interface RevocationTerm {
  /** Default: never. */
  readonly forgetAt?: number
}

/** How many entries are added before those that may be forgotten are looked for. */
const PRUNE_EVERY = 1000

function name(issuer: string, value: string): string {
  return JSON.stringify([issuer, value])
}

interface Entry {
  readonly forgetAt: number | undefined
}

/** The later of two times; never, where one of them is. */
function later(first: number | undefined, second: number | undefined): number | undefined {
  return first === undefined || second === undefined ? undefined : Math.max(first, second)
}

interface SubjectEntry extends Entry {
  /** Tokens issued at or before this are withdrawn, in seconds since 1970. */
  readonly at: number
}

/** A list of withdrawn tokens in the memory of this process. */
export class MemoryRevocationList implements RevocationList {
  readonly #now: () => number
  readonly #tokens = new Map<string, Entry>()
  readonly #digests = new Map<string, Entry>()
  readonly #sessions = new Map<string, Entry>()
  readonly #subjects = new Map<string, SubjectEntry>()
  #added = 0

  /** @param now - the clock, in milliseconds since 1970; default `Date.now` */
  constructor(now: () => number = Date.now) {
    this.#now = now
  }

  /** Withdraws the token with this `jti` of this issuer. */
  revokeTokenId(issuer: string, tokenId: string, term: RevocationTerm = {}): void {
    this.#add(this.#tokens, name(issuer, tokenId), { forgetAt: term.forgetAt })
  }

  /** Withdraws one token. @param digest - as `tokenDigest` gives it */
  revokeToken(digest: string, term: RevocationTerm = {}): void {
    this.#add(this.#digests, digest.toLowerCase(), { forgetAt: term.forgetAt })
  }

  /** Withdraws all tokens of a session (`sid`) of this issuer. */
  revokeSession(issuer: string, sessionId: string, term: RevocationTerm = {}): void {
    this.#add(this.#sessions, name(issuer, sessionId), { forgetAt: term.forgetAt })
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
    const key = name(issuer, subject)
    const before = this.#subjects.get(key)
    const latest = Math.max(at, before?.at ?? at)
    this.#add(this.#subjects, key, { at: latest, forgetAt })
  }

  isRevoked(token: RevocableToken): boolean {
    const { issuer, subject, tokenId, sessionId, issuedAt } = token
    if (tokenId !== undefined && this.#tokens.has(name(issuer, tokenId))) return true
    if (sessionId !== undefined && this.#sessions.has(name(issuer, sessionId))) return true
    const since = subject === undefined ? undefined : this.#subjects.get(name(issuer, subject))
    // An iat may have a fraction (RFC 7519 section 2): what was issued in this second is withdrawn with it.
    const second = issuedAt === undefined ? undefined : Math.floor(issuedAt)
    if (since !== undefined && !(second !== undefined && second > since.at)) return true
    return this.#digests.size > 0 && this.#digests.has(token.digest())
  }

  #add<Value extends Entry>(entries: Map<string, Value>, key: string, entry: Value): void {
    const before = entries.get(key)
    // Withdrawn twice, it is kept for as long as either asked for.
    const forgetAt = before === undefined ? entry.forgetAt : later(before.forgetAt, entry.forgetAt)
    entries.set(key, { ...entry, forgetAt })
    this.#added++
    if (this.#added % PRUNE_EVERY === 0) this.#prune()
  }

  #prune(): void {
    const seconds = this.#now() / 1000
    for (const entries of [this.#tokens, this.#digests, this.#sessions, this.#subjects]) {
      for (const [key, { forgetAt }] of entries) {
        if (forgetAt !== undefined && forgetAt <= seconds) entries.delete(key)
      }
    }
  }
}
