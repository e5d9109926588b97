import { isUnused, use, type Filled, type FillSource, type Place } from './fill.js'
import { FORMATS } from './format.js'
import type { Schema } from './json-schema.js'
import { findLabelled } from './label.js'
import { spanAt, type Message, type Span } from './message.js'
import { readPattern, type PatternNode } from './pattern.js'
import { remainingPhrases, timePhrases } from './phrase.js'
import { samplePattern } from './sample-pattern.js'
import { isValidText } from './validate.js'

/** A text which is there only because one must be, where the message has no words at all. */
const NO_WORDS = 'unspecified'

/** No text is made longer than this to reach its least length, in characters. */
const LENGTH_LIMIT = 10_000

/** How many texts of a message are tried against a pattern. */
const CANDIDATE_LIMIT = 64

interface Candidate extends Span {
  readonly text: string
}

/** Cuts or repeats a text until it has a length that the schema allows. */
function fitLength(text: string, { minLength, maxLength }: Schema): string {
  const least = Math.min(minLength, LENGTH_LIMIT)
  const repeated =
    text.length < least ? `${text} `.repeat(Math.ceil(least / (text.length + 1))) : text
  const cut = repeated.slice(0, maxLength).trim()
  return cut.length < least ? cut.padEnd(least, '.') : cut
}

function patternOf({ pattern }: Schema): PatternNode | undefined {
  return pattern === undefined ? undefined : readPattern(pattern)
}

function isTextOfFormat(schema: Schema): boolean {
  return FORMATS.has(schema.format ?? '') || patternOf(schema) !== undefined
}

/** Whether a schema asks for any text, and not for one of a format, a pattern or a list. */
export function isPlainText(schema: Schema): boolean {
  const isText = schema.types.length === 0 || schema.types.includes('string')
  return isText && schema.values === undefined && !isTextOfFormat(schema)
}

function findOfFormat(message: Message, format: string): readonly Candidate[] {
  let from = 0
  return (FORMATS.get(format)?.find(message.text) ?? []).map((text) => {
    const at = message.text.indexOf(text.slice(0, 10), from)
    if (at === -1) return { text, from: 0, to: 0 }
    from = at + text.length
    return { text, ...spanAt(message, at, from) }
  })
}

/** What may match a pattern: phrases, then single words, as they are, in capitals and without. */
function findForPattern(place: Place, source: FillSource): readonly Candidate[] {
  const { message, phrases } = source
  const labelled = findLabelled(message, place, source)
  const words = message.tokens.map(({ text }, index) => ({ text, from: index, to: index + 1 }))
  return [
    ...(labelled === undefined ? [] : [labelled]),
    ...(place.takesAnyWords ? [...phrases, ...words] : []),
  ]
    .flatMap(({ text, from, to }) => [
      { text, from, to },
      { text: text.toUpperCase(), from, to },
      { text: text.toLowerCase(), from, to },
    ])
    .slice(0, CANDIDATE_LIMIT)
}

/** A fixed text of the format or pattern. */
function sampleOf(schema: Schema): string | undefined {
  const ofFormat = FORMATS.get(schema.format ?? '')?.sample
  if (ofFormat !== undefined && isValidText(ofFormat, schema)) return ofFormat
  const node = patternOf(schema)
  const length = { min: schema.minLength, max: schema.maxLength }
  return node === undefined ? undefined : samplePattern(node, length)
}

function fillFormatted(
  schema: Schema,
  place: Place,
  source: FillSource,
  used: ReadonlySet<number>,
): Filled {
  const candidates = FORMATS.has(schema.format ?? '')
    ? findOfFormat(source.message, schema.format ?? '')
    : findForPattern(place, source)
  const found = candidates.find(
    (candidate) => isUnused(used, candidate) && isValidText(candidate.text, schema),
  )
  if (found) return { value: found.text, used: use(used, found), isGiven: true }
  return { value: sampleOf(schema) ?? NO_WORDS, used, isGiven: false }
}

/** Words of time come last: they are seldom what is asked about. */
function findUntied(source: FillSource, used: ReadonlySet<number>): readonly Candidate[] {
  const { message, phrases, topic } = source
  return [...phrases, ...remainingPhrases(message, topic, used), ...timePhrases(message)]
}

function fillPlain(
  schema: Schema,
  place: Place,
  source: FillSource,
  used: ReadonlySet<number>,
): Filled {
  const labelled = findLabelled(source.message, place, source)
  const candidates = [
    ...(labelled === undefined ? [] : [labelled]),
    ...(place.takesAnyWords ? findUntied(source, used) : []),
  ].filter((candidate) => isUnused(used, candidate))
  const found = candidates.find(({ text }) => isValidText(text, schema)) ?? candidates[0]
  if (found !== undefined) {
    return { value: fitLength(found.text, schema), used: use(used, found), isGiven: true }
  }
  const words = source.message.text.trim() || NO_WORDS
  const text = place.variant === 0 ? words : `${place.variant + 1} ${words}`
  return { value: fitLength(text, schema), used, isGiven: false }
}

/**
 * A text: of the format or pattern that the schema asks for, else what the message calls by the
 * property's name, else its likeliest phrase, else what is left of the message, else all of it.
 */
export function fillText(
  schema: Schema,
  place: Place,
  source: FillSource,
  used: ReadonlySet<number>,
): Filled {
  return isTextOfFormat(schema)
    ? fillFormatted(schema, place, source, used)
    : fillPlain(schema, place, source, used)
}
