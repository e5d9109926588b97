import { LRUCache } from 'lru-cache'
import { ConfigurationError, TokenError } from '../error.js'
import { createRemoteKeySet } from '../keys/remote-key-set.js'
import { secretKeys } from '../keys/secret.js'
import { isSampleSecret } from '../keys/secret-quality.js'
import type { Claims } from '../jwt/claims.js'
import { decode, type DecodedToken } from '../jws/decode.js'
import { isJsonObject } from '../lib/object.js'
import { createVerifier, type Verifier } from '../jwt/verify.js'

/**
 * Takes a token apart, as in Mastra. Verifies NOTHING: no signature, no expiry, no issuer. What it
 * returns is the word of whoever sent the token, and must not decide what they may do.
 *
 * @returns null for what is not a JWT
 * @example
 * ```typescript
 * import { decodeToken } from '@signet/auth'
 *
 * export async function issuerOf(token: string): Promise<unknown> {
 *   const decoded = await decodeToken(token)
 *   return decoded?.payload
 * }
 * ```
 */
export async function decodeToken(accessToken: string): Promise<DecodedToken | null> {
  return decode(accessToken) ?? null
}

/**
 * The issuer that a decoded token names, as in Mastra. Verifies nothing.
 *
 * @param decoded - what `decodeToken` returned
 * @throws {TokenError} `token_malformed` with the message "Invalid token" or "Invalid token payload";
 *   `token_claim` with "Invalid token header" where there is no `iss`. The messages are Mastra's.
 * @example
 * ```typescript
 * import { decodeToken, getTokenIssuer } from '@signet/auth'
 *
 * export async function issuerOf(token: string): Promise<string> {
 *   return getTokenIssuer(await decodeToken(token))
 * }
 * ```
 */
export function getTokenIssuer(decoded: { readonly payload?: unknown } | null | undefined): string {
  if (!isJsonObject(decoded)) throw new TokenError('token_malformed', 'Invalid token')
  const { payload } = decoded
  if (!isJsonObject(payload)) throw new TokenError('token_malformed', 'Invalid token payload')
  const issuer = Object.hasOwn(payload, 'iss') ? payload['iss'] : undefined
  if (typeof issuer !== 'string' || issuer === '') {
    throw new TokenError('token_claim', 'Invalid token header', { claim: 'iss' })
  }
  return issuer
}

/**
 * Verifies a token by a shared secret, as in Mastra: HS256, and HS384 or HS512 where the secret
 * has 48 or 64 bytes. Its `exp` is required unless `NODE_ENV` is `development`, and counts where it is
 * there. Checks no issuer, no audience and no subject: `createVerifier` does, and reads its secret once.
 *
 * @returns the claims, deep-frozen
 * @throws {TokenError} with the reason
 * @throws {ConfigurationError} `secret_missing`, `secret_too_short`, `secret_is_public_key`,
 *   `secret_is_sample` (unless `NODE_ENV` is `development`)
 * @example
 * ```typescript
 * import { verifyHmac } from '@signet/auth'
 *
 * export async function subjectOf(token: string): Promise<string | undefined> {
 *   return (await verifyHmac(token, process.env['MASTRA_JWT_SECRET'] ?? '')).sub
 * }
 * ```
 */
export async function verifyHmac(accessToken: string, secret: string): Promise<Claims> {
  const isDevelopment = process.env['NODE_ENV'] === 'development'
  if (typeof secret !== 'string') {
    throw new ConfigurationError('secret_missing', 'The secret must be a text.')
  }
  if (!isDevelopment && isSampleSecret(Buffer.from(secret, 'utf8'))) {
    throw new ConfigurationError(
      'secret_is_sample',
      'The secret is printed in public documentation, so anyone can sign with it. It is accepted only with NODE_ENV=development. Make a good one with: npx signet secret',
    )
  }
  const requiredClaims = isDevelopment ? [] : ['exp']
  const verifier = createVerifier({ keys: secretKeys(secret), requiredClaims })
  return (await verifier.verify(accessToken)).claims
}

/** Verifiers by the addresses of their key sets. An application has few; the bound is against mistakes. */
const verifiers = new LRUCache<string, Verifier>({ max: 100 })

function verifierOf(jwksUri: string): Verifier {
  const known = verifiers.get(jwksUri)
  if (known !== undefined) return known
  const requiredClaims = process.env['NODE_ENV'] === 'development' ? [] : ['exp']
  const verifier = createVerifier({ keys: createRemoteKeySet(jwksUri), requiredClaims })
  verifiers.set(jwksUri, verifier)
  return verifier
}

/**
 * Verifies a token by the key set at an address, as in Mastra; the set is fetched once and kept, as
 * that of `createRemoteKeySet`. Its `exp` is required unless `NODE_ENV` is `development`, and counts where it
 * is there. Checks no issuer, no audience and no subject: a token that the same issuer gave for another
 * server passes. `MastraJwtAuth` with `jwksUri`, `issuer` and `audience` checks them.
 *
 * @param jwksUri - of the configuration, and never of the token
 * @returns the claims, deep-frozen
 * @throws {TokenError} with the reason
 * @throws {AuthError} `keys_unavailable`
 * @throws {ConfigurationError} `option_invalid` for an address that is not https, or http on this machine
 * @example
 * ```typescript
 * import { verifyJwks } from '@signet/auth'
 *
 * export async function subjectOf(token: string): Promise<string | undefined> {
 *   return (await verifyJwks(token, 'https://login.example/keys')).sub
 * }
 * ```
 */
export async function verifyJwks(accessToken: string, jwksUri: string): Promise<Claims> {
  return (await verifierOf(jwksUri).verify(accessToken)).claims
}
