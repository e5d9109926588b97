import type { SearchResult, Thread } from '@signet/client-js'

/** A thread in the list, and why it is there. */
export interface FoundThread {
  readonly thread: Thread
  /** Of the message that has the words, where the title has not. */
  readonly excerpt?: string
}

const LONGEST_EXCERPT = 90

/** A few words of a text around one that was looked for. */
export function excerptOf(text: string, query: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim()
  const word = query.trim().toLowerCase().split(/\s+/)[0] ?? ''
  const at = Math.max(0, line.toLowerCase().indexOf(word) - 24)
  const piece = line.slice(at, at + LONGEST_EXCERPT)
  return `${at > 0 ? '…' : ''}${piece}${at + LONGEST_EXCERPT < line.length ? '…' : ''}`
}

/** The threads that have all words of a text, in their title or in a message. */
export function findThreads(
  threads: readonly Thread[],
  results: readonly SearchResult[],
  query: string,
): readonly FoundThread[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0) return threads.map((thread) => ({ thread }))
  return threads.flatMap((thread): FoundThread[] => {
    const title = thread.title.toLowerCase()
    if (words.every((word) => title.includes(word))) return [{ thread }]
    const result = results.find(({ threadId }) => threadId === thread.id)
    return result ? [{ thread, excerpt: excerptOf(result.content, query) }] : []
  })
}
