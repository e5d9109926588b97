import { createPrivateKey, type KeyObject } from 'node:crypto'
import { ConfigurationError } from '../error.js'
import { noKeyWords, readPemBlock } from './key-text.js'

const ENCRYPTED = /-----BEGIN ENCRYPTED PRIVATE KEY-----|Proc-Type: 4,ENCRYPTED/

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
 * @param plain - as `plainKeyText` gives it
 * @throws {ConfigurationError} `key_invalid`
 */
export function readPrivatePem(plain: string): KeyObject {
  if (ENCRYPTED.test(plain))
    refuse('The PEM is encrypted. Decrypt it first, for example with openssl pkey.')
  const block = readPemBlock(plain)
  const type = TYPES.get(block?.label)
  if (block === undefined || type === undefined) {
    return refuse(
      noKeyWords(plain, '-----BEGIN PRIVATE KEY-----, RSA PRIVATE KEY or EC PRIVATE KEY'),
    )
  }
  try {
    return createPrivateKey({ key: block.der, format: 'der', type })
  } catch {
    return refuse(`The PEM does not hold a private key in ${type}.`)
  }
}
