import { stem } from './words.js'

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
}

/** A message of a person, cut into its tokens. */
export interface Message {
  readonly text: string
  readonly tokens: readonly Token[]
}

/** A part of a message, as the numbers of its first token and of the one after its last. */
export interface Span {
  readonly from: number
  readonly to: number
}

/** What stands after this many characters is not read, so that no message takes long. */
const MESSAGE_LIMIT = 4000

const TOKEN =
  /(?<![\p{L}\p{M}\p{N}])[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?![\p{L}\p{M}\p{N}_-])|[\p{L}\p{M}\p{N}]+(?:['’_-][\p{L}\p{M}\p{N}]+)*/gu

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
  return {
    text: word,
    lower: word.toLowerCase(),
    stem: stem(word),
    start,
    end: start + word.length,
    number: readNumber(word),
    isCapitalised: /^\p{Lu}/u.test(word),
    startsClause: !isAbbreviated && /[^\s$€£¥#°%&@/+*'’-]/u.test(gap),
    startsSentence: previous === undefined || (!isAbbreviated && /[.!?:\n]/u.test(gap)),
  }
}

/** Cuts a message into tokens. Reads no more than its first 4,000 characters. */
export function readMessage(whole: string): Message {
  const text = whole.slice(0, MESSAGE_LIMIT)
  const tokens: Token[] = []
  for (const match of text.matchAll(TOKEN)) tokens.push(readToken(text, match, tokens.at(-1)))
  return { text, tokens }
}

/** The characters of a span, as they stand in the message. */
export function spanText({ text, tokens }: Message, { from, to }: Span): string {
  return text.slice(tokens[from]?.start ?? 0, tokens[to - 1]?.end ?? 0)
}

/** The tokens that the characters from `start` up to `end` touch. */
export function spanAt({ tokens }: Message, start: number, end: number): Span {
  const from = tokens.findIndex((token) => token.end > start)
  if (from === -1) return { from: tokens.length, to: tokens.length }
  const next = tokens.findIndex((token, index) => index >= from && token.start >= end)
  return { from, to: next === -1 ? tokens.length : next }
}
