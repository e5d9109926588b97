import { lengthOf } from '../schema/json-schema.js'
import { isUnused, use, type Filled, type FillSource, type Place } from './fill.js'
import { FORMATS } from './format.js'
import type { Schema } from './json-schema.js'
import { remainingPhrases, timePhrases, type Phrase } from './phrase.js'
import { isValidText } from './validate.js'

/** A text which is there only because one must be, where the message has no words at all. */
const NO_WORDS = 'unspecified'

/** No text is made longer than this to reach its least length, in characters. */
const MAX_LENGTH = 10_000

/** The first characters of a text. A character of two units in UTF-16 stays whole. */
function firstCharacters(text: string, count: number): string {
  return text.length <= count
    ? text
    : Array.from(text.slice(0, 2 * count))
        .slice(0, count)
        .join('')
}

/** Cuts or repeats a text until it has a length that the schema allows. */
function fitLength(text: string, { minLength, maxLength }: Schema): string {
  const least = Math.min(minLength, MAX_LENGTH)
  const length = lengthOf(text)
  const repeated = length < least ? `${text} `.repeat(Math.ceil(least / (length + 1))) : text
  const cut = firstCharacters(repeated, maxLength).trim()
  return cut + '.'.repeat(Math.max(0, least - lengthOf(cut)))
}

function isTextOfFormat(schema: Schema): boolean {
  return FORMATS.has(schema.format ?? '')
}

/** Whether a schema asks for any text, and not for one of a format or a list. */
export function isPlainText(schema: Schema): boolean {
  const isText = schema.types.length === 0 || schema.types.includes('string')
  return isText && schema.values === undefined && !isTextOfFormat(schema)
}

/** A fixed text of the format, where it has one of a length that is allowed. */
function sampleOf(schema: Schema): string | undefined {
  const sample = FORMATS.get(schema.format ?? '')?.sample
  return sample !== undefined && isValidText(sample, schema) ? sample : undefined
}

function fillFormatted(schema: Schema, source: FillSource, used: ReadonlySet<number>): Filled {
  const { formats, work } = source
  const candidates = formats.find(schema.format ?? '')
  work.spend(candidates.length)
  const found = candidates.find((each) => isUnused(used, each) && isValidText(each.text, schema))
  if (found) return { value: found.text, used: use(used, found, work), isGiven: true }
  return { value: sampleOf(schema) ?? NO_WORDS, used, isGiven: false }
}

/** Words of time come last: they are seldom what is asked about. */
function findUntied(source: FillSource, used: ReadonlySet<number>): readonly Phrase[] {
  const { message, phrases, topic, work } = source
  // Phrases of one kind have no token in common, and there are few kinds.
  work.spend(4 * message.tokens.length)
  return [...phrases, ...remainingPhrases(message, topic, used), ...timePhrases(message)]
}

function fillPlain(
  schema: Schema,
  place: Place,
  source: FillSource,
  used: ReadonlySet<number>,
): Filled {
  const { labels, message, work } = source
  const labelled = labels.find(place)
  const candidates = [
    ...(labelled === undefined ? [] : [labelled]),
    ...(place.takesAnyWords ? findUntied(source, used) : []),
  ].filter((candidate) => isUnused(used, candidate))
  const found = candidates.find(({ text }) => isValidText(text, schema)) ?? candidates[0]
  if (found !== undefined) {
    const value = fitLength(found.text, schema)
    work.spendText(value.length)
    return { value, used: use(used, found, work), isGiven: true }
  }
  const words = message.text.trim() || NO_WORDS
  const text = place.variant === 0 ? words : `${place.variant + 1} ${words}`
  const value = fitLength(text, schema)
  work.spendText(value.length)
  return { value, used, isGiven: false }
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
