import { createHash } from 'node:crypto'

/**
 * What a message is stored under whose id is taken: by a message that stands elsewhere, or by one that says something
 * else. The next turn comes to the same.
 *
 * @param said - what the message says, where the id is taken by a message of the same thread
 */
export function ownId(threadId: string, id: string, said?: string): string {
  const parts = said === undefined ? [threadId, id] : [threadId, id, said]
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32)
}
