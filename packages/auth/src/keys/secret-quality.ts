import { createPublicKey } from 'node:crypto'

/** Armoured keys and certificates, SSH keys, and a JWK or key set, whatever stands before or between. */
const KEY_TEXTS = [
  /-{4,5}\s*BEGIN\b/i,
  /\b(?:ssh-(?:rsa|dss|ed25519)|ecdsa-sha2-\w+)\s+[A-Za-z0-9+/]{16}/,
  /\\?["']?\bkty\\?["']?\s*:/,
]

function isPublicKeyDer(bytes: Buffer): boolean {
  // Both encodings are an ASN.1 SEQUENCE; anything else need not be parsed.
  if (bytes[0] !== 0x30) return false
  return (['spki', 'pkcs1'] as const).some((type) => {
    try {
      createPublicKey({ key: bytes, format: 'der', type })
      return true
    } catch {
      return false
    }
  })
}

/** The bytes as they are, and what they may be an encoding of. */
function readings(bytes: Buffer): readonly Buffer[] {
  const text = bytes.toString('latin1').replace(/[\s"'\0]|\\[nr]/g, '')
  const all = [bytes]
  if (/^[A-Za-z0-9+/_-]+={0,2}$/.test(text)) all.push(Buffer.from(text, 'base64'))
  if (/^(?:[0-9a-f]{2})+$/i.test(text)) all.push(Buffer.from(text, 'hex'))
  return all
}

/**
 * Whether a would-be secret is public-key material: PEM, certificate, JWK, key set, SSH or DER, also
 * in base64, hex, quotes, UTF-16, with a byte order mark, blanks or comments around it. Whoever can
 * read the public key could sign tokens with it (RFC 8725 section 2.1).
 */
export function isPublicKeyMaterial(secret: Uint8Array): boolean {
  return readings(Buffer.from(secret)).some((bytes) => {
    const text = bytes.toString('latin1').replaceAll('\0', '')
    return KEY_TEXTS.some((pattern) => pattern.test(text)) || isPublicKeyDer(bytes)
  })
}

/** Secrets printed in public documentation: anyone can sign with them. */
const SAMPLE_SECRETS: ReadonlySet<string> = new Set([
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
