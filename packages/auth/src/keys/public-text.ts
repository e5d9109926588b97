import { createPublicKey } from 'node:crypto'
import { ConfigurationError } from '../error.js'
import { readJwk, type PublicJwk } from './jwk.js'
import { noKeyWords, plainKeyText, readJwkText, readPemBlock } from './key-text.js'
import { PublicKey } from './public-key.js'

const PRIVATE = /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/
const TYPES: ReadonlyMap<string | undefined, 'spki' | 'pkcs1'> = new Map([
  ['PUBLIC KEY', 'spki'],
  ['RSA PUBLIC KEY', 'pkcs1'],
])

/**
 * Reads a public key from a text: PEM, SPKI (`PUBLIC KEY`) or PKCS#1 (`RSA PUBLIC KEY`), or a JWK, however it was wrapped: in
 * quotes, with escaped line ends, on one line, in base64 as a whole.
 * @throws {ConfigurationError} `key_is_private`, `key_invalid` or `key_weak`
 */
export function readPublicText(text: string): PublicKey {
  const plain = plainKeyText(text)
  if (PRIVATE.test(plain)) {
    throw new ConfigurationError(
      'key_is_private',
      'The PEM holds a private key. To verify tokens, give its public half alone.',
    )
  }
  const jwk = readJwkText(plain)
  if (jwk !== undefined) return readJwk(jwk as PublicJwk)
  const block = readPemBlock(plain)
  const type = TYPES.get(block?.label)
  if (block === undefined || type === undefined) {
    throw new ConfigurationError(
      'key_invalid',
      noKeyWords(plain, '-----BEGIN PUBLIC KEY-----, or RSA PUBLIC KEY'),
    )
  }
  let key
  try {
    key = createPublicKey({ key: block.der, format: 'der', type })
  } catch {
    throw new ConfigurationError(
      'key_invalid',
      `The PEM does not hold a key in ${type.toUpperCase()}.`,
    )
  }
  return new PublicKey(key)
}
