import { isUtf8 } from 'node:buffer'
import { TokenError } from '../error.js'
import { isJsonObject, parseStrictJson, StrictJsonError } from './strict-json.js'

/** The protected header of a token, as sent: nothing in it can be trusted before the signature verified. */
export interface TokenHeader {
  readonly alg?: unknown
  readonly kid?: unknown
  readonly typ?: unknown
  readonly [name: string]: unknown
}

/** A compact token taken apart (RFC 7515 section 7.1). Nothing is verified yet. */
export interface CompactToken {
  readonly header: TokenHeader
  /** What the signature covers: the first two parts with their dot, in ASCII. */
  readonly signingInput: string
  /** The payload's bytes, not yet read. */
  readonly payload: Buffer
  readonly signature: Buffer
}

/**
 * Decodes one part and refuses every spelling but the canonical one: no padding, no white space, no
 * foreign character, no stray bits (RFC 7515 section 2). Encoding again must give the same text.
 */
function decodeCanonical(part: string, what: string): Buffer {
  const bytes = Buffer.from(part, 'base64url')
  if (bytes.length === 0 || bytes.toString('base64url') !== part) {
    throw new TokenError('token_malformed', `The ${what} is not canonical base64url.`)
  }
  return bytes
}

/**
 * Reads bytes as exactly one JSON object in UTF-8, without duplicate names, nested at most 100 deep.
 * @throws {TokenError} `token_malformed`
 */
export function parseJsonObject(bytes: Buffer, what: string): Record<string, unknown> {
  if (!isUtf8(bytes)) throw new TokenError('token_malformed', `The ${what} is not UTF-8.`)
  let value: unknown
  try {
    value = parseStrictJson(bytes.toString('utf8'))
  } catch (error) {
    if (!(error instanceof StrictJsonError)) throw error
    throw new TokenError('token_malformed', `The ${what} is refused: ${error.message}`)
  }
  if (!isJsonObject(value)) {
    throw new TokenError('token_malformed', `The ${what} is not a JSON object.`)
  }
  return value
}

/**
 * Refuses what is longer than the policy allows, before anything of it is decoded.
 * @param maxBytes - largest token, in bytes
 * @throws {TokenError} `token_malformed` for a value that is no string, else `token_too_large`
 */
export function checkSize(token: unknown, maxBytes: number): asserts token is string {
  if (typeof token !== 'string') {
    throw new TokenError('token_malformed', 'The token is not a string.')
  }
  // A legal token is ASCII, so its length is its size; any other character only makes it larger.
  if (token.length > maxBytes) {
    throw new TokenError('token_too_large', `The token is larger than ${maxBytes} bytes.`)
  }
}

/**
 * Takes a token in the JWS compact serialization apart (RFC 7515 sections 5.2 and 7.1).
 * Checks its form and nothing else: no algorithm, no signature, no claim.
 * @throws {TokenError} `token_malformed`
 */
export function parseCompact(token: string): CompactToken {
  const first = token.indexOf('.')
  const last = token.lastIndexOf('.')
  if (first < 0 || first === last || token.indexOf('.', first + 1) !== last) {
    throw new TokenError('token_malformed', 'The token does not have three parts.')
  }
  const header = parseJsonObject(decodeCanonical(token.slice(0, first), 'header'), 'header')
  return {
    header,
    signingInput: token.slice(0, last),
    payload: decodeMaybeEmpty(token.slice(first + 1, last), 'payload'),
    signature: decodeMaybeEmpty(token.slice(last + 1), 'signature'),
  }
}

/**
 * An absent signature is a token of another kind (RFC 7515 appendix A.5), and an empty payload may be
 * signed (section 7.1): neither is a mistake in spelling.
 */
function decodeMaybeEmpty(part: string, what: string): Buffer {
  return part === '' ? Buffer.alloc(0) : decodeCanonical(part, what)
}
