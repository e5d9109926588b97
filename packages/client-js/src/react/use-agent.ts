import { useEffect, useMemo, useSyncExternalStore } from 'react'
import type { ChatState } from './chat-state.js'
import { Chat, type ChatDecision } from './chat.js'
import { useMastraClient } from './provider.js'
import { createSource } from './source.js'

/** How a component talks with an agent. */
export interface UseAgentOptions {
  /**
   * A thread of the caller that questions and answers are stored in, and whose newest messages are shown
   * at first. Default: nothing is stored, and each question is sent with all that was said before it.
   */
  readonly threadId?: string | undefined
}

/** A chat with an agent. */
export interface AgentChat extends ChatState {
  /**
   * Asks the agent. Never rejects: `error` says why an answer failed.
   * @returns false where nothing was sent: the text is blank, or an answer is under way
   */
  readonly send: (text: string) => Promise<boolean>
  /**
   * Asks the last question again, in place of an answer that failed or was stopped. Never rejects.
   * @returns false where nothing was sent: nothing was asked yet, or an answer is under way
   */
  readonly retry: () => Promise<boolean>
  /**
   * Decides on a call that waits for an approval; the answer then goes on in its message.
   * @returns false where nothing was sent: no such call waits in this chat, or an answer is under way
   * @throws {MastraClientError} where the decision does not count: `approval_expired`, `run_not_suspended` and the like
   */
  readonly decide: (decision: ChatDecision) => Promise<boolean>
  /**
   * Reads the messages of the thread before the first that is here, 100 at a time, where `hasEarlier` says that there
   * are any. Never rejects.
   * @returns false where they could not be read
   */
  readonly loadEarlier: () => Promise<boolean>
  /** Stops the agent; what has come of its answer stays. */
  readonly stop: () => void
}

/**
 * A chat with an agent of the client that the nearest `MastraProvider` gives. Another agent, thread or
 * client is another chat. The agent is stopped when the component goes.
 */
export function useAgent(agentId: string, { threadId }: UseAgentOptions = {}): AgentChat {
  const client = useMastraClient()
  const chat = useMemo(
    () => new Chat(createSource(client, agentId, threadId)),
    [client, agentId, threadId],
  )
  useEffect(() => {
    void chat.load()
    return chat.stop
  }, [chat])
  const state = useSyncExternalStore(chat.subscribe, chat.getState, chat.getState)
  return useMemo(
    () => ({
      ...state,
      send: chat.send,
      retry: chat.retry,
      decide: chat.decide,
      stop: chat.stop,
      loadEarlier: chat.loadEarlier,
    }),
    [state, chat],
  )
}
