import type { SearchResult } from '@signet/client-js'

/** A thread with the searched words in one of its messages, but not in its title. */
export interface FoundThread {
  readonly id: string
  readonly title: string
  /** An excerpt of the message. */
  readonly excerpt: string
}

const MAX_EXCERPT_CHARACTERS = 90

/** Returns the part of a text around the first word of a query. */
export function excerptOf(text: string, query: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim()
  const word = query.trim().toLowerCase().split(/\s+/)[0] ?? ''
  const at = Math.max(0, line.toLowerCase().indexOf(word) - 24)
  const piece = line.slice(at, at + MAX_EXCERPT_CHARACTERS)
  return `${at > 0 ? '…' : ''}${piece}${at + MAX_EXCERPT_CHARACTERS < line.length ? '…' : ''}`
}

/** The threads of found messages, each once, without those whose titles contain the query. */
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
