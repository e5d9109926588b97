import type { JSONValue } from '@ai-sdk/provider'
import type { Facts } from './fact.js'
import type { FormatFinder } from './format.js'
import type { SchemaReader } from './json-schema.js'
import type { LabelFinder } from './label.js'
import type { Message, Span } from './message.js'
import type { Phrase } from './phrase.js'
import type { Topic } from './topic.js'
import type { Validator } from './validate.js'
import type { WordReader } from './words.js'
import type { Work } from './work.js'

/** What a schema is filled from. */
export interface FillSource {
  readonly message: Message
  readonly topic: Topic
  /** Of the message, the likeliest first. */
  readonly phrases: readonly Phrase[]
  /** What tools have answered; its values win over the words. */
  readonly facts: Facts
  /** What the message gives a property in particular. */
  readonly labels: LabelFinder
  /** What of the message has a format. */
  readonly formats: FormatFinder
  /** Reads names and descriptions. */
  readonly words: WordReader
  /** Reads the schemas of the document. */
  readonly read: SchemaReader
  /** Checks values against schemas of the document. */
  readonly isValid: Validator
  /** Counts what is done. */
  readonly work: Work
}

/** What a value is for. */
export interface Place {
  /** The name of the property; for an item, that of its list; empty: the whole. */
  readonly name: string
  readonly description: string
  /** Whether words may be taken that nothing ties to this place. */
  readonly takesAnyWords: boolean
  /** Counts values which differ only to be different, from 0. */
  readonly variant: number
}

/** A value, and the numbers of the tokens that are used up by it and by those before it. */
export interface Filled {
  readonly value: JSONValue
  readonly used: ReadonlySet<number>
  /** Whether the words, or a result, gave the value; otherwise it is only there to be valid. */
  readonly isGiven: boolean
}

/** How the inside of a list, an object or a choice of schemas is filled. */
export interface Nested {
  readonly source: FillSource
  /** So much is filled already, or so deep, that only what must be there is to follow. */
  readonly isExhausted: boolean
  readonly fill: (schema: unknown, place: Place, used: ReadonlySet<number>) => Filled
}

/**
 * The tokens of a span put with those that are used already.
 * @throws {WorkLimitError}
 */
export function use(
  used: ReadonlySet<number>,
  { from, to }: Span,
  work: Work,
): ReadonlySet<number> {
  work.spend(1 + used.size)
  const all = new Set(used)
  for (let index = from; index < to; index++) all.add(index)
  return all
}

/** Whether no token of a span is used yet. */
export function isUnused(used: ReadonlySet<number>, { from, to }: Span): boolean {
  for (let index = from; index < to; index++) if (used.has(index)) return false
  return true
}
