import type { Work } from './work.js'

/** How many characters of a description are read, or of a message to choose a tool. */
const MAX_TEXT = 4000

/** How many characters of a name are read. */
const MAX_NAME = 200

/** What it takes to read a name or a text, beside its characters, in units of work. */
const READ_WORK = 10

/** Words that say nothing about what a sentence is about. */
const STOP_WORDS: ReadonlySet<string> = new Set(
  `a an the this that these those my your his her its our their some any
  i me we us you he him she it they them who whom which what when where why how
  am is are was were be been being do does did has have had having will would shall should can
  could may might must and or but nor if then than so as not no yes please thanks thank hello hi
  in on at of to from for with without about into onto by via over under between near around
  tell give show get let want need like know there here just also too very really much many out up right
  saying called named titled
  what's where's who's how's when's it's that's there's i'm i'd i'll i've you're we're let's
  don't doesn't isn't aren't can't won't`.split(/\s+/u),
)

/** Whether a word is an article, a pronoun, a preposition, an auxiliary or a verb of asking. */
export function isStopWord(word: string): boolean {
  return STOP_WORDS.has(word.toLowerCase().replaceAll('’', "'"))
}

/**
 * The words of a name in camelCase, PascalCase, kebab-case or snake_case, in lower case. Reads no more than its
 * first 200 characters.
 */
export function splitName(name: string): readonly string[] {
  return name
    .slice(0, MAX_NAME)
    .replace(/(\p{Ll}|\d)(\p{Lu})/gu, '$1 $2')
    .replace(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1 $2')
    .toLowerCase()
    .split(/[^\p{L}\p{M}\p{N}]+/u)
    .filter((word) => word !== '')
}

/** Cuts `runn` of `running` down to `run`. */
function undouble(word: string): string {
  return /([bdgmnprt])\1$/u.test(word) ? word.slice(0, -1) : word
}

/**
 * What the forms of an English word have in common: `parties` and `party`, `converting` and `convert`.
 * Light: knows plurals, `-ing`, `-ed` and a possessive, and no irregular form.
 */
export function stem(word: string): string {
  const lower = word.toLowerCase().replace(/['’]s?$/u, '')
  if (lower.length < 4) return lower
  if (lower.endsWith('ies')) return `${lower.slice(0, -3)}y`
  if (/(?:s|x|z|ch|sh)es$/u.test(lower)) return lower.slice(0, -2)
  const singular = /[^su]s$/u.test(lower) ? lower.slice(0, -1) : lower
  const ending = /(?:ing|ed)$/u.exec(singular)
  const root = ending === null ? singular : singular.slice(0, ending.index)
  if (ending !== null && /[aeiouy]/u.test(root) && root.length > 2) return undouble(root)
  return singular.length > 3 && singular.endsWith('e') ? singular.slice(0, -1) : singular
}

/** The words of a name, and their stems in the same order. */
export interface NameWords {
  readonly words: readonly string[]
  readonly stems: readonly string[]
}

/**
 * The stems of the words of a text that say what it is about, each once. Reads no more than its first 4,000
 * characters.
 */
export function contentStems(text: string): ReadonlySet<string> {
  const read = text.slice(0, MAX_TEXT)
  const words = read.match(/[\p{L}\p{M}\p{N}]+(?:['’][\p{L}\p{M}]+)*/gu) ?? []
  return new Set(words.filter((word) => !isStopWord(word)).map(stem))
}

/** Reads names and texts, each once, and counts the work. */
export class WordReader {
  readonly #work: Work
  readonly #names = new Map<string, NameWords>()
  readonly #texts = new Map<string, ReadonlySet<string>>()

  constructor(work: Work) {
    this.#work = work
  }

  /**
   * The words of a name: of `listOpenOrders` they are `list`, `open` and `orders`.
   * @throws {WorkLimitError}
   */
  readName(name: string): NameWords {
    this.#work.spend(1)
    const known = this.#names.get(name)
    if (known !== undefined) return known
    this.#work.spend(READ_WORK + Math.min(name.length, MAX_NAME))
    const words = splitName(name)
    const read = { words, stems: words.map(stem) }
    this.#names.set(name, read)
    return read
  }

  /**
   * The stems of a text that say what it is about.
   * @throws {WorkLimitError}
   */
  contentStems(text: string): ReadonlySet<string> {
    this.#work.spend(1)
    const known = this.#texts.get(text)
    if (known !== undefined) return known
    this.#work.spend(READ_WORK + Math.min(text.length, MAX_TEXT))
    const stems = contentStems(text)
    this.#texts.set(text, stems)
    return stems
  }
}
