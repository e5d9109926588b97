import { ConfigurationError } from '../error.js'
import type { SigningKey } from '../keys/key-source.js'
import type { OptionNames } from '../option/closed-options.js'
import { refuseUnknown } from '../option/options-error.js'
import { checkClaimTypes, type Claims } from './claims.js'
import { isJsonObject } from '../lib/object.js'

/** How a token is signed. */
export interface SignOptions {
  /** Seconds from now until `exp`, a positive whole number. Default: `exp` only where the claims have it. */
  readonly expiresInSeconds?: number | undefined
  /** The header's `typ`. Default: `JWT`. */
  readonly typ?: string | undefined
  /** The clock, in milliseconds since 1970. Default: `Date.now`. */
  readonly now?: (() => number) | undefined
}

const OPTIONS: OptionNames<SignOptions> = { expiresInSeconds: true, typ: true, now: true }

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value), 'utf8').toString('base64url')
}

function expiry(
  issuedAt: number,
  expiresInSeconds: number | undefined,
): { exp?: number | undefined } {
  if (expiresInSeconds === undefined) return {}
  if (!Number.isInteger(expiresInSeconds) || expiresInSeconds <= 0) {
    throw new ConfigurationError(
      'option_invalid',
      'The option expiresInSeconds must be a whole number of seconds, at least 1.',
    )
  }
  return { exp: issuedAt + expiresInSeconds }
}

/**
 * Signs claims as a compact token (RFC 7515 section 7.1). `iat` is now unless the claims have one.
 *
 * @param claims - an object that JSON can express; registered claims must have their type
 * @throws {ConfigurationError} `option_invalid`, or `option_unknown` for an option that is not known
 * @throws {TokenError} `token_claim` for a registered claim of a wrong type
 * @example
 * ```typescript
 * import { secretKeys, signToken } from '@signet/auth'
 *
 * const { signingKey } = secretKeys(process.env['MASTRA_JWT_SECRET'] ?? '')
 * console.log(signToken({ sub: 'alice', scope: 'agents:read' }, signingKey, { expiresInSeconds: 900 }))
 * ```
 */
export function signToken(claims: Claims, key: SigningKey, options: SignOptions = {}): string {
  refuseUnknown('Signing', options, OPTIONS)
  if (!isJsonObject(claims)) {
    throw new ConfigurationError('option_invalid', 'The claims must be an object.')
  }
  const issuedAt = Math.floor((options.now ?? Date.now)() / 1000)
  const payload: Claims = {
    iat: issuedAt,
    ...claims,
    ...expiry(issuedAt, options.expiresInSeconds),
  }
  checkClaimTypes(payload)
  const header = { alg: key.algorithm, typ: options.typ ?? 'JWT', kid: key.keyId }
  const signingInput = `${encode(header)}.${encode(payload)}`
  return `${signingInput}.${key.sign(signingInput).toString('base64url')}`
}
