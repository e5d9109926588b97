import { undisguise } from './disguise.js'
import { showsKey } from './key-marks.js'

/** How many disguises, one below the other, are undone. */
const MAX_DEPTH = 8

/** How many bytes are looked at, in all disguises together, and how much each one counts beside its length. */
const MAX_BYTES = 8 * 1024 * 1024
const READING_BYTES = 64

/** How many sequences of DER are read; a real secret has a handful. */
const MAX_LOOKS = 1000

/**
 * Whether a would-be secret is public-key material: PEM, certificate, JWK, key set, SSH or DER, whole or its beginning,
 * also in base64, hex, numbers, quotes, UTF-16, or the escapes of a URL, JSON or HTML, one below the other, with a byte
 * order mark, blanks, names or comments around it. Whoever can read the public key could sign tokens with it (RFC 8725
 * section 2.1). What is too large to be looked through counts as one.
 */
export function isPublicKeyMaterial(secret: Uint8Array): boolean {
  const looksLeft = { count: MAX_LOOKS }
  let bytesLeft = MAX_BYTES
  let layer: ReadonlySet<string> = new Set([Buffer.from(secret).toString('latin1')])
  for (let depth = 0; depth <= MAX_DEPTH && layer.size > 0; depth++) {
    const next = new Set<string>()
    for (const text of layer) {
      if (showsKey(text, looksLeft)) return true
      for (const inner of undisguise(text)) {
        // What is not shorter has nothing undone, and would be found again and again.
        if (inner.length >= text.length) continue
        bytesLeft -= inner.length + READING_BYTES
        if (bytesLeft < 0) return true
        next.add(inner)
      }
    }
    layer = next
  }
  return layer.size > 0
}

/** Secrets printed in public documentation: anyone can sign with them. */
export const SAMPLE_SECRETS: ReadonlySet<string> = new Set([
  'supersecretdevkeythatishs256safe!',
  'a-string-secret-at-least-256-bits-long',
  'a-valid-string-secret-that-is-at-least-512-bits-long-which-is-very-long',
  'your-256-bit-secret',
  'your-384-bit-secret',
  'your-512-bit-secret',
  'replace-me-with-a-secret-of-32-bytes-or-more',
])

/** Whether a secret is one that documentation prints as its example. */
export function isSampleSecret(secret: Uint8Array): boolean {
  return SAMPLE_SECRETS.has(Buffer.from(secret).toString('utf8').trim())
}
