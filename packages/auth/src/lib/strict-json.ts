import { isObject } from './object.js'

/** Why a text is not the JSON that a signed document may contain. */
export type StrictJsonReason = 'syntax' | 'too_deep' | 'too_many_values' | 'duplicate_name'

const MESSAGES: Record<StrictJsonReason, string> = {
  syntax: 'The text is not JSON.',
  too_deep: 'The JSON is nested too deeply.',
  too_many_values: 'The JSON has too many values.',
  duplicate_name: 'An object in the JSON has the same name twice.',
}

/** The text is not JSON, or JSON that two parsers could read differently. */
export class StrictJsonError extends Error {
  override readonly name = 'StrictJsonError'
  readonly reason: StrictJsonReason

  constructor(reason: StrictJsonReason, options?: ErrorOptions) {
    super(MESSAGES[reason], options)
    this.reason = reason
  }
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COLON = 0x3a
const COMMA = 0x2c
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d
const OPEN_ARRAY = 0x5b
const CLOSE_ARRAY = 0x5d

/** Index of the quote that ends the string whose first quote stands at `start`, or the text's length. */
function endOfString(text: string, start: number): number {
  for (let index = start + 1; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code === QUOTE) return index
    if (code === BACKSLASH) index++
  }
  return text.length
}

/** What a text holds, without its strings. */
interface TextMeasure {
  /** Levels of objects and lists. */
  readonly depth: number
  /** How many `name:` there are. */
  readonly names: number
  /** Members and elements; an empty object or list counts twice. */
  readonly values: number
}

/** One pass over the text. Needs no valid JSON. */
function measure(text: string): TextMeasure {
  let depth = 0
  let deepest = 0
  let names = 0
  let values = 0
  for (let index = 0; index < text.length; index++) {
    switch (text.charCodeAt(index)) {
      case QUOTE:
        index = endOfString(text, index)
        break
      case OPEN_OBJECT:
      case OPEN_ARRAY:
        depth++
        values++
        if (depth > deepest) deepest = depth
        break
      case CLOSE_OBJECT:
      case CLOSE_ARRAY:
        depth--
        break
      case COLON:
        names++
        break
      case COMMA:
        values++
        break
    }
  }
  return { depth: deepest, names, values }
}

/** A text beyond this is measured before it is parsed: what nests without end, or has no end of values, costs most to build. */
const LONG_TEXT = 16_384

/** The last sign that JSON takes for a blank. */
const SPACE = 0x20

/**
 * How many names a text has at most, by its colons with a quote before them; undefined where a blank
 * stands before one, and only `measure` can tell. A colon within a string may count too.
 */
function estimateNames(text: string): number | undefined {
  let names = 0
  for (let colon = text.indexOf(':'); colon > 0; colon = text.indexOf(':', colon + 1)) {
    const before = text.charCodeAt(colon - 1)
    if (before === QUOTE) names++
    else if (before <= SPACE) return undefined
  }
  return names
}

/** In a loop over names the runtime folds this to nothing, and only this: `Object.hasOwn` is called each time. */
const { hasOwnProperty } = Object.prototype

/** Counts the names of all objects of a value, and freezes it where asked. */
function countNames(value: object, depthLeft: number, isFrozen: boolean): number {
  if (depthLeft === 0) throw new StrictJsonError('too_deep')
  let names = 0
  if (Array.isArray(value)) {
    for (const entry of value as readonly unknown[]) {
      if (isObject(entry)) names += countNames(entry, depthLeft - 1, isFrozen)
    }
  } else {
    const members = value as Record<string, unknown>
    for (const name in members) {
      // What somebody added to the prototype of all objects would make up for a name that was lost.
      if (!hasOwnProperty.call(members, name)) continue
      names++
      const member = members[name]
      if (isObject(member)) names += countNames(member, depthLeft - 1, isFrozen)
    }
  }
  if (isFrozen) Object.freeze(value)
  return names
}

function parseJson(text: string, maxDepth: number): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    if (measure(text).depth > maxDepth) throw new StrictJsonError('too_deep')
    // The cause of a syntax error quotes the text, which may be part of a token: it is not kept.
    throw new StrictJsonError('syntax', cause instanceof SyntaxError ? undefined : { cause })
  }
}

/**
 * Parses, then compares the names written with the names parsed: a lost duplicate shows as a difference.
 * The estimate is never below what is written, and what is parsed never above it, so where the two are
 * equal nothing was lost.
 */
function parse(text: string, maxDepth: number, isFrozen: boolean): unknown {
  const value = parseJson(text, maxDepth)
  if (!isObject(value)) return value
  const parsed = countNames(value, maxDepth, isFrozen)
  if (parsed !== estimateNames(text) && parsed !== measure(text).names) {
    throw new StrictJsonError('duplicate_name')
  }
  return value
}

const DEFAULT_MAX_DEPTH = 100

/** Refuses a text for what it holds, before anything is made of it. */
function checkSize(text: string, maxDepth: number, maxValues: number): void {
  // No text has more values than characters.
  if (text.length <= Math.min(LONG_TEXT, maxValues)) return
  const { depth, values } = measure(text)
  if (depth > maxDepth) throw new StrictJsonError('too_deep')
  if (values > maxValues) throw new StrictJsonError('too_many_values')
}

/**
 * Parses JSON, and refuses what `JSON.parse` lets pass: objects with the same name twice, which it
 * would silently thin out (RFC 8725 section 2.4 asks for one reading only), and more nesting or more
 * values than are allowed. Names are compared after unescaping. Time is linear in the length of the text.
 *
 * @param text - the whole document; a byte order mark is an error
 * @param maxDepth - levels of objects and arrays, default 100
 * @param maxValues - members and elements at all levels, default any number; an empty object or array
 *   counts twice
 * @throws {StrictJsonError} with `reason` `syntax`, `too_deep`, `too_many_values` or `duplicate_name`
 */
export function parseStrictJson(
  text: string,
  maxDepth: number = DEFAULT_MAX_DEPTH,
  maxValues: number = Infinity,
): unknown {
  checkSize(text, maxDepth, maxValues)
  return parse(text, maxDepth, false)
}

/** The same, frozen through and through, in one walk. */
export function parseFrozenJson(text: string): unknown {
  checkSize(text, DEFAULT_MAX_DEPTH, Infinity)
  return parse(text, DEFAULT_MAX_DEPTH, true)
}
