import { stem } from './words.js'
import type { Token } from './message.js'

/** `may` and `march` are left out: they are more often verbs. */
const CALENDAR_WORDS = `monday tuesday wednesday thursday friday saturday sunday january february
  april june july august september october november december`

const TIME_WORDS = `today tomorrow tonight yesterday now currently morning afternoon evening night
  noon midnight week weekend month year day hour minute next last soon later ago`

const stemsOf = (words: string): ReadonlySet<string> => new Set(words.split(/\s+/u).map(stem))

const CALENDAR_STEMS = stemsOf(CALENDAR_WORDS)
const TIME_STEMS = stemsOf(TIME_WORDS)

/** Whether a token says when: `tomorrow`, `week`, a day or a month. A name such as `Day` does not. */
export function isTimeWord(token: Token): boolean {
  if (CALENDAR_STEMS.has(token.stem)) return true
  return TIME_STEMS.has(token.stem) && (!token.isCapitalised || token.startsSentence)
}
