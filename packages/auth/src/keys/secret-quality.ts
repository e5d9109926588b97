import { createPublicKey, X509Certificate } from 'node:crypto'

/** Armoured keys and certificates, SSH keys, and a JWK or key set, whatever stands before or between. */
const KEY_TEXTS = [
  /-{4,5}\s*BEGIN\b/i,
  // How an SSH key begins in base64: the length of its type's name, then `ssh-`, `ecdsa-` or `sk-`.
  /AAAA(?:[BC]3NzaC1|E2VjZHNhL|[GI]nNrL)/,
  /\\?["']?\bkty\\?["']?\s*:/,
]

/** What reads a public key of DER; each throws for anything else. */
const DER_READERS = [
  (key: Buffer) => createPublicKey({ key, format: 'der', type: 'spki' }),
  (key: Buffer) => createPublicKey({ key, format: 'der', type: 'pkcs1' }),
  (key: Buffer) => new X509Certificate(key),
]

function isPublicKeyDer(bytes: Buffer): boolean {
  // Each of these is an ASN.1 SEQUENCE; anything else need not be parsed.
  if (bytes[0] !== 0x30) return false
  return DER_READERS.some((read) => {
    try {
      read(bytes)
      return true
    } catch {
      return false
    }
  })
}

/** A byte order mark of UTF-8 or UTF-16, each byte read as one character. */
const BYTE_ORDER_MARK = /^(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)/

/** The bytes as they are, and what they may be an encoding of; a Kubernetes secret easily has two. */
function readings(bytes: Buffer, encodings = 2): readonly Buffer[] {
  if (encodings === 0) return [bytes]
  const text = bytes.toString('latin1').replace(BYTE_ORDER_MARK, '')
  const word = text.replace(/[\s"'\0]|\\[nr]/g, '')
  const digits = word.replace(/^0x|:/gi, '')
  const decoded: Buffer[] = []
  if (/^[A-Za-z0-9+/_-]+={0,2}$/.test(word)) decoded.push(Buffer.from(word, 'base64'))
  if (/^(?:[0-9a-f]{2})+$/i.test(digits)) decoded.push(Buffer.from(digits, 'hex'))
  return [bytes, ...decoded.flatMap((inner) => readings(inner, encodings - 1))]
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
