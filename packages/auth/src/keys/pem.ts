import { createPublicKey } from 'node:crypto'
import { ConfigurationError } from '../error.js'
import { PublicKey } from './public-key.js'

/** One block, SPKI or PKCS#1, and nothing but blanks around it. */
const PEM = /^\s*-----BEGIN ((?:RSA )?PUBLIC KEY)-----\r?\n([A-Za-z0-9+/=\s]+)-----END \1-----\s*$/
const PRIVATE = /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----/

/**
 * Reads a public key in PEM: SPKI (`PUBLIC KEY`) or PKCS#1 (`RSA PUBLIC KEY`).
 * @throws {ConfigurationError} `key_is_private`, `key_invalid` or `key_weak`
 */
export function readPem(text: string): PublicKey {
  if (PRIVATE.test(text)) {
    throw new ConfigurationError(
      'key_is_private',
      'The PEM holds a private key: whoever verifies needs only the public half.',
    )
  }
  const [, label, body = ''] = PEM.exec(text) ?? []
  if (label === undefined) {
    throw new ConfigurationError(
      'key_invalid',
      'The text is not one public key in PEM: -----BEGIN PUBLIC KEY-----, or RSA PUBLIC KEY.',
    )
  }
  const der = Buffer.from(body.replace(/\s/g, ''), 'base64')
  const type = label === 'PUBLIC KEY' ? 'spki' : 'pkcs1'
  let key
  try {
    key = createPublicKey({ key: der, format: 'der', type })
  } catch {
    throw new ConfigurationError('key_invalid', `The PEM holds no key in ${type.toUpperCase()}.`)
  }
  return new PublicKey(key)
}
