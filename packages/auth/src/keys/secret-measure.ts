import { isUtf8 } from 'node:buffer'
import { secretSlip } from './secret-slip.js'

/** What can be told of a secret without telling the secret. */
export interface SecretMeasure {
  readonly byteLength: number
  /** How many characters it has that differ; of what is not a text, bytes. */
  readonly distinctCharacters: number
  /** After how many bytes it begins again; its length where it does not. */
  readonly repeatsAfter: number
  readonly isDigitsOnly: boolean
  /** What somebody seems to have pasted along, such as "white space at its end"; undefined where nothing does. */
  readonly slip: string | undefined
}

function repeatsAfter(bytes: Buffer): number {
  for (let length = 1; length <= bytes.length / 2; length++) {
    if (bytes.subarray(length).equals(bytes.subarray(0, bytes.length - length))) return length
  }
  return bytes.length
}

/** Measures a secret, so that somebody can be told that it is weak. */
export function measureSecret(secret: Uint8Array): SecretMeasure {
  const bytes = Buffer.from(secret)
  const text = bytes.toString(isUtf8(bytes) ? 'utf8' : 'latin1')
  return {
    byteLength: bytes.length,
    distinctCharacters: new Set(text).size,
    repeatsAfter: repeatsAfter(bytes),
    isDigitsOnly: /^\d+$/.test(text),
    slip: secretSlip(bytes),
  }
}
