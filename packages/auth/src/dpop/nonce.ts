import { createHmac, timingSafeEqual } from 'node:crypto'
import { secretBytes, secretKeys, type Secret } from '../keys/secret.js'
import { asList } from '../lib/as-list.js'

/** For how long a nonce is good, in seconds. */
const LIFETIME_SECONDS = 300
/** How far the clocks of servers that share the secret may differ, in seconds. */
const AHEAD_SECONDS = 5

/** The second in which it was made, and its signature. */
const NONCE = /^([0-9a-z]{1,9})\.([A-Za-z0-9_-]{43})$/
/** So that no signature of another purpose is that of a nonce, where a secret has several. */
const PURPOSE = 'signet dpop nonce'

/**
 * Nonces that nobody has to remember (RFC 9449 section 9): each says when it was made, signed with a secret that the
 * servers of an application share.
 */
export class DpopNonces {
  readonly #secrets: readonly Buffer[]

  /**
   * @param secrets - the first one signs, all are accepted
   * @throws {ConfigurationError} `secret_missing`, `secret_too_short`, `secret_is_public_key` or `option_invalid`
   */
  constructor(secrets: Secret | readonly Secret[]) {
    secretKeys(secrets)
    this.#secrets = asList(secrets).map(secretBytes)
  }

  /** @param now - in milliseconds since 1970 */
  make(now: number): string {
    const second = Math.floor(now / 1000).toString(36)
    const [secret = Buffer.alloc(0)] = this.#secrets
    return `${second}.${signatureOf(second, secret).toString('base64url')}`
  }

  /** Whether a nonce is one of these, and not older than 300 seconds. */
  isGood(nonce: string, now: number): boolean {
    const [, second = '', signature = ''] = NONCE.exec(nonce) ?? []
    const age = now / 1000 - Number.parseInt(second, 36)
    if (!(age >= -AHEAD_SECONDS && age < LIFETIME_SECONDS)) return false
    const given = Buffer.from(signature, 'base64url')
    return this.#secrets.some((secret) => timingSafeEqual(given, signatureOf(second, secret)))
  }
}

function signatureOf(second: string, secret: Buffer): Buffer {
  return createHmac('sha256', secret).update(`${PURPOSE} ${second}`).digest()
}
