import { createPublicKey, X509Certificate } from 'node:crypto'

/** Armoured keys and certificates, SSH keys, and the names of a JWK, whatever stands before or between. */
const KEY_TEXTS = [
  /\bBEGIN\s+(?:[A-Z0-9]+\s+){0,8}(?:KEY|CERTIFICATE)\b/i,
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

/** The tag of an ASN.1 SEQUENCE, which every key of DER is. */
const SEQUENCE = 0x30

/** No key is longer than this, in characters of whatever spelling. */
const MOST_CHARACTERS = 65_536

/** How many candidates are looked at; a real secret has a handful, and what has this many is no secret. */
const MOST_LOOKS = 1000

/** A search that gives up. */
interface Search {
  looksLeft: number
}

/** How many encodings are looked through; a Kubernetes secret easily has two. */
const MOST_ENCODINGS = 3

/** The sequence that starts at an index, by the length that it declares (X.690 section 8.1.3). */
function sequenceAt(bytes: Buffer, start: number): Buffer | undefined {
  const first = bytes[start + 1] ?? 0
  const lengthBytes = first < 0x80 ? 0 : first - 0x80
  if (lengthBytes > 2 || start + 2 + lengthBytes > bytes.length) return undefined
  const length = lengthBytes === 0 ? first : bytes.readUIntBE(start + 2, lengthBytes)
  const end = start + 2 + lengthBytes + length
  return length >= 32 && end <= bytes.length ? bytes.subarray(start, end) : undefined
}

function isPublicKeyDer(sequence: Buffer): boolean {
  return DER_READERS.some((read) => {
    try {
      read(sequence)
      return true
    } catch {
      return false
    }
  })
}

/** Whether there is a public key of DER anywhere in the bytes. */
function containsDer(bytes: Buffer, search: Search): boolean {
  for (let at = bytes.indexOf(SEQUENCE); at >= 0; at = bytes.indexOf(SEQUENCE, at + 1)) {
    const sequence = sequenceAt(bytes, at)
    if (sequence === undefined) continue
    if (search.looksLeft-- <= 0 || isPublicKeyDer(sequence)) return true
  }
  return false
}

/** What a text may be an encoding of: hex, and base64 from each place where a sequence could begin. */
function* decodings(text: string): Generator<Buffer> {
  const printed = text.replace(/[^\x21-\x7e]|["',]|\\[nrt]/g, '')
  const digits = printed.replace(/0x|[:,]/gi, '')
  for (const [run] of digits.matchAll(/[0-9a-f]{64,}/gi)) yield Buffer.from(run, 'hex')
  for (const [run] of printed.matchAll(/[A-Za-z0-9+/_-]{32,}/g)) {
    yield Buffer.from(run, 'base64')
    for (let at = run.indexOf('M', 1); at >= 0; at = run.indexOf('M', at + 1)) {
      const bytes = Buffer.from(run.slice(at), 'base64')
      if (sequenceAt(bytes, 0) !== undefined) yield bytes
    }
  }
}

function unescapeUrl(text: string): string {
  return text.replace(/%([0-9a-f]{2})/gi, (_, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  )
}

function isKeyObject(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  const has = (...names: readonly string[]) => names.every((name) => Object.hasOwn(value, name))
  return has('kty') || has('n', 'e') || has('crv', 'x') || Object.values(value).some(isKeyObject)
}

/** Whether what stands between the outermost braces or brackets is a JWK or holds one. */
function containsJwk(text: string): boolean {
  const start = text.search(/[{[]/)
  const end = Math.max(text.lastIndexOf('}'), text.lastIndexOf(']'))
  if (start === -1 || end < start) return false
  try {
    return isKeyObject(JSON.parse(text.slice(start, end + 1)))
  } catch {
    return false
  }
}

function containsKey(bytes: Buffer, encodings: number, search: Search): boolean {
  if (search.looksLeft-- <= 0 || containsDer(bytes, search)) return true
  const text = unescapeUrl(bytes.toString('latin1').replaceAll('\0', '')).slice(0, MOST_CHARACTERS)
  if (KEY_TEXTS.some((pattern) => pattern.test(text)) || containsJwk(text)) return true
  if (encodings === 0) return false
  for (const inner of decodings(text)) {
    if (containsKey(inner, encodings - 1, search)) return true
  }
  return false
}

/**
 * Whether a would-be secret is public-key material: PEM, certificate, JWK, key set, SSH or DER, also
 * in base64, hex, quotes, UTF-16 or a URL, with a byte order mark, blanks, names or comments around
 * it. Whoever can read the public key could sign tokens with it (RFC 8725 section 2.1).
 */
export function isPublicKeyMaterial(secret: Uint8Array): boolean {
  return containsKey(Buffer.from(secret), MOST_ENCODINGS, { looksLeft: MOST_LOOKS })
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
