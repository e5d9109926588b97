import type { SearchResult } from '@signet/client-js'

/** A thread that has the words that were looked for in a message, and not in its title. */
export interface FoundThread {
  readonly id: string
  readonly title: string
  /** Of the message. */
  readonly excerpt: string
}

const MAX_EXCERPT_CHARACTERS = 90

/** A few words of a text around one that was looked for. */
export function excerptOf(text: string, query: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim()
  const word = query.trim().toLowerCase().split(/\s+/)[0] ?? ''
  const at = Math.max(0, line.toLowerCase().indexOf(word) - 24)
  const piece = line.slice(at, at + MAX_EXCERPT_CHARACTERS)
  return `${at > 0 ? '…' : ''}${piece}${at + MAX_EXCERPT_CHARACTERS < line.length ? '…' : ''}`
}

/** The threads that messages were found in, each once: without those that are found by their titles already. */
export function findByMessages(
  results: readonly SearchResult[],
  query: string,
): readonly FoundThread[] {
  const sought = query.trim().toLowerCase()
  if (sought === '') return []
  const found = new Map<string, FoundThread>()
  for (const { threadId, threadTitle, content } of results) {
    if (found.has(threadId) || threadTitle.toLowerCase().includes(sought)) continue
    found.set(threadId, { id: threadId, title: threadTitle, excerpt: excerptOf(content, query) })
  }
  return [...found.values()]
}
