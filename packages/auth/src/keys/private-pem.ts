import { createPrivateKey, type KeyObject } from 'node:crypto'
import { ConfigurationError } from '../error.js'

/** One block, PKCS#8, PKCS#1 or SEC 1, and nothing but blanks around it. */
const PEM =
  /^\s*-----BEGIN ((?:RSA |EC )?PRIVATE KEY)-----\r?\n([A-Za-z0-9+/=\s]+)-----END \1-----\s*$/
const ENCRYPTED = /-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED/m

const TYPES: ReadonlyMap<string | undefined, 'pkcs8' | 'pkcs1' | 'sec1'> = new Map([
  ['PRIVATE KEY', 'pkcs8'],
  ['RSA PRIVATE KEY', 'pkcs1'],
  ['EC PRIVATE KEY', 'sec1'],
])

function refuse(message: string): never {
  throw new ConfigurationError('key_invalid', message)
}

/**
 * Reads a private key in PEM: PKCS#8 (`PRIVATE KEY`), PKCS#1 (`RSA PRIVATE KEY`) or SEC 1 (`EC PRIVATE KEY`).
 * @throws {ConfigurationError} `key_invalid`
 */
export function readPrivatePem(text: string): KeyObject {
  if (ENCRYPTED.test(text))
    refuse('The PEM is encrypted: decrypt it first, such as with openssl pkey.')
  const [, label, body = ''] = PEM.exec(text) ?? []
  const type = TYPES.get(label)
  if (type === undefined) {
    return refuse(
      'The text is not one private key in PEM: -----BEGIN PRIVATE KEY-----, RSA PRIVATE KEY or EC PRIVATE KEY.',
    )
  }
  try {
    const key = Buffer.from(body.replace(/\s/g, ''), 'base64')
    return createPrivateKey({ key, format: 'der', type })
  } catch {
    return refuse(`The PEM holds no private key in ${type}.`)
  }
}
