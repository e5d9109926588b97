import type { JSONValue } from '@ai-sdk/provider'
import { isUnused, use, type Filled, type FillSource, type Place } from './fill.js'
import type { Span, Token } from './message.js'
import type { NameWords } from './words.js'

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
  words: NameWords,
  { message: { tokens }, labels, work }: FillSource,
  used: ReadonlySet<number>,
): Span | undefined {
  const { length } = words.words
  const matches = (token: Token | undefined, offset: number) =>
    token?.lower === words.words[offset] || token?.stem === words.stems[offset]
  const from = labels.placesOf(words).find((place) => {
    work.spend(length)
    return (
      isUnused(used, { from: place, to: place + length }) &&
      words.words.every((_, offset) => matches(tokens[place + offset], offset))
    )
  })
  return from === undefined ? undefined : { from, to: from + length }
}

interface Choice {
  readonly value: JSONValue
  readonly span: Span
}

function findChoices(
  values: readonly JSONValue[],
  source: FillSource,
  used: ReadonlySet<number>,
): readonly Choice[] {
  return values
    .flatMap((value) => {
      const isWord = typeof value === 'string' || typeof value === 'number'
      const span = isWord
        ? findWords(source.words.readName(String(value)), source, used)
        : undefined
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
  const choices = findChoices(values, source, used)
  const labelled = source.labels.find(place)
  const choice =
    choices.find(
      ({ span }) => labelled !== undefined && span.from >= labelled.from && span.to <= labelled.to,
    ) ?? choices[0]
  if (choice !== undefined) {
    return { value: choice.value, used: use(used, choice.span, source.work), isGiven: true }
  }
  return { value: values[place.variant % values.length] ?? null, used, isGiven: false }
}

function isNegated(tokens: readonly Token[], { from, to }: Span): boolean {
  const before = tokens.slice(Math.max(from - 3, 0), from)
  const after = tokens[to]
  return before.some(({ lower }) => NEGATIONS.has(lower)) || DENIALS.has(after?.lower ?? '')
}

function withoutPrefix({ words, stems }: NameWords): NameWords {
  const from = words.findIndex((word) => !BOOLEAN_PREFIXES.has(word))
  return { words: words.slice(from), stems: stems.slice(from) }
}

/** True where the message speaks of the property, false where it does so with a `not` or `without`. */
export function fillBoolean(place: Place, source: FillSource, used: ReadonlySet<number>): Filled {
  const { message, words, work } = source
  work.spend(message.tokens.length)
  const span = findWords(withoutPrefix(words.readName(place.name)), source, new Set())
  if (span !== undefined) {
    return { value: !isNegated(message.tokens, span), used: use(used, span, work), isGiven: true }
  }
  const index = message.tokens.findIndex(
    ({ lower }, each) => !used.has(each) && (YES.has(lower) || NO.has(lower)),
  )
  if (place.takesAnyWords && index !== -1) {
    const value = YES.has(message.tokens[index]?.lower ?? '')
    return { value, used: use(used, { from: index, to: index + 1 }, work), isGiven: true }
  }
  return { value: place.variant % 2 === 1, used, isGiven: false }
}
