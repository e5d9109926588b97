import type { MastraClient } from '../client.js'
import { MastraClientError } from '../error.js'
import type { ChatSource } from './chat.js'

/** How many of the newest messages of a thread a chat begins with. */
const MOST_SHOWN = 100

/** The chat of a client with an agent; with a thread one that remembers. */
export function createSource(
  client: MastraClient,
  agentId: string,
  threadId: string | undefined,
): ChatSource {
  return {
    isRemembering: threadId !== undefined,
    ask(messages, abortSignal) {
      const memory = threadId === undefined ? {} : { memory: { thread: threadId } }
      return client.getAgent(agentId).stream(messages, { ...memory, abortSignal })
    },
    async load(signal) {
      if (threadId === undefined) return []
      const params = { perPage: MOST_SHOWN, orderBy: { direction: 'DESC' } } as const
      try {
        const thread = client.getMemoryThread({ threadId, agentId })
        const { messages } = await thread.listMessages(params, { signal })
        return messages.toReversed()
      } catch (error) {
        // The first question makes the thread.
        if (MastraClientError.isInstance(error) && error.code === 'not_found') return []
        throw error
      }
    },
  }
}
