import type { Agent } from '../agent.js'
import type { MastraClient } from '../client.js'
import { MastraClientError } from '../error.js'
import type { SuspendedRun } from '../run.js'
import type { ChatSource } from './chat.js'

/** How many messages of a thread are read at a time, the newest first. */
const PAGE_SIZE = 100

/** How a server refuses to list runs that has none, or not for this caller. */
const WITHOUT_RUNS: ReadonlySet<number> = new Set([403, 404])

async function readSuspended(
  agent: Agent,
  threadId: string,
  signal: AbortSignal,
): Promise<readonly SuspendedRun[]> {
  try {
    return (await agent.listSuspendedRuns({ threadId }, { signal })).runs
  } catch (error) {
    if (MastraClientError.isInstance(error) && WITHOUT_RUNS.has(error.status)) return []
    throw error
  }
}

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
    decide({ isApproved, reason, resumeData, ...call }, signal) {
      const agent = client.getAgent(agentId)
      if (isApproved && resumeData !== undefined) {
        return agent.resumeStream(resumeData, call, { signal })
      }
      return isApproved
        ? agent.approveToolCall(call, { signal })
        : agent.declineToolCall({ ...call, reason }, { signal })
    },
    async load(signal, page) {
      if (threadId === undefined) return { messages: [], hasMore: false }
      const params = { page, perPage: PAGE_SIZE, orderBy: { direction: 'DESC' } } as const
      try {
        const thread = client.getMemoryThread({ threadId, agentId })
        const [{ messages, hasMore }, suspended] = await Promise.all([
          thread.listMessages(params, { signal }),
          page === 0 ? readSuspended(client.getAgent(agentId), threadId, signal) : [],
        ])
        return { messages: messages.toReversed(), hasMore, suspended }
      } catch (error) {
        // The first question makes the thread.
        if (MastraClientError.isInstance(error) && error.code === 'not_found')
          return { messages: [], hasMore: false }
        throw error
      }
    },
  }
}
