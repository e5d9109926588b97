import type { MastraClient } from '../client.js'
import { MastraClientError } from '../error.js'
import type { ChatSource } from './chat.js'

/** How many messages of a thread are read at a time, the newest first. */
const PAGE_SIZE = 100

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
    async load(signal, page) {
      if (threadId === undefined) return { messages: [], hasMore: false }
      const params = { page, perPage: PAGE_SIZE, orderBy: { direction: 'DESC' } } as const
      try {
        const thread = client.getMemoryThread({ threadId, agentId })
        const { messages, hasMore } = await thread.listMessages(params, { signal })
        return { messages: messages.toReversed(), hasMore }
      } catch (error) {
        // The first question makes the thread.
        if (MastraClientError.isInstance(error) && error.code === 'not_found')
          return { messages: [], hasMore: false }
        throw error
      }
    },
  }
}
