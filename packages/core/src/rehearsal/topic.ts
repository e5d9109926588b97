import type { WordReader } from './words.js'

/** What a tool, or an answer that is asked for, is about. Its words in a message are not values. */
export interface Topic {
  /** Stems of the words of the name. */
  readonly name: ReadonlySet<string>
  /** Stems of the words of the name and of the description. */
  readonly all: ReadonlySet<string>
}

/**
 * Reads the topic out of a name and a description.
 * @throws {WorkLimitError}
 */
export function readTopic(name: string, description: string, words: WordReader): Topic {
  const names = new Set(words.readName(name).stems)
  return { name: names, all: new Set([...names, ...words.contentStems(description)]) }
}
