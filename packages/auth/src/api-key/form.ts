import { crc32 } from 'node:zlib'

/** How every API key begins. No JSON Web Token does. */
const API_KEY_PREFIX = 'sgn_'

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
/** 62 to the power of 43 is more than 2 to the power of 256. */
const RANDOM_LENGTH = 43
/** 62 to the power of 6 is more than 2 to the power of 32. */
const CHECKSUM_LENGTH = 6
const FORM = new RegExp(
  `^${API_KEY_PREFIX}([0-9A-Za-z]{${RANDOM_LENGTH}})([0-9A-Za-z]{${CHECKSUM_LENGTH}})$`,
)
const WITHIN = new RegExp(`${API_KEY_PREFIX}[0-9A-Za-z]{${RANDOM_LENGTH}}`)

function base62(value: bigint, length: number): string {
  let text = ''
  for (let rest = value; text.length < length; rest /= 62n) {
    text = (DIGITS[Number(rest % 62n)] ?? '') + text
  }
  return text
}

/** CRC-32 of prefix and random part, in base62. It finds every misspelling of one character; it is not a secret. */
function checksum(body: string): string {
  return base62(BigInt(crc32(body)), CHECKSUM_LENGTH)
}

/**
 * Spells a key: `sgn_`, 43 characters of base62, and 6 of checksum, 53 in all.
 * @param random - 32 random bytes
 */
export function spellApiKey(random: Uint8Array): string {
  const value = BigInt(`0x${Buffer.from(random).toString('hex')}`)
  const body = API_KEY_PREFIX + base62(value, RANDOM_LENGTH)
  return body + checksum(body)
}

/** Whether a bearer token claims to be an API key, well spelt or not. */
export function looksLikeApiKey(token: string): boolean {
  return token.startsWith(API_KEY_PREFIX)
}

/** Whether a text is spelt as an API key is, checksum and all. Says nothing of whether there is such a key. */
export function isApiKey(text: string): boolean {
  const [, random, sum] = FORM.exec(text) ?? []
  return random !== undefined && checksum(API_KEY_PREFIX + random) === sum
}

/** Whether there is in a text what could be a key, or most of one, that got into the wrong place. */
export function containsApiKey(text: string): boolean {
  return WITHIN.test(text)
}
