import { ownerKey, type NewMemoryMessage, type SavedMessage } from '@signet/core'

/** Two owners with nothing in common. */
export const ALICE: string = ownerKey({ resourceId: 'alice' })
export const BOB: string = ownerKey({ resourceId: 'bob' })

/** A message with one text. */
export function textMessage(
  id: string,
  text: string = id,
  facts: Partial<NewMemoryMessage> = {},
): NewMemoryMessage {
  const content = { format: 2, parts: [{ type: 'text', text }], content: text } as const
  return { id, role: 'user', createdAt: 1000, content, ...facts }
}

/** A message with one text, for a thread. */
export function savedMessage(
  threadId: string,
  id: string,
  text: string = id,
  facts: Partial<NewMemoryMessage> = {},
): SavedMessage {
  return { ...textMessage(id, text, facts), threadId }
}

/** `count` texts: the prefix with 0, 1, and so on. */
export function names(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}${index}`)
}
