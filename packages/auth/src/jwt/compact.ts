import { isAscii, isUtf8 } from 'node:buffer'
import { TokenError } from '../error.js'
import { decodeCanonical, isPlain } from './base64url.js'
import { isJsonObject, parseFrozenJson, StrictJsonError } from './strict-json.js'

/** The protected header of a token, as sent: nothing in it can be trusted before the signature verified. */
export interface TokenHeader {
  readonly alg?: unknown
  readonly kid?: unknown
  readonly typ?: unknown
  readonly [name: string]: unknown
}

/** A compact token taken apart (RFC 7515 section 7.1). Nothing is verified yet. */
export interface CompactToken {
  /** Frozen, and the same object for the same text. */
  readonly header: TokenHeader
  /** What the signature covers: the first two parts with their dot, in ASCII. */
  readonly signingInput: string
  /** The payload's bytes, not yet read. */
  readonly payload: Buffer
  readonly signature: Buffer
}

function malformed(message: string): TokenError {
  return new TokenError('token_malformed', message)
}

function decode(part: string, what: string): Buffer {
  const bytes = decodeCanonical(part)
  if (bytes === undefined) throw malformed(`The ${what} is not canonical base64url.`)
  return bytes
}

/** The text of bytes; most tokens are of ASCII, which is read faster. */
function readText(bytes: Buffer, what: string): string {
  if (isAscii(bytes)) return bytes.toString('latin1')
  if (!isUtf8(bytes)) throw malformed(`The ${what} is not UTF-8.`)
  return bytes.toString('utf8')
}

/**
 * Reads bytes as exactly one JSON object in UTF-8, without duplicate names, nested at most 100 deep.
 * @returns the object, frozen through and through
 * @throws {TokenError} `token_malformed`
 */
export function parseJsonObject(bytes: Buffer, what: string): Record<string, unknown> {
  const text = readText(bytes, what)
  let value: unknown
  try {
    value = parseFrozenJson(text)
  } catch (error) {
    if (!(error instanceof StrictJsonError)) throw error
    throw malformed(`The ${what} is refused: ${error.message}`)
  }
  if (!isJsonObject(value)) throw malformed(`The ${what} is not a JSON object.`)
  return value
}

/** Headers that were read lately, by their text: an issuer gives all its tokens the same one. */
const headers = new Map<string, TokenHeader>()
const MOST_HEADERS = 256
/** A longer one is no usual header, and is read anew each time. */
const LONGEST_HEADER = 512

function readHeader(part: string): TokenHeader {
  const known = headers.get(part)
  if (known !== undefined) return known
  const header: TokenHeader = parseJsonObject(decode(part, 'header'), 'header')
  if (part.length > LONGEST_HEADER) return header
  if (headers.size >= MOST_HEADERS) headers.clear()
  headers.set(part, header)
  return header
}

/**
 * Refuses what is longer than the policy allows, before anything of it is decoded.
 * @param maxBytes - largest token, in bytes
 * @throws {TokenError} `token_malformed` for a value that is no string, else `token_too_large`
 */
export function checkSize(token: unknown, maxBytes: number): asserts token is string {
  if (typeof token !== 'string') throw malformed('The token is not a string.')
  // A legal token is ASCII, so its length is its size; any other character only makes it larger.
  if (token.length > maxBytes) {
    throw new TokenError('token_too_large', `The token is larger than ${maxBytes} bytes.`)
  }
}

/**
 * Takes a token in the JWS compact serialization apart (RFC 7515 sections 5.2 and 7.1).
 * Checks its form and nothing else: no algorithm, no signature, no claim.
 *
 * An absent signature is a token of another kind (RFC 7515 appendix A.5), and an empty payload may be
 * signed: neither is a mistake in spelling.
 *
 * @throws {TokenError} `token_malformed`
 */
export function parseCompact(token: string): CompactToken {
  const first = token.indexOf('.')
  const last = token.lastIndexOf('.')
  if (first < 0 || first === last || token.indexOf('.', first + 1) !== last) {
    throw malformed('The token does not have three parts.')
  }
  if (!isPlain(token)) throw malformed('The token has a character that is not of base64url.')
  return {
    header: readHeader(token.slice(0, first)),
    signingInput: token.slice(0, last),
    payload: decode(token.slice(first + 1, last), 'payload'),
    signature: decode(token.slice(last + 1), 'signature'),
  }
}
