import { LRUCache } from 'lru-cache'
import { ConfigurationError } from '../error.js'
import { latestIssueAhead, type Claims } from './claims.js'
import type { TokenHeader } from '../jws/compact.js'
import type { KeySource } from '../keys/key-source.js'
import { markConstant } from '../lib/constant.js'
import type { CacheOptions, TokenRules } from './policy.js'
import type { VerifiedToken } from './verified-token.js'

/** A token that has verified, and for how long that holds. */
interface Entry {
  readonly token: string
  readonly verified: VerifiedToken
  readonly keyGeneration: number
  /** In milliseconds since 1970; the end is exclusive. */
  readonly validFrom: number
  readonly validUntil: number
  /** Whether the token was asked for again. */
  isKnown: boolean
}

/** What an entry takes beside what grows with its token, and how many bytes for each of its characters. */
const ENTRY_BYTES = 1024
const BYTES_PER_CHARACTER = 8

/**
 * The end of a token, by which it is looked up: the runtime hashes every character of a key, and a token
 * is long. The end is of the signature, so two tokens hardly share it, and the whole is compared.
 */
function keyOf(token: string): string {
  return token.slice(-32)
}

function generationOf({ keys }: TokenRules): number {
  return keys.generation ?? 0
}

function isTrusted(keys: KeySource, header: TokenHeader): boolean {
  return keys.isTrusted === undefined || keys.isTrusted(header)
}

function seconds(value: unknown, otherwise: number): number {
  return typeof value === 'number' ? value : otherwise
}

/**
 * From its second use on, more may be remembered of a token than that it verified. Most tokens of whoever sends
 * each of them once would be remembered for nothing.
 */
function recognize(entry: Entry): void {
  if (entry.isKnown) return
  entry.isKnown = true
  markConstant(entry.verified.claims)
}

/** The span in which each check of time that was made would be made again with the same result. */
function spanOf(claims: Claims, rules: TokenRules): Pick<Entry, 'validFrom' | 'validUntil'> {
  const { clockToleranceSeconds: tolerance = 0, maxTokenAgeSeconds: maxAge } = rules
  const issuedAt = maxAge === undefined ? undefined : claims.iat
  const issuedFrom = seconds(claims.iat, -Infinity) - latestIssueAhead(rules)
  const oldest = seconds(issuedAt, Infinity) + (maxAge ?? 0)
  const validUntil = Math.min(seconds(claims.exp, Infinity), oldest)
  return {
    validFrom: Math.max(seconds(claims.nbf, -Infinity) - tolerance, issuedFrom) * 1000,
    validUntil: (validUntil + tolerance) * 1000,
  }
}

/**
 * Tokens that have verified, each told by its whole text. What is remembered of one is that its signature fits a
 * key in force and that its claims satisfy the rules; its times, the keys and its revocation are looked at
 * each time.
 */
export class TokenCache {
  readonly #entries: LRUCache<string, Entry>

  /** @throws {ConfigurationError} `option_invalid` */
  constructor({ maxBytes }: CacheOptions) {
    if (!Number.isSafeInteger(maxBytes) || maxBytes < ENTRY_BYTES) {
      throw new ConfigurationError(
        'option_invalid',
        `The option cache.maxBytes must be a whole number of at least ${ENTRY_BYTES} bytes.`,
      )
    }
    this.#entries = new LRUCache({
      maxSize: maxBytes,
      sizeCalculation: ({ token }) => ENTRY_BYTES + BYTES_PER_CHARACTER * token.length,
    })
  }

  /** The verified token of this text, where it still holds. @param now - in milliseconds since 1970 */
  get(token: string, now: number): VerifiedToken | undefined {
    const entry = this.#entries.get(keyOf(token))
    if (entry === undefined || entry.token !== token) return undefined
    const { verified, keyGeneration, validFrom, validUntil } = entry
    const { header, rules } = verified
    const { keys } = rules
    const isInTime = now >= validFrom && now < validUntil
    if (isInTime && keyGeneration === generationOf(rules) && isTrusted(keys, header)) {
      keys.keepFresh?.(header)
      recognize(entry)
      return verified
    }
    this.#entries.delete(keyOf(token))
    return undefined
  }

  /** @param keyGeneration - of the keys before they were asked for */
  set(token: string, verified: VerifiedToken, keyGeneration: number): void {
    if (keyGeneration !== generationOf(verified.rules)) return
    const span = spanOf(verified.claims, verified.rules)
    this.#entries.set(keyOf(token), { token, verified, keyGeneration, ...span, isKnown: false })
  }
}
