import type { AgentChunk, Usage } from '../chunk.js'
import { MastraClientError } from '../error.js'
import type { StoredMessage } from '../thread.js'

/** A call of a tool as a chat shows it. */
export interface ChatToolCall {
  readonly toolCallId: string
  readonly toolName: string
  readonly args: unknown
  readonly state: 'running' | 'done' | 'failed'
  /** What it came to, once it is done. */
  readonly result?: unknown
  /** Why it failed. */
  readonly error?: string
}

/** A message as a chat shows it. */
export interface ChatMessage {
  readonly id: string
  readonly role: 'user' | 'assistant'
  readonly text: string
  readonly toolCalls: readonly ChatToolCall[]
  /** Tokens that the model counted; of an answer that has ended here, not of one that was stored. */
  readonly usage?: Usage
}

/**
 * `loading` while the thread is read, `submitted` until the answer begins, `streaming` while it comes;
 * `error` after one that failed. In `ready` and `error` a question can be sent.
 */
export type ChatStatus = 'loading' | 'ready' | 'submitted' | 'streaming' | 'error'

/** A chat at one moment. */
export interface ChatState {
  readonly messages: readonly ChatMessage[]
  readonly status: ChatStatus
  /** Why the last answer, or the reading of the thread, failed. */
  readonly error: unknown
}

/** What can happen to a chat. */
export type ChatEvent =
  | { readonly type: 'load' }
  | { readonly type: 'loaded'; readonly messages: readonly StoredMessage[] }
  | { readonly type: 'ask'; readonly id: string; readonly text: string }
  /** Takes back the last question, with whatever came of it. */
  | { readonly type: 'withdraw' }
  | { readonly type: 'chunk'; readonly id: string; readonly chunk: AgentChunk }
  | { readonly type: 'end' }
  | { readonly type: 'fail'; readonly error: unknown }

/** A chat in which nothing was said. */
export const EMPTY_CHAT: ChatState = { messages: [], status: 'ready', error: undefined }

interface StoredInvocation {
  readonly state: string
  readonly toolCallId: string
  readonly toolName: string
  readonly args: unknown
  readonly result?: unknown
}

/** A message of a thread as a chat shows it; of those that no person and no agent wrote, none. */
function readStored({ id, role, content }: StoredMessage): ChatMessage[] {
  if (role !== 'user' && role !== 'assistant') return []
  const text = content.parts.map((part) => (part.type === 'text' ? String(part['text']) : ''))
  const toolCalls = content.parts.flatMap((part): ChatToolCall[] => {
    if (part.type !== 'tool-invocation') return []
    const { state, toolCallId, toolName, args, result } = part['toolInvocation'] as StoredInvocation
    const call = { toolCallId, toolName, args }
    return [state === 'result' ? { ...call, state: 'done', result } : { ...call, state: 'failed' }]
  })
  return [{ id, role, text: content.content ?? text.join(''), toolCalls }]
}

/** The answer with what a chunk adds to it. */
function addChunk(answer: ChatMessage, chunk: AgentChunk): ChatMessage {
  const settle = (toolCallId: string, outcome: Partial<ChatToolCall>) => ({
    ...answer,
    toolCalls: answer.toolCalls.map((call) =>
      call.toolCallId === toolCallId ? { ...call, ...outcome } : call,
    ),
  })
  switch (chunk.type) {
    case 'text-delta':
      return { ...answer, text: answer.text + chunk.payload.text }
    case 'tool-call': {
      const { toolCallId, toolName, args } = chunk.payload
      const call = { toolCallId, toolName, args, state: 'running' } as const
      return { ...answer, toolCalls: [...answer.toolCalls, call] }
    }
    case 'tool-result':
      return settle(chunk.payload.toolCallId, { state: 'done', result: chunk.payload.result })
    case 'tool-error': {
      const { toolCallId, error } = chunk.payload
      return settle(toolCallId, { state: 'failed', error: error.message })
    }
    case 'finish':
      return { ...answer, usage: chunk.payload.output.usage }
    default:
      return answer
  }
}

/** Why an answer is not what was asked for; undefined for a chunk that says nothing of the kind. */
function failureOf(chunk: AgentChunk): MastraClientError | undefined {
  if (chunk.type === 'error') {
    const { code = 'answer_failed', message } = chunk.payload.error
    return new MastraClientError(code, message)
  }
  if (chunk.type !== 'abort') return undefined
  return new MastraClientError('answer_failed', 'The server ended the answer.')
}

function withChunk(state: ChatState, id: string, chunk: AgentChunk): ChatState {
  const isOpen = state.messages.at(-1)?.id === id
  const messages = isOpen
    ? state.messages
    : [...state.messages, { id, role: 'assistant', text: '', toolCalls: [] } as const]
  const error = state.error ?? failureOf(chunk)
  return {
    messages: messages.map((message) => (message.id === id ? addChunk(message, chunk) : message)),
    status: 'streaming',
    error,
  }
}

/** What was said, once nothing more comes: a call that is still running has failed. */
function settle(messages: readonly ChatMessage[]): readonly ChatMessage[] {
  const failed = (call: ChatToolCall): ChatToolCall =>
    call.state === 'running' ? { ...call, state: 'failed' } : call
  return messages.map((message) => ({ ...message, toolCalls: message.toolCalls.map(failed) }))
}

/** What a chat is after something happened to it. */
export function reduceChat(state: ChatState, event: ChatEvent): ChatState {
  switch (event.type) {
    case 'load':
      return { ...state, status: 'loading', error: undefined }
    case 'loaded':
      return { ...EMPTY_CHAT, messages: event.messages.flatMap(readStored) }
    case 'ask': {
      const question = { id: event.id, role: 'user', text: event.text, toolCalls: [] } as const
      return { messages: [...state.messages, question], status: 'submitted', error: undefined }
    }
    case 'withdraw': {
      const last = state.messages.findLastIndex(({ role }) => role === 'user')
      return { ...state, messages: state.messages.slice(0, Math.max(0, last)) }
    }
    case 'chunk':
      return withChunk(state, event.id, event.chunk)
    case 'end':
      return {
        messages: settle(state.messages),
        status: state.error === undefined ? 'ready' : 'error',
        error: state.error,
      }
    case 'fail':
      return { messages: settle(state.messages), status: 'error', error: event.error }
  }
}
