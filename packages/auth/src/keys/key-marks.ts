import { createPublicKey, X509Certificate } from 'node:crypto'
import { isObject } from '../lib/object.js'

/** How often a key of DER may still be looked for. */
export interface LooksLeft {
  count: number
}

/** Armoured keys and certificates, SSH keys, and the names of a JWK, whatever stands before or between. */
const KEY_TEXTS = [
  /\bBEGIN[\W_]+(?:[A-Z0-9]+[\W_]+){0,4}(?:KEY|CERTIFICATE)\b/i,
  /-{4,5}\s*BEGIN\b/i,
  // How an SSH key begins in base64: the length of its type's name, then `ssh-`, `ecdsa-` or `sk-`.
  /AAAA(?:[BC]3NzaC1|E2VjZHNhL|[GI]nNrL)/,
  /\bkty\b[\\"'\s]*:/,
  /\bkty\b[\\"'\s]*[=>][\\"'\s]*(?:RSA|EC|OKP|AKP|oct)\b/,
  /\bcrv\b[\\"'\s]*[:=>][\\"'\s]*(?:P-\d{3}|(?:Ed|X)\d{3,5}|secp256k1)\b/,
  /\be\b[\\"'\s]*[:=>][\\"'\s]*AQAB\b/,
  // An RSA key in the XML of .NET, and keys as OpenSSL prints them.
  /<(?:RSAKeyValue|ECKeyValue)\b/i,
  /\bPublic-Key:/,
  /\bModulus\b/,
]

/** How public keys begin as bytes, also where their end is missing: no secret has so many of them by chance. */
const KEY_BYTES = [
  // The algorithm of a SubjectPublicKeyInfo, as certificates have one too (RFC 3279, RFC 5480, RFC 8410).
  '\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01',
  '\x06\x07\x2a\x86\x48\xce\x3d\x02\x01',
  '\x30\x05\x06\x03\x2b\x65\x70',
  '\x30\x05\x06\x03\x2b\x65\x71',
  // An SSH key (RFC 4253 section 6.6).
  '\x00\x00\x00\x07ssh-',
  '\x00\x00\x00\x0bssh-',
  '\x00\x00\x00\x13ecdsa-',
]

/** What reads a public key of DER; each throws for anything else. */
const DER_READERS = [
  (key: Buffer) => createPublicKey({ key, format: 'der', type: 'spki' }),
  (key: Buffer) => createPublicKey({ key, format: 'der', type: 'pkcs1' }),
  (key: Buffer) => new X509Certificate(key),
]

/** The tag of an ASN.1 SEQUENCE, which every key of DER is. */
const SEQUENCE = 0x30
/** Of an INTEGER, with which a key of PKCS#1 goes on; every other goes on with a sequence. */
const INTEGER = 0x02

/** The sequence that starts at an index, by the length that it declares (X.690 section 8.1.3), where it may be a key. */
function sequenceAt(bytes: Buffer, start: number): Buffer | undefined {
  const first = bytes[start + 1] ?? 0
  const lengthBytes = first < 0x80 ? 0 : first - 0x80
  if (lengthBytes > 2 || start + 2 + lengthBytes > bytes.length) return undefined
  const tag = bytes[start + 2 + lengthBytes]
  if (tag !== SEQUENCE && tag !== INTEGER) return undefined
  const length = lengthBytes === 0 ? first : bytes.readUIntBE(start + 2, lengthBytes)
  const end = start + 2 + lengthBytes + length
  return length >= 32 && end <= bytes.length ? bytes.subarray(start, end) : undefined
}

/** Says that the length of a value stands in the two bytes behind. */
const LONG = 0x82

/** Whether an RSA key of PKCS#1 (RFC 8017 appendix A.1.1) begins at an index: a sequence, and a long whole number. */
function isPkcs1Start(bytes: Buffer, at: number): boolean {
  const [, sequenceLength, , , tag, length, , , first] = bytes.subarray(at, at + 9)
  return sequenceLength === LONG && tag === INTEGER && length === LONG && first === 0
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

/** Whether there is a public key of DER, or the beginning of one, anywhere in the bytes. */
function containsDer(bytes: Buffer, looksLeft: LooksLeft): boolean {
  for (let at = bytes.indexOf(SEQUENCE); at >= 0; at = bytes.indexOf(SEQUENCE, at + 1)) {
    if (isPkcs1Start(bytes, at)) return true
    const sequence = sequenceAt(bytes, at)
    if (sequence === undefined) continue
    if (looksLeft.count-- <= 0 || isPublicKeyDer(sequence)) return true
  }
  return false
}

/** The curves of ECDSA, by the length of a point on each (SEC 1 section 2.3.3): a 4, and two coordinates. */
const CURVES: ReadonlyMap<number, string> = new Map([
  [65, 'P-256'],
  [97, 'P-384'],
  [133, 'P-521'],
])

/** Whether bytes are a point on a curve, which is a public key without its name. */
function isPoint(bytes: Buffer): boolean {
  const crv = CURVES.get(bytes.length)
  if (crv === undefined || bytes[0] !== 4) return false
  const half = (bytes.length + 1) / 2
  const x = bytes.subarray(1, half).toString('base64url')
  const y = bytes.subarray(half).toString('base64url')
  try {
    createPublicKey({ key: { kty: 'EC', crv, x, y }, format: 'jwk' })
    return true
  } catch {
    return false
  }
}

function isKeyObject(value: unknown): boolean {
  if (!isObject(value)) return false
  const has = (...names: readonly string[]) => names.every((name) => Object.hasOwn(value, name))
  return has('kty') || has('n', 'e') || has('crv', 'x') || Object.values(value).some(isKeyObject)
}

/** How an object or a list of objects begins, which alone can hold a JWK. */
const JSON_START = /^(?:\[\s*)*\{\s*"/

function parsesToKey(json: string): boolean {
  try {
    return isKeyObject(JSON.parse(json))
  } catch {
    return false
  }
}

/** Whether what stands between the outermost braces or brackets is a JWK or holds one. */
function containsJwk(text: string): boolean {
  return ['{}', '[]'].some(([open = '', close = '']) => {
    const [start, end] = [text.indexOf(open), text.lastIndexOf(close)]
    const json = start < 0 ? '' : text.slice(start, end + 1)
    return JSON_START.test(json) && parsesToKey(json)
  })
}

/**
 * Whether a text, as it stands, is or holds a public key, or the beginning of one. Where it may not be looked any
 * further it counts as one: no secret is so long.
 *
 * @param text - a character for each byte
 */
export function showsKey(text: string, looksLeft: LooksLeft): boolean {
  if (KEY_TEXTS.some((pattern) => pattern.test(text))) return true
  if (KEY_BYTES.some((mark) => text.includes(mark)) || containsJwk(text)) return true
  const bytes = Buffer.from(text, 'latin1')
  return isPoint(bytes) || containsDer(bytes, looksLeft)
}
