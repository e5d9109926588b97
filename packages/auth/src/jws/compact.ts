import { isUtf8 } from 'node:buffer'
import { TokenError } from '../error.js'
import { decodeCanonical, decodeCanonicalBinary, isPlain } from '../lib/base64url.js'
import { isJsonObject } from '../lib/object.js'
import { parseFrozenJson, StrictJsonError } from '../lib/strict-json.js'

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
  /** The payload, not yet read, as a binary string: each character is one byte. */
  readonly payload: string
  readonly signature: Buffer
}

function malformed(message: string): TokenError {
  return new TokenError('token_malformed', message)
}

/** What was decoded, or that it could not be. */
function decoded<Content>(content: Content | undefined, what: string): Content {
  if (content === undefined) throw malformed(`The ${what} is not canonical base64url.`)
  return content
}

/** The text of a binary string. Most tokens are of ASCII, whose bytes are their text. */
function readText(binary: string, what: string): string {
  if (Buffer.byteLength(binary, 'utf8') === binary.length) return binary
  const bytes = Buffer.from(binary, 'latin1')
  if (!isUtf8(bytes)) throw malformed(`The ${what} is not UTF-8.`)
  return bytes.toString('utf8')
}

/**
 * Reads bytes as exactly one JSON object in UTF-8, without duplicate names, nested at most 100 deep.
 * @param binary - each character is one byte
 * @returns the object, frozen through and through
 * @throws {TokenError} `token_malformed`
 */
export function parseJsonObject(binary: string, what: string): Record<string, unknown> {
  const text = readText(binary, what)
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
const MAX_HEADERS = 256
/** A longer one is not a usual header, and is read anew each time. */
const MAX_HEADER_CHARACTERS = 512

function readHeader(part: string): TokenHeader {
  const known = headers.get(part)
  if (known !== undefined) return known
  const binary = decoded(decodeCanonicalBinary(part), 'header')
  const header: TokenHeader = parseJsonObject(binary, 'header')
  if (part.length > MAX_HEADER_CHARACTERS) return header
  if (headers.size >= MAX_HEADERS) headers.clear()
  headers.set(part, header)
  return header
}

/**
 * Refuses what is longer than the policy allows, before anything of it is decoded.
 * @param maxBytes - largest token, in bytes
 * @throws {TokenError} `token_malformed` for a value that is not a string, else `token_too_large`
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
  if (!isPlain(token)) throw malformed('The token has a character that is not part of base64url.')
  return {
    header: readHeader(token.slice(0, first)),
    signingInput: token.slice(0, last),
    payload: decoded(decodeCanonicalBinary(token.slice(first + 1, last)), 'payload'),
    signature: decoded(decodeCanonical(token.slice(last + 1)), 'signature'),
  }
}
