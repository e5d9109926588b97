const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** The value of each character by its code; 0 for one that has none. */
const VALUES = new Uint8Array(128)
for (let value = 0; value < ALPHABET.length; value++) VALUES[ALPHABET.charCodeAt(value)] = value

/** The bits of the last character that belong to no byte, by the length of the text modulo 4. */
const STRAY_BITS = [0, 0, 0b1111, 0b11] as const

/**
 * Whether a text has none of the signs that decoding takes in place of others: those of plain base64, and
 * those beyond ASCII. Asked once for a whole token.
 */
export function isPlain(text: string): boolean {
  return (
    Buffer.byteLength(text, 'utf8') === text.length && !text.includes('+') && !text.includes('/')
  )
}

/**
 * Whether a text was base64url in its one canonical spelling: no padding, no white space, no foreign
 * character, no stray bits (RFC 7515 section 2). Decoding skips what is foreign, which leaves too few bytes.
 *
 * @param part - a text for which `isPlain` holds
 * @param byteLength - how many bytes it was decoded to
 */
function wasCanonical(part: string, byteLength: number): boolean {
  const rest = part.length & 3
  if (rest === 1 || byteLength !== (part.length * 3) >> 2) return false
  const last = VALUES[part.charCodeAt(part.length - 1)] ?? 0
  return (last & (STRAY_BITS[rest] ?? 0)) === 0
}

/**
 * Decodes canonical base64url.
 * @param part - a text for which `isPlain` holds
 * @returns undefined for any other spelling
 */
export function decodeCanonical(part: string): Buffer | undefined {
  const bytes = Buffer.from(part, 'base64url')
  return wasCanonical(part, bytes.length) ? bytes : undefined
}

/** Room to decode what is copied out at once. As large as most tokens are allowed to be. */
const SCRATCH = Buffer.allocUnsafeSlow(8192)

/**
 * The same as a binary string, in which each character is one byte. Of a long text this costs half: bytes
 * of that length have memory of their own, which is dear to get and to free.
 */
export function decodeCanonicalBinary(part: string): string | undefined {
  const room = part.length <= SCRATCH.length ? SCRATCH : Buffer.allocUnsafe(part.length)
  const byteLength = room.write(part, 'base64url')
  return wasCanonical(part, byteLength) ? room.toString('latin1', 0, byteLength) : undefined
}
