import type { SuspendedToolCall } from '@signet/client-js'
import { useMastraClient, type AgentChat, type ChatToolCall } from '@signet/client-js/react'
import { useQuery } from '@tanstack/react-query'
import { createContext, useCallback, useContext, useMemo } from 'react'

/** How often the server is asked whether somebody else has decided, in ms. */
const POLL_MS = 5000
/** How many suspended answers are read: more do not wait in one thread. */
const PER_PAGE = 100

/** The calls of a chat that wait for a decision. */
export interface WaitingCalls {
  /** What the server tells of a call; undefined where it does not wait, or where that is not known. */
  readonly find: (call: ChatToolCall) => SuspendedToolCall | undefined
  /** Whether the server has told which calls wait. It may refuse to. */
  readonly knowledge: 'reading' | 'known' | 'unknown'
  /** Whether an answer is under way: one decision at a time. */
  readonly isBusy: boolean
  readonly decide: AgentChat['decide']
}

const Context = createContext<WaitingCalls>({
  find: () => undefined,
  knowledge: 'unknown',
  isBusy: false,
  decide: async () => false,
})

export const WaitingCallsProvider = Context.Provider

/** The waiting calls of the chat around the component. */
export function useWaitingCalls(): WaitingCalls {
  return useContext(Context)
}

/** Reads what waits in a chat, as long as something does. */
export function useChatWaitingCalls(
  agentId: string,
  threadId: string | undefined,
  { messages, status, decide }: AgentChat,
): WaitingCalls {
  const client = useMastraClient()
  const isBusy = status === 'submitted' || status === 'streaming'
  const waiting = messages.flatMap(({ toolCalls }) =>
    toolCalls.filter(({ state }) => state === 'waiting').map(({ toolCallId }) => toolCallId),
  )
  const { data, error, refetch } = useQuery({
    // Other calls wait after a decision.
    queryKey: ['suspended-runs', agentId, threadId ?? null, waiting],
    enabled: waiting.length > 0 && !isBusy,
    staleTime: 0,
    queryFn: ({ signal }) =>
      client.getAgent(agentId).listSuspendedRuns({ threadId, perPage: PER_PAGE }, { signal }),
    refetchInterval: ({ state }) => {
      const calls = state.data?.runs.flatMap(({ toolCalls }) => toolCalls) ?? []
      const isOpen = calls.some(
        ({ approval }) => approval.by === 'other' && approval.state === 'waiting',
      )
      return isOpen ? POLL_MS : false
    },
  })
  const find = useCallback(
    ({ runId, toolCallId }: ChatToolCall) =>
      data?.runs
        .find((run) => run.runId === runId)
        ?.toolCalls.find((call) => call.toolCallId === toolCallId),
    [data],
  )
  const knowledge = data === undefined ? (error === null ? 'reading' : 'unknown') : 'known'
  return useMemo(() => {
    return {
      find,
      knowledge,
      isBusy,
      async decide(decision) {
        try {
          return await decide(decision)
        } catch (error) {
          // What waits may be others than the reader saw.
          void refetch()
          throw error
        }
      },
    }
  }, [find, knowledge, isBusy, decide, refetch])
}
