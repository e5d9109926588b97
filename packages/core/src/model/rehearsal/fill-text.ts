import { isUnused, use, type Filled, type FillSource, type Place } from './fill.js'
import { FORMATS } from './format.js'
import type { Schema } from './json-schema.js'
import { findLabelled } from './label.js'
import { spanAt, type Message, type Span } from './message.js'
import { remainingPhrases, timePhrases } from './phrase.js'
import { isValidText } from './validate.js'

/** A text which is there only because one must be, where the message has no words at all. */
const NO_WORDS = 'unspecified'

/** No text is made longer than this to reach its least length, in characters. */
const LENGTH_LIMIT = 10_000

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

function isTextOfFormat(schema: Schema): boolean {
  return FORMATS.has(schema.format ?? '')
}

/** Whether a schema asks for any text, and not for one of a format or a list. */
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

/** A fixed text of the format, where it has one of a length that is allowed. */
function sampleOf(schema: Schema): string | undefined {
  const sample = FORMATS.get(schema.format ?? '')?.sample
  return sample !== undefined && isValidText(sample, schema) ? sample : undefined
}

function fillFormatted(schema: Schema, source: FillSource, used: ReadonlySet<number>): Filled {
  const found = findOfFormat(source.message, schema.format ?? '').find(
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
 * A text: of the format that the schema asks for, else what the message calls by the
 * property's name, else its likeliest phrase, else what is left of the message, else all of it.
 */
export function fillText(
  schema: Schema,
  place: Place,
  source: FillSource,
  used: ReadonlySet<number>,
): Filled {
  return isTextOfFormat(schema)
    ? fillFormatted(schema, source, used)
    : fillPlain(schema, place, source, used)
}
