import { spanText, type Message, type Span } from './message.js'
import { QUOTED_RANK, spanFrom, timePhrases, type Phrase } from './phrase.js'
import { findRole } from './role.js'
import type { Topic } from './topic.js'
import type { NameWords, WordReader } from './words.js'
import type { Work } from './work.js'

/** What stands between the name of a property and its value: `title is …`, `title: …`. */
const CONNECTORS: ReadonlySet<string> = new Set(
  'is are be as of called named titled saying says that equals'.split(' '),
)

/** Comes before all phrases that are not labelled. */
const LABELLED_RANK = QUOTED_RANK + 1

/** What labels are looked for in. */
export interface LabelSource {
  readonly message: Message
  readonly topic: Topic
  readonly phrases: readonly Phrase[]
}

/** A property, as far as a message may speak of it. */
interface Named {
  readonly name: string
  readonly description: string
}

/** Finds the words that a message gives a property in particular. Reads the message once, and each name once. */
export class LabelFinder {
  readonly #message: Message
  readonly #topic: Topic
  readonly #words: WordReader
  readonly #work: Work
  /** By a stem, the numbers of the tokens that have it. */
  readonly #places = new Map<string, number[]>()
  /** By the number of their first token. */
  readonly #quoted = new Map<number, Phrase>()
  /** The likeliest by its preposition. */
  readonly #byPreposition = new Map<string, Phrase>()
  readonly #time: Phrase | undefined
  /** By the stems of a name. */
  readonly #named = new Map<string, Phrase | undefined>()

  /** @param phrases - of the message, the likeliest first */
  constructor({ message, topic, phrases }: LabelSource, words: WordReader, work: Work) {
    this.#message = message
    this.#topic = topic
    this.#words = words
    this.#work = work
    this.#time = timePhrases(message)[0]
    for (const [index, { stem }] of message.tokens.entries()) {
      const places = this.#places.get(stem)
      if (places === undefined) this.#places.set(stem, [index])
      else places.push(index)
    }
    for (const phrase of phrases) {
      const { rank, from, preposition } = phrase
      if (rank === QUOTED_RANK && !this.#quoted.has(from)) this.#quoted.set(from, phrase)
      if (preposition !== undefined && !this.#byPreposition.has(preposition)) {
        this.#byPreposition.set(preposition, phrase)
      }
    }
  }

  /**
   * The words for a property: by its name, as in `title: Lost keys` and `title is Lost keys`, or by a preposition
   * that its name or description stands for. Undefined: none.
   * @throws {WorkLimitError}
   */
  find({ name, description }: Named): Phrase | undefined {
    const words = this.#words.readName(name)
    const named = this.#findNamed(words)
    if (named !== undefined) return named
    const role = findRole(words, this.#words.contentStems(description))
    return role === 'time' ? this.#time : role && this.#byPreposition.get(role)
  }

  /** The numbers of the tokens that have the stem of a name's first word, in their order. */
  placesOf({ stems: [first = ''] }: NameWords): readonly number[] {
    return this.#places.get(first) ?? []
  }

  #findNamed(name: NameWords): Phrase | undefined {
    const key = name.stems.join(' ')
    if (this.#named.has(key)) return this.#named.get(key)
    const named = this.#readNamed(name)
    this.#named.set(key, named)
    return named
  }

  #readNamed(name: NameWords): Phrase | undefined {
    const { tokens } = this.#message
    const { length } = name.stems
    for (const from of this.placesOf(name)) {
      this.#work.spend(length)
      if (!name.stems.every((stem, offset) => tokens[from + offset]?.stem === stem)) continue
      const phrase = this.#readLabelled({ from, to: from + length })
      if (phrase !== undefined) return phrase
    }
    return undefined
  }

  /** The value behind a label, which it includes in its span: `: Lost keys`, `is Lost keys`, ` "Lost keys"`. */
  #readLabelled({ from, to }: Span): Phrase | undefined {
    const { tokens } = this.#message
    const isAssigned = tokens[to]?.isAssigned === true
    const isConnected = CONNECTORS.has(tokens[to]?.lower ?? '')
    const start = isConnected ? to + 1 : to
    const quoted = this.#quoted.get(start)
    if (quoted !== undefined) return { ...quoted, from }
    if (tokens[start]?.startsClause === true && !isAssigned) return undefined
    const span = spanFrom(this.#message, start)
    if (span === undefined) return undefined
    const isOfTopic = this.#topic.all.has(tokens[span.from]?.stem ?? '')
    if (isOfTopic && !isAssigned && !isConnected) return undefined
    const value = spanText(this.#message, span)
    return { from, to: span.to, text: value, preposition: undefined, rank: LABELLED_RANK }
  }
}
