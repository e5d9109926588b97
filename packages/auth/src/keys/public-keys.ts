import { ConfigurationError } from '../error.js'
import type { Algorithm } from '../jws/algorithm.js'
import type { KeySource } from './key-source.js'
import { readJwk, type PublicJwk } from './jwk.js'
import { keyIdOf } from './key-set.js'
import { readPublicText } from './public-text.js'
import { asList } from '../lib/as-list.js'

/**
 * A public key: PEM (SPKI or PKCS#1), or JWK, also as text. A text may be wrapped in quotes, have escaped line ends or none, or
 * be in base64 as a whole.
 */
export type PublicKeyInput = string | PublicJwk

/** Public keys that have been read. */
export interface PublicKeys extends KeySource {
  /** What they serve, together. */
  readonly algorithms: readonly Algorithm[]
}

/**
 * Makes keys of one public key, or of several that all verify. A `kid` counts only between a header and
 * a key that both have one.
 *
 * @throws {ConfigurationError} `key_invalid`, `key_weak` or `key_is_private`
 * @example
 * ```typescript
 * import { readFileSync } from 'node:fs'
 * import { createVerifier, publicKeys } from '@signet/auth'
 *
 * export const verifier = createVerifier({
 *   keys: publicKeys(readFileSync('key.pub.pem', 'utf8')),
 *   algorithms: ['ES256'],
 * })
 * ```
 */
export function publicKeys(input: PublicKeyInput | readonly PublicKeyInput[]): PublicKeys {
  // A copy, because map would pass over a hole of the list.
  const keys = [...asList(input)].map((each) =>
    typeof each === 'string' ? readPublicText(each) : readJwk(each),
  )
  if (keys.length === 0) {
    throw new ConfigurationError('key_invalid', 'The list of public keys is empty.')
  }
  return {
    algorithms: keys.flatMap(({ algorithms }) => algorithms),
    find(header) {
      const keyId = keyIdOf(header)
      if (keyId === null) return []
      return keys.filter(
        (key) => keyId === undefined || key.keyId === undefined || key.keyId === keyId,
      )
    },
  }
}
