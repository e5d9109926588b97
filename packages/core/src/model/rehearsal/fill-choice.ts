import type { JSONValue } from '@ai-sdk/provider'
import { isUnused, use, type Filled, type FillSource, type Place } from './fill.js'
import { findLabelled } from './label.js'
import type { Message, Span, Token } from './message.js'
import { splitName, stem } from './words.js'

const NEGATIONS: ReadonlySet<string> = new Set(
  "no not without never don't doesn't exclude excluding skip disable".split(' '),
)
const DENIALS: ReadonlySet<string> = new Set('no off false never disabled'.split(' '))
const YES: ReadonlySet<string> = new Set('yes true'.split(' '))
const NO: ReadonlySet<string> = new Set('no false'.split(' '))

/** Words in front of the name of a yes-or-no property that people do not say. */
const BOOLEAN_PREFIXES: ReadonlySet<string> = new Set(
  'is has are was include with should enable show use'.split(' '),
)

/** Where the words of a value stand in a message, unused. */
function findWords(
  { tokens }: Message,
  words: readonly string[],
  used: ReadonlySet<number>,
): Span | undefined {
  const matches = (token: Token | undefined, word: string) =>
    token !== undefined && (token.lower === word || token.stem === stem(word))
  const from = tokens.findIndex(
    (_, index) =>
      isUnused(used, { from: index, to: index + words.length }) &&
      words.every((word, offset) => matches(tokens[index + offset], word)),
  )
  return from === -1 || words.length === 0 ? undefined : { from, to: from + words.length }
}

interface Choice {
  readonly value: JSONValue
  readonly span: Span
}

function findChoices(
  values: readonly JSONValue[],
  message: Message,
  used: ReadonlySet<number>,
): readonly Choice[] {
  return values
    .flatMap((value) => {
      const isWord = typeof value === 'string' || typeof value === 'number'
      const span = isWord ? findWords(message, splitName(String(value)), used) : undefined
      return span === undefined ? [] : [{ value, span }]
    })
    .sort(
      ({ span: left }, { span: right }) =>
        right.to - right.from - (left.to - left.from) || left.from - right.from,
    )
}

/** One of the values there are: the longest that the message names, else the first. */
export function fillChoice(
  values: readonly JSONValue[],
  place: Place,
  source: FillSource,
  used: ReadonlySet<number>,
): Filled {
  const choices = findChoices(values, source.message, used)
  const labelled = findLabelled(source.message, place, source)
  const choice =
    choices.find(
      ({ span }) => labelled !== undefined && span.from >= labelled.from && span.to <= labelled.to,
    ) ?? choices[0]
  if (choice !== undefined) {
    return { value: choice.value, used: use(used, choice.span), isGiven: true }
  }
  return { value: values[place.variant % values.length] ?? null, used, isGiven: false }
}

function isNegated(tokens: readonly Token[], { from, to }: Span): boolean {
  const before = tokens.slice(Math.max(from - 3, 0), from)
  const after = tokens[to]
  return before.some(({ lower }) => NEGATIONS.has(lower)) || DENIALS.has(after?.lower ?? '')
}

/** True where the message speaks of the property, false where it does so with a `not` or `without`. */
export function fillBoolean(
  place: Place,
  { message }: FillSource,
  used: ReadonlySet<number>,
): Filled {
  const words = splitName(place.name)
  const core = words.slice(words.findIndex((word) => !BOOLEAN_PREFIXES.has(word)))
  const span = findWords(message, core, new Set())
  if (span !== undefined) {
    return { value: !isNegated(message.tokens, span), used: use(used, span), isGiven: true }
  }
  const index = message.tokens.findIndex(
    ({ lower }, each) => !used.has(each) && (YES.has(lower) || NO.has(lower)),
  )
  if (place.takesAnyWords && index !== -1) {
    const value = YES.has(message.tokens[index]?.lower ?? '')
    return { value, used: use(used, { from: index, to: index + 1 }), isGiven: true }
  }
  return { value: place.variant % 2 === 1, used, isGiven: false }
}
