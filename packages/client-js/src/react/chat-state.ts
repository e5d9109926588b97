import type { AgentChunk } from '../chunk.js'
import { MastraClientError } from '../error.js'
import type { SuspendedRun } from '../run.js'
import type { StoredMessage } from '../thread.js'
import type { ChatMessage } from './chat-message.js'
import {
  addChunks,
  isOpenPart,
  settleParts,
  textOf,
  textPart,
  toolCallsOf,
  type ChatPart,
  type TimedChunk,
} from './chat-part.js'
import { readStored } from './stored-chat.js'

/**
 * `loading` while the thread is read, `submitted` until the answer begins, `streaming` while it comes;
 * `error` after one that failed. In `ready` and `error` a question can be sent.
 */
export type ChatStatus = 'loading' | 'ready' | 'submitted' | 'streaming' | 'error'

/** A chat at one moment. */
export interface ChatState {
  /** A message that has not changed is the same object as before. */
  readonly messages: readonly ChatMessage[]
  /** Whether the thread has messages before the first of these. */
  readonly hasEarlier: boolean
  readonly status: ChatStatus
  /** Why the last answer, or the reading of the thread, failed. */
  readonly error: unknown
}

/** What can happen to a chat. */
export type ChatEvent =
  | { readonly type: 'load' }
  | {
      /** The newest messages of the thread have been read, or some that come before the first. */
      readonly type: 'loaded' | 'earlier'
      readonly messages: readonly StoredMessage[]
      readonly hasMore: boolean
      /** What waits for decisions in the thread, the newest first; only with `loaded`. */
      readonly suspended?: readonly SuspendedRun[] | undefined
    }
  | { readonly type: 'ask'; readonly id: string; readonly text: string }
  /** A call was decided on, and the answer may go on; or it was not. */
  | { readonly type: 'decide' | 'undecided' }
  /** Takes back the last question, with whatever came of it. */
  | { readonly type: 'withdraw' }
  | {
      readonly type: 'chunks'
      /** Of the answer. */
      readonly id: string
      readonly chunks: readonly TimedChunk[]
      /** Of the request that the answer is of. */
      readonly requestId?: string | undefined
    }
  | { readonly type: 'end' }
  | { readonly type: 'fail'; readonly error: unknown }

/** A chat in which nothing was said. */
export const EMPTY_CHAT: ChatState = {
  messages: [],
  hasEarlier: false,
  status: 'ready',
  error: undefined,
}

/** Why an answer is not what was asked for; undefined for a chunk that says nothing of the kind. */
function failureOf(
  chunk: AgentChunk,
  requestId: string | undefined,
): MastraClientError | undefined {
  if (chunk.type === 'error') {
    const { code = 'answer_failed', message } = chunk.payload.error
    return new MastraClientError(code, message, { requestId, body: chunk.payload.error })
  }
  if (chunk.type !== 'abort') return undefined
  return new MastraClientError('answer_failed', 'The server ended the answer.', { requestId })
}

function withParts(message: ChatMessage, parts: readonly ChatPart[]): ChatMessage {
  return { ...message, parts, text: textOf(parts), toolCalls: toolCallsOf(parts) }
}

function withChunks(
  state: ChatState,
  { id, chunks, requestId }: Extract<ChatEvent, { type: 'chunks' }>,
): ChatState {
  const { messages, error } = state
  // An answer that goes on after a decision need not be the last message.
  const index = messages.findLastIndex((message) => message.id === id)
  const answer =
    messages[index] ?? ({ id, role: 'assistant', parts: [], text: '', toolCalls: [] } as const)
  const said = withParts(answer, addChunks(answer.parts, chunks))
  const finish = chunks.findLast(({ chunk }) => chunk.type === 'finish')?.chunk
  const usage = finish?.type === 'finish' ? { usage: finish.payload.output.usage } : {}
  const answered = { ...said, ...usage }
  const failures = chunks.map(({ chunk }) => failureOf(chunk, requestId))
  return {
    ...state,
    messages: index === -1 ? [...messages, answered] : messages.with(index, answered),
    status: 'streaming',
    error: error ?? failures.find((failure) => failure !== undefined),
  }
}

/** Puts messages before the first. Some may be there already: what was said since has moved the pages of the thread. */
function withEarlier(
  state: ChatState,
  stored: readonly StoredMessage[],
  hasEarlier: boolean,
): ChatState {
  const known = new Set(state.messages.map(({ id }) => id))
  const earlier = stored.flatMap(readStored).filter(({ id }) => !known.has(id))
  return { ...state, messages: [...earlier, ...state.messages], hasEarlier }
}

/** What was said, once nothing more comes. */
function settle(messages: readonly ChatMessage[]): readonly ChatMessage[] {
  return messages.map((message) =>
    message.parts.some(isOpenPart) ? withParts(message, settleParts(message.parts)) : message,
  )
}

/** What is to be decided of a suspended answer. What it said before is stored only when it ends. */
function readSuspended({ runId, toolCalls }: SuspendedRun): ChatMessage {
  const parts = toolCalls.map((call) => {
    const { toolCallId, toolName, args } = call
    const suspended = 'suspendPayload' in call && { suspendPayload: call.suspendPayload }
    const toolCall = { toolCallId, toolName, args, state: 'waiting', runId, ...suspended } as const
    return { type: 'tool-call', toolCall } as const
  })
  return withParts({ id: runId, role: 'assistant', parts: [], text: '', toolCalls: [] }, parts)
}

/** What a chat is after something happened to it. */
export function reduceChat(state: ChatState, event: ChatEvent): ChatState {
  switch (event.type) {
    case 'load':
      return { ...state, status: 'loading', error: undefined }
    case 'loaded':
      return {
        ...EMPTY_CHAT,
        messages: [
          ...event.messages.flatMap(readStored),
          ...(event.suspended ?? []).map(readSuspended).toReversed(),
        ],
        hasEarlier: event.hasMore,
      }
    case 'earlier':
      return withEarlier(state, event.messages, event.hasMore)
    case 'ask': {
      const { id, text } = event
      const parts = [textPart('text', text)]
      const question = { id, role: 'user', parts, text, toolCalls: [] } as const
      return {
        ...state,
        messages: [...state.messages, question],
        status: 'submitted',
        error: undefined,
      }
    }
    case 'decide':
      return { ...state, status: 'submitted', error: undefined }
    case 'undecided':
      return { ...state, status: 'ready' }
    case 'withdraw': {
      const last = state.messages.findLastIndex(({ role }) => role === 'user')
      return { ...state, messages: state.messages.slice(0, Math.max(0, last)) }
    }
    case 'chunks':
      return withChunks(state, event)
    case 'end':
      return {
        ...state,
        messages: settle(state.messages),
        status: state.error === undefined ? 'ready' : 'error',
      }
    case 'fail':
      return {
        ...state,
        messages: settle(state.messages),
        status: 'error',
        error: event.error,
      }
  }
}
