import { stem } from './words.js'

/** `may` and `march` are left out: they are more often verbs. */
const CALENDAR_WORDS = `monday tuesday wednesday thursday friday saturday sunday january february
  april june july august september october november december`

const TIME_WORDS = `today tomorrow tonight yesterday now currently morning afternoon evening night
  noon midnight week weekend month year day hour minute next last soon later ago`

const stemsOf = (words: string): ReadonlySet<string> => new Set(words.split(/\s+/u).map(stem))

const CALENDAR_STEMS = stemsOf(CALENDAR_WORDS)
const TIME_STEMS = stemsOf(TIME_WORDS)

/** How a word is spelled, and where it stands. */
interface Spelling {
  readonly stem: string
  readonly isCapitalised: boolean
  readonly startsSentence: boolean
}

/** Whether a word says when: `tomorrow`, `week`, a day or a month. A name such as `Day` does not. */
export function isTimeWord({ stem: root, isCapitalised, startsSentence }: Spelling): boolean {
  if (CALENDAR_STEMS.has(root)) return true
  return TIME_STEMS.has(root) && (!isCapitalised || startsSentence)
}
