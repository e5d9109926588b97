import type { MemoryContent } from '@signet/core'

// Scripts that put no spaces between words: each character of them is a word.
const WORD =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]|[\p{L}\p{N}\p{M}]+/gu
/** What is told apart of a word: its first 64 characters. */
const WORD_START = /^.{1,64}/su
const MAX_SEARCH_WORDS = 64
/** A message is found by so much of its vocabulary, in bytes: to index more at once would hold up everybody. */
const MAX_BYTES = 64 * 1024
/** A message is found by so much of its text. */
const MAX_CHARACTERS = 256 * 1024

/**
 * The words of what stands between two blanks, in lower case and composed form. It is cut before it is
 * composed, because that takes time with the square of the marks on one letter; and it is split again,
 * because one character may become several words.
 */
function normalWords(raw: string): readonly string[] {
  const start = WORD_START.exec(raw)?.[0] ?? ''
  return start.normalize('NFKC').toLowerCase().match(WORD) ?? []
}

/** The different words of a text, in lower case and composed form, as far as they are told apart. */
function splitWords(text: string): string[] {
  const seen = new Set<string>()
  const words = new Set<string>()
  let bytes = 0
  for (const [raw] of text.slice(0, MAX_CHARACTERS).matchAll(WORD)) {
    if (seen.has(raw)) continue
    seen.add(raw)
    for (const word of normalWords(raw)) {
      if (words.has(word)) continue
      bytes += Buffer.byteLength(word) + 1
      if (bytes > MAX_BYTES) return [...words]
      words.add(word)
    }
  }
  return [...words]
}

function textOf(content: MemoryContent): string {
  if (typeof content.content === 'string' && content.content !== '') return content.content
  if (!Array.isArray(content.parts)) return ''
  return content.parts.map((part) => (typeof part?.text === 'string' ? part.text : '')).join(' ')
}

/**
 * What a message is found by. The owner is one of its words, so that the index itself leaves out what
 * belongs to others, and a search costs by what the owner has.
 */
export function messageWords(owner: string, content: MemoryContent): string {
  return [owner, ...splitWords(textOf(content))].join(' ')
}

/** The words that a search asks for, the first 64 of them; none when the text has no word. */
export function searchWords(owner: string, text: string): string[] {
  const words = splitWords(text).slice(0, MAX_SEARCH_WORDS)
  return words.length === 0 ? [] : [owner, ...words]
}
