import { isJsonObject, isObject, isTextList } from '@signet/auth/internal'
import { createHash } from 'node:crypto'
import { StorageError } from '../error.js'

const SHA256_HEX = /^[0-9a-f]{64}$/
const UNPAIRED_SURROGATE = /\p{Surrogate}/u
const MAX_ID_LENGTH = 255
const MAX_DEPTH = 1000

function invalid(message: string): StorageError {
  return new StorageError('value_invalid', message)
}

/** Refuses what is not a key made by `ownerKey`, so that an owner left out never stands for anyone. */
export function checkOwner(owner: string): string {
  if (typeof owner !== 'string' || !SHA256_HEX.test(owner))
    throw invalid('The owner is not an owner key.')
  return owner
}

/**
 * Refuses ids that a database would change or not take: ids are compared byte by byte in an index, so
 * they have 1 to 255 characters, none of them NUL or half of a surrogate pair.
 */
export function checkId(id: string): string {
  const isLegal =
    typeof id === 'string' &&
    id.length > 0 &&
    id.length <= MAX_ID_LENGTH &&
    !id.includes('\0') &&
    !UNPAIRED_SURROGATE.test(id)
  if (!isLegal) {
    throw invalid('An id has 1 to 255 characters, none of them NUL or an unpaired surrogate.')
  }
  return id
}

/** Refuses what is not a whole number from `minimum` on. */
export function checkCount(value: number, name: string, minimum = 0): number {
  if (!Number.isSafeInteger(value) || value < minimum) {
    throw invalid(`${name} must be a whole number of at least ${minimum}.`)
  }
  return value
}

/** Refuses what is not a time in milliseconds since 1970. */
export function checkTime(value: number): number {
  if (!Number.isSafeInteger(value))
    throw invalid('A time must be a whole number of milliseconds since 1970.')
  return value
}

/** Refuses what is not a finite number from `minimum` on. */
export function checkNumber(value: number, name: string, minimum: number = -Infinity): number {
  if (!Number.isFinite(value) || value < minimum) {
    const bound = minimum === -Infinity ? '' : `, at least ${minimum}`
    throw invalid(`${name} must be a finite number${bound}.`)
  }
  return value
}

/** JSON text of a text of at most so many characters. */
export function encodeShortText(text: string, name: string, maximum: number): string {
  if (typeof text !== 'string' || text.length > maximum) {
    throw invalid(`${name} must be a text of at most ${maximum} characters.`)
  }
  return JSON.stringify(text)
}

/** Refuses what is not an SHA-256 in lower case hex. */
export function checkDigest(digest: string): string {
  if (typeof digest !== 'string' || !SHA256_HEX.test(digest))
    throw invalid('The digest is not valid.')
  return digest
}

const [QUOTE, BACKSLASH] = [0x22, 0x5c]
const OPENING: ReadonlySet<number> = new Set([0x5b, 0x7b])
const CLOSING: ReadonlySet<number> = new Set([0x5d, 0x7d])

/** Where the text ends whose opening quote is at `start`. */
function endOfText(json: string, start: number): number {
  for (let end = json.indexOf('"', start + 1); ; end = json.indexOf('"', end + 1)) {
    let backslashes = 0
    while (json.charCodeAt(end - 1 - backslashes) === BACKSLASH) backslashes++
    if (backslashes % 2 === 0) return end
  }
}

function isTooDeep(json: string): boolean {
  let depth = 0
  for (let index = 0; index < json.length; index++) {
    const code = json.charCodeAt(index)
    if (code === QUOTE) index = endOfText(json, index)
    else if (OPENING.has(code)) depth++
    else if (CLOSING.has(code)) depth--
    if (depth > MAX_DEPTH) return true
  }
  return false
}

/**
 * JSON text. `JSON.stringify` escapes NUL and unpaired surrogates, which no database text can hold,
 * so what comes back is exactly what was given.
 *
 * @throws {StorageError} `value_invalid` for cycles, big integers, and more than 1000 levels
 */
export function encodeJson(value: unknown): string {
  let json: string | undefined
  try {
    json = JSON.stringify(value)
  } catch {
    throw invalid('The value cannot be written as JSON.')
  }
  if (json === undefined) throw invalid('The value cannot be written as JSON.')
  if (isTooDeep(json)) throw invalid(`The value has more than ${MAX_DEPTH} levels.`)
  return json
}

/** Reads what `encodeShortText` wrote. */
export function decodeText(json: string): string {
  return String(JSON.parse(json))
}

/** Reads the JSON object that `encodeObject` wrote. */
export function decodeObject(json: string): Readonly<Record<string, unknown>> {
  const value: unknown = JSON.parse(json)
  return isObject(value) ? { ...value } : {}
}

/** JSON text of a list of texts. */
export function encodeTexts(texts: readonly string[]): string {
  if (!isTextList(texts)) {
    throw invalid('The value must be a list of texts.')
  }
  return JSON.stringify(texts)
}

/** Reads what `encodeTexts` wrote. */
export function decodeTexts(json: string): readonly string[] {
  const value: unknown = JSON.parse(json)
  return Array.isArray(value) ? value.map(String) : []
}

/** JSON text of an object, or null for none. */
export function encodeObject(value: Readonly<Record<string, unknown>> | undefined): string | null {
  if (value === undefined) return null
  if (!isJsonObject(value)) {
    throw invalid('The value must be an object.')
  }
  return encodeJson(value)
}

/** The same value with the names of every object in one order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (!isObject(value)) return value
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([name, member]) => [name, sorted(member)]))
}

/** A hash of each name with its value. Equal JSON values have equal hashes, whatever their order. */
export function hashEntries(json: string): string[] {
  return Object.entries(decodeObject(json)).map((entry) =>
    createHash('sha256')
      .update(JSON.stringify(sorted(entry)))
      .digest('hex'),
  )
}
