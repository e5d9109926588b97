import { isTimeWord } from './time-words.js'
import { isStopWord, stem } from './words.js'

/** One word, number or similar of a message, and where it stands. */
export interface Token {
  readonly text: string
  readonly lower: string
  readonly stem: string
  /** Offset of the first character in the message. */
  readonly start: number
  /** Offset after the last character. */
  readonly end: number
  /** Set where the token is a number, or one with a short unit behind it, such as `5km`. */
  readonly number: number | undefined
  readonly isCapitalised: boolean
  /** Punctuation stands between this token and the one before. */
  readonly startsClause: boolean
  /** The token is the first of the message or of a sentence. */
  readonly startsSentence: boolean
  /** A colon or an equals sign, and no more, stands between this token and the one before. */
  readonly isAssigned: boolean
  readonly isStopWord: boolean
  /** The token says when. */
  readonly isTimeWord: boolean
}

/** A message of a person, cut into its tokens. */
export interface Message {
  readonly text: string
  readonly tokens: readonly Token[]
  /** For each token the number of the first from it on that is not an article or the like. */
  readonly phraseStarts: readonly number[]
  /** For each token the number of the one after the last that a phrase with it goes on to. */
  readonly phraseEnds: readonly number[]
}

/** A part of a message, as the numbers of its first token and of the one after its last. */
export interface Span {
  readonly from: number
  readonly to: number
}

/** What stands after this many characters is not read, so that no message takes long. */
const MAX_MESSAGE = 4000

const TOKEN =
  /(?<![\p{L}\p{M}\p{N}])[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?![\p{L}\p{M}\p{N}_-])|[\p{L}\p{M}\p{N}]+(?:['’_-][\p{L}\p{M}\p{N}]+)*/gu

const DETERMINERS: ReadonlySet<string> = new Set(
  'a an the this that these those my your his her its our their some any'.split(' '),
)

const NUMBER = /^([+-]?[\d,]+(?:\.\d+)?)\p{L}{0,3}$/u

/** A full stop after one of these, or after a single capital letter, ends no sentence. */
const ABBREVIATION = /^(?:\p{Lu}|St|Mt|Ft|Dr|Mr|Mrs|Ms)$/u

function readNumber(text: string): number | undefined {
  const digits = NUMBER.exec(text)?.[1]
  return digits === undefined ? undefined : Number(digits.replaceAll(',', ''))
}

function readToken(text: string, match: RegExpExecArray, previous: Token | undefined): Token {
  const [word] = match
  const start = match.index
  const gap = text.slice(previous?.end ?? 0, start)
  const isAbbreviated = /^\. ?$/u.test(gap) && ABBREVIATION.test(previous?.text ?? '')
  const spelling = {
    stem: stem(word),
    isCapitalised: /^\p{Lu}/u.test(word),
    startsSentence: previous === undefined || (!isAbbreviated && /[.!?:\n]/u.test(gap)),
  }
  return {
    text: word,
    lower: word.toLowerCase(),
    start,
    end: start + word.length,
    number: readNumber(word),
    startsClause: !isAbbreviated && /[^\s$€£¥#°%&@/+*'’-]/u.test(gap),
    isAssigned: /^\s*[:=]\s*$/u.test(gap),
    isStopWord: isStopWord(word),
    isTimeWord: isTimeWord(spelling),
    ...spelling,
  }
}

/** Whether a phrase goes on with this token, as in `Keeper of the Keys`. */
function goesOn(tokens: readonly Token[], index: number): boolean {
  const token = tokens[index]
  if (token === undefined || token.startsClause || token.isTimeWord) return false
  if (!token.isStopWord) return true
  const next = tokens[index + 1]
  if (next === undefined || next.startsClause) return false
  if (token.lower === 'of') return true
  return token.lower === 'the' && tokens[index - 1]?.lower === 'of'
}

function readPhraseStarts(tokens: readonly Token[]): readonly number[] {
  const starts: number[] = []
  for (let index = tokens.length - 1; index >= 0; index--) {
    const token = tokens[index]
    const isSkipped = DETERMINERS.has(token?.lower ?? '') && token?.startsClause === false
    starts[index] = isSkipped ? (starts[index + 1] ?? index + 1) : index
  }
  return starts
}

function readPhraseEnds(tokens: readonly Token[]): readonly number[] {
  const ends: number[] = []
  for (let index = tokens.length - 1; index >= 0; index--) {
    ends[index] = goesOn(tokens, index + 1) ? (ends[index + 1] ?? index + 1) : index + 1
  }
  return ends
}

/** Cuts a message into tokens. Reads no more than its first 4,000 characters. */
export function readMessage(whole: string): Message {
  const text = whole.slice(0, MAX_MESSAGE)
  const tokens: Token[] = []
  for (const match of text.matchAll(TOKEN)) tokens.push(readToken(text, match, tokens.at(-1)))
  const phraseStarts = readPhraseStarts(tokens)
  return { text, tokens, phraseStarts, phraseEnds: readPhraseEnds(tokens) }
}

/** The characters of a span, as they stand in the message. */
export function spanText({ text, tokens }: Message, { from, to }: Span): string {
  return text.slice(tokens[from]?.start ?? 0, tokens[to - 1]?.end ?? 0)
}

/** The number of the first token that ends, or starts, behind a place in the message. */
function firstAfter(tokens: readonly Token[], edge: 'start' | 'end', place: number): number {
  let [low, high] = [0, tokens.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((tokens[middle]?.[edge] ?? Infinity) > place) high = middle
    else low = middle + 1
  }
  return low
}

/** The tokens that the characters from `start` up to `end` touch. */
export function spanAt({ tokens }: Message, start: number, end: number): Span {
  const from = firstAfter(tokens, 'end', start)
  return { from, to: Math.max(from, firstAfter(tokens, 'start', end - 1)) }
}
