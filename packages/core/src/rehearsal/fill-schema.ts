import type { JSONValue } from '@ai-sdk/provider'
import { Facts } from './fact.js'
import { type Filled, type FillSource, type Nested, type Place } from './fill.js'
import { fillAlternative } from './fill-alternative.js'
import { fillArray } from './fill-array.js'
import { fillBoolean, fillChoice } from './fill-choice.js'
import { fillNumber } from './fill-number.js'
import { fillObject } from './fill-object.js'
import { fillText } from './fill-text.js'
import { FormatFinder } from './format.js'
import { createSchemaReader, type Schema } from './json-schema.js'
import { LabelFinder } from './label.js'
import { readMessage } from './message.js'
import { findPhrases } from './phrase.js'
import type { Topic } from './topic.js'
import { createValidator } from './validate.js'
import { WordReader } from './words.js'
import { Work } from './work.js'

/** How many values are filled before the rest gets only what must be there. */
const MAX_OPTIONAL_VALUES = 1000

/** How many values are filled at all; for more stands null, for such a schema may have no end. */
const MAX_VALUES = 2000

/** How deep optional values are filled. */
const MAX_OPTIONAL_DEPTH = 6

/** How deep required values are filled; below stands null. */
const MAX_DEPTH = 24

/** What it takes to fill one value, beside reading, in units of work. */
const FILL_WORK = 60

/** What `fillSchema` fills a schema from. */
export interface FillOptions {
  /** The words of a person. */
  readonly text: string
  /** What the value is for; its words in the text are not values. */
  readonly topic: Topic
  /** What tools have answered; its values win over the words. Default: nothing. */
  readonly results?: readonly JSONValue[] | undefined
  /** Counts what is done. Default: it begins here. */
  readonly work?: Work | undefined
}

function fillByType(
  schema: Schema,
  place: Place,
  used: ReadonlySet<number>,
  nested: Nested,
): Filled {
  const { source } = nested
  if (schema.alternatives.length > 0) return fillAlternative(schema, place, used, nested)
  if (schema.values !== undefined) return fillChoice(schema.values, place, source, used)
  switch (schema.types[0]) {
    case 'object':
      return fillObject(schema, place, used, nested)
    case 'array':
      return fillArray(schema, place, used, nested)
    case 'number':
    case 'integer':
      return fillNumber(schema, place, source, used)
    case 'boolean':
      return fillBoolean(place, source, used)
    case 'null':
      return { value: null, used, isGiven: false }
    default:
      return fillText(schema, place, source, used)
  }
}

function createSource(
  document: unknown,
  { text, topic, results, work }: Required<FillOptions>,
): FillSource {
  const words = new WordReader(work)
  const message = readMessage(text)
  const phrases = findPhrases(message, topic)
  const read = createSchemaReader(document, work)
  return {
    message,
    topic,
    phrases,
    words,
    read,
    work,
    facts: new Facts(results, words, work),
    labels: new LabelFinder({ message, topic, phrases }, words, work),
    formats: new FormatFinder(message),
    isValid: createValidator(read, work),
  }
}

/**
 * A value that fits a JSON Schema (draft 7 or 2020-12), made of the words of a text. What is required
 * is always there; what is optional only where the words, or a result, give it. Equal input gives
 * an equal value: nothing is taken from the clock or at random.
 *
 * Does not read `pattern`, `not`, `if`, `patternProperties`, `propertyNames`, `minProperties`,
 * `contains` and `dependent…`; a value may break those, and then the tool itself says so.
 *
 * @throws {WorkLimitError} where the schema, the text and the results are more than one answer may take
 */
export function fillSchema(
  document: unknown,
  { text, topic, results = [], work = new Work() }: FillOptions,
): JSONValue {
  const source = createSource(document, { text, topic, results, work })
  let count = 0

  function fill(raw: unknown, place: Place, used: ReadonlySet<number>, depth: number): Filled {
    const isFitting = (value: JSONValue) => source.isValid(value, raw)
    if (++count > MAX_VALUES || depth > MAX_DEPTH) return { value: null, used, isGiven: false }
    work.spend(FILL_WORK)
    const fact = source.facts.find(place.name, isFitting)
    if (fact !== undefined) return { value: fact, used, isGiven: true }
    const schema = source.read(raw)
    const described = { ...place, description: place.description || schema.description }
    const filled = fillByType(schema, described, used, {
      source,
      isExhausted: count > MAX_OPTIONAL_VALUES || depth > MAX_OPTIONAL_DEPTH,
      fill: (inner, innerPlace, innerUsed) => fill(inner, innerPlace, innerUsed, depth + 1),
    })
    const fixed = filled.isGiven || place.variant > 0 ? undefined : schema.default
    return fixed !== undefined && isFitting(fixed) ? { ...filled, value: fixed } : filled
  }

  const whole: Place = { name: '', description: '', takesAnyWords: true, variant: 0 }
  return fill(document, whole, new Set(), 0).value
}
