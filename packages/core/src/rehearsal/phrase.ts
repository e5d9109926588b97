import { spanAt, spanText, type Message, type Span, type Token } from './message.js'
import type { Topic } from './topic.js'

/** Some words of a message that may be the value of a property. */
export interface Phrase extends Span {
  readonly text: string
  /** The preposition in front of it, in lower case; undefined: none. */
  readonly preposition: string | undefined
  /** How likely it is a value rather than a part of the question; higher is likelier. */
  readonly rank: number
}

/** The rank of a text in quotation marks, above that of all other phrases. */
export const QUOTED_RANK = 6

const PREPOSITIONS: ReadonlySet<string> = new Set(
  'in on at of to from for with about into onto by via over near around'.split(' '),
)

const QUOTED =
  /"([^"]+)"|“([^“”]+)”|«([^«»]+)»|`([^`]+)`|(?<![\p{L}\p{N}])['‘]([^'‘’]+)['’](?![\p{L}\p{N}])/gu

/** Where a list goes on or ends: `red, blue and green`. */
const LIST_WORDS: ReadonlySet<string> = new Set(['and', 'or'])

/** Whether a comma and one more name follow, as in `Umber, Ochre`, and no list. */
function endOfSecondName(message: Message, end: number): number {
  const { text, tokens, phraseEnds } = message
  const [last, next] = [tokens[end - 1], tokens[end]]
  if (last === undefined || next === undefined) return end
  const isNamePair = last.isCapitalised && next.isCapitalised && !next.isTimeWord
  if (!isNamePair || next.isStopWord || text.slice(last.end, next.start) !== ', ') return end
  const second = phraseEnds[end] ?? end
  const after = tokens[second]
  if (after === undefined) return second
  const isList =
    LIST_WORDS.has(after.lower) || text.slice(tokens[second - 1]?.end, after.start).includes(',')
  return isList ? end : second
}

/**
 * The phrase that begins at a token: up to punctuation, a word of time or a stop word, without the
 * articles in front. Undefined where there is none.
 */
export function spanFrom(message: Message, index: number): Span | undefined {
  const from = message.phraseStarts[index] ?? index
  const first = message.tokens[from]
  if (first === undefined || first.isStopWord || first.isTimeWord) return undefined
  if (first.startsClause && from > index) return undefined
  return { from, to: endOfSecondName(message, message.phraseEnds[from] ?? from) }
}

/** The spans of a list whose first is given: of `red, blue and green` all three. */
export function listFrom(message: Message, first: Span): readonly Span[] {
  const { text, tokens } = message
  const spans = [first]
  let end = first.to
  for (;;) {
    const [last, next] = [tokens[end - 1], tokens[end]]
    if (last === undefined || next === undefined) return spans
    const isConjunction = LIST_WORDS.has(next.lower)
    const isComma = /^\s*,\s*$/u.test(text.slice(last.end, next.start))
    const span =
      isConjunction || isComma ? spanFrom(message, isConjunction ? end + 1 : end) : undefined
    if (span === undefined) return spans
    spans.push(span)
    end = span.to
  }
}

function tokensOf({ tokens }: Message, { from, to }: Span): readonly Token[] {
  return tokens.slice(from, to)
}

function rank(message: Message, span: Span, topic: Topic, base: number): number {
  const tokens = tokensOf(message, span)
  const isName = tokens.some(
    ({ isCapitalised, startsSentence }) => isCapitalised && !startsSentence,
  )
  const isOfTopic = tokens.some((token) => topic.all.has(token.stem))
  const isNumber = tokens[0]?.number !== undefined
  return base + (isName ? 2 : 0) - (isOfTopic ? 1 : 0) - (isNumber ? 6 : 0)
}

function quotedPhrases(message: Message): readonly Phrase[] {
  return Array.from(message.text.matchAll(QUOTED), (match) => {
    const span = spanAt(message, match.index, match.index + match[0].length)
    const text = match.slice(1).find((group) => group !== undefined) ?? ''
    return { ...span, text: text.trim(), preposition: undefined, rank: QUOTED_RANK }
  }).filter(({ text }) => text !== '')
}

/** Takes off what only leads to the value: `colour of` in `colour of Umber`, where the tool is about colours. */
function withoutKind(message: Message, span: Span, topic: Topic): Span {
  const of = tokensOf(message, span).findIndex(({ lower }) => lower === 'of')
  const kind = message.tokens.slice(span.from, span.from + of)
  if (of < 1 || !kind.every(({ stem }) => topic.all.has(stem))) return span
  const from = span.from + of + 1
  return { from: message.phraseStarts[from] ?? from, to: span.to }
}

/** `to` ranks lower, for what follows it is often a verb. */
function prepositionPhrases(message: Message, topic: Topic): readonly Phrase[] {
  let readTo = 0
  return message.tokens.flatMap((token, index) => {
    if (index < readTo || !PREPOSITIONS.has(token.lower)) return []
    const whole = spanFrom(message, index + 1)
    if (whole === undefined || message.tokens[index + 1]?.startsClause === true) return []
    // What follows in it is a part of it, and says no more than the whole.
    readTo = whole.to
    const span = withoutKind(message, whole, topic)
    if (tokensOf(message, span).every(({ stem }) => topic.all.has(stem))) return []
    const text = spanText(message, span)
    const likelihood = rank(message, span, topic, token.lower === 'to' ? 2 : 3)
    return [{ ...span, text, preposition: token.lower, rank: likelihood }]
  })
}

/** Cuts words of the topic off both ends: of `Paint Umber` only `Umber` stays for a tool `paint`. */
function trimTopic({ tokens }: Message, { from, to }: Span, topic: Topic): Span {
  let [start, end] = [from, to]
  const isOfTopic = (token: Token | undefined) =>
    token !== undefined &&
    (topic.name.has(token.stem) || (token.startsSentence && topic.all.has(token.stem)))
  while (start < end && isOfTopic(tokens[start])) start++
  while (end > start && isOfTopic(tokens[end - 1])) end--
  return { from: start, to: end }
}

function isNameWord(token: Token | undefined): boolean {
  return token !== undefined && token.isCapitalised && !token.isStopWord && !token.isTimeWord
}

function namePhrases(message: Message, topic: Topic): readonly Phrase[] {
  const { tokens } = message
  const phrases: Phrase[] = []
  for (let index = 0; index < tokens.length; index++) {
    if (!isNameWord(tokens[index])) continue
    let end = index + 1
    while (isNameWord(tokens[end]) && tokens[end]?.startsClause === false) end++
    const span = trimTopic(message, { from: index, to: end }, topic)
    index = end
    if (span.from === span.to) continue
    const whole = spanText(message, span)
    const isPossessive = tokens[end] !== undefined && tokens[end]?.startsClause === false
    const text = isPossessive ? whole.replace(/['’]s?$/u, '') : whole
    phrases.push({ ...span, text, preposition: undefined, rank: rank(message, span, topic, 2) })
  }
  return phrases
}

/** The phrases of a message that may be values, the likeliest first, then in their order. */
export function findPhrases(message: Message, topic: Topic): readonly Phrase[] {
  return [
    ...quotedPhrases(message),
    ...prepositionPhrases(message, topic),
    ...namePhrases(message, topic),
  ].sort((left, right) => right.rank - left.rank || left.from - right.from)
}

/** What a message says when stop words, words of the topic and used words are taken out. */
export function remainingPhrases(
  message: Message,
  topic: Topic,
  used: ReadonlySet<number>,
): readonly Phrase[] {
  const isLeft = (token: Token | undefined, index: number) =>
    token !== undefined &&
    !used.has(index) &&
    !token.isStopWord &&
    !token.isTimeWord &&
    !topic.all.has(token.stem)
  const phrases: Phrase[] = []
  for (let index = 0; index < message.tokens.length; index++) {
    if (!isLeft(message.tokens[index], index)) continue
    let end = index + 1
    while (isLeft(message.tokens[end], end) && message.tokens[end]?.startsClause === false) end++
    const span = { from: index, to: end }
    const isNumber = message.tokens[index]?.number !== undefined
    const length = end - index
    phrases.push({
      ...span,
      text: spanText(message, span),
      preposition: undefined,
      rank: isNumber ? 0 : length,
    })
    index = end
  }
  return phrases.sort((left, right) => right.rank - left.rank || left.from - right.from)
}

/** The words that say when, such as `next week`. */
export function timePhrases(message: Message): readonly Phrase[] {
  const phrases: Phrase[] = []
  for (let index = 0; index < message.tokens.length; index++) {
    let end = index
    for (
      let token = message.tokens[end];
      token?.isTimeWord === true;
      token = message.tokens[++end]
    ) {
      if (end > index && token.startsClause) break
    }
    if (end === index) continue
    const span = { from: index, to: end }
    phrases.push({ ...span, text: spanText(message, span), preposition: undefined, rank: 1 })
    index = end
  }
  return phrases
}
