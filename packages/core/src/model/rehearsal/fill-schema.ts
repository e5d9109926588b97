import type { JSONValue } from '@ai-sdk/provider'
import { findFact, readFacts } from './fact.js'
import { type Filled, type FillSource, type Nested, type Place } from './fill.js'
import { fillAlternative } from './fill-alternative.js'
import { fillArray } from './fill-array.js'
import { fillBoolean, fillChoice } from './fill-choice.js'
import { fillNumber } from './fill-number.js'
import { fillObject } from './fill-object.js'
import { fillText } from './fill-text.js'
import { readSchema, type Schema } from './json-schema.js'
import { readMessage } from './message.js'
import { findPhrases } from './phrase.js'
import type { Topic } from './topic.js'
import { createValidator } from './validate.js'

/** How many values are filled before the rest gets only what must be there. */
const OPTIONAL_LIMIT = 2000

/** How many values are filled at all; for more stands null, for such a schema may have no end. */
const REQUIRED_LIMIT = 4000

/** How deep optional values are filled. */
const OPTIONAL_DEPTH_LIMIT = 6

/** How deep required values are filled; below stands null. */
const DEPTH_LIMIT = 24

/** What `fillSchema` fills a schema from. */
export interface FillOptions {
  /** The words of a person. */
  readonly text: string
  /** What the value is for; its words in the text are no values. */
  readonly topic: Topic
  /** What tools have answered; its values win over the words. Default: nothing. */
  readonly results?: readonly JSONValue[]
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

/**
 * A value that fits a JSON Schema (draft 7 or 2020-12), made of the words of a text. What is required
 * is always there; what is optional only where the words, or a result, give it. Equal input gives
 * an equal value: nothing is taken from the clock or at random.
 *
 * Does not read `pattern`, `not`, `if`, `patternProperties`, `propertyNames`, `minProperties`,
 * `contains` and `dependent…`; a value may break those, and then the tool itself says so.
 */
export function fillSchema(
  document: unknown,
  { text, topic, results = [] }: FillOptions,
): JSONValue {
  const message = readMessage(text)
  const phrases = findPhrases(message, topic)
  const source: FillSource = {
    message,
    topic,
    phrases,
    facts: readFacts(results),
    document,
    isValid: createValidator(document),
  }
  let count = 0

  function fill(raw: unknown, place: Place, used: ReadonlySet<number>, depth: number): Filled {
    const isFitting = (value: JSONValue) => source.isValid(value, raw)
    if (++count > REQUIRED_LIMIT || depth > DEPTH_LIMIT)
      return { value: null, used, isGiven: false }
    const fact = findFact(source.facts, place.name, isFitting)
    if (fact !== undefined) return { value: fact, used, isGiven: true }
    const schema = readSchema(raw, document)
    const described = { ...place, description: place.description || schema.description }
    const filled = fillByType(schema, described, used, {
      source,
      isExhausted: count > OPTIONAL_LIMIT || depth > OPTIONAL_DEPTH_LIMIT,
      fill: (inner, innerPlace, innerUsed) => fill(inner, innerPlace, innerUsed, depth + 1),
    })
    const fixed = filled.isGiven || place.variant > 0 ? undefined : schema.default
    return fixed !== undefined && isFitting(fixed) ? { ...filled, value: fixed } : filled
  }

  const whole: Place = { name: '', description: '', takesAnyWords: true, variant: 0 }
  return fill(document, whole, new Set(), 0).value
}
