import type { Usage } from '../chunk.js'
import type { ChatPart, ChatToolCall } from './chat-part.js'

/** A message as a chat shows it. */
export interface ChatMessage {
  readonly id: string
  readonly role: 'user' | 'assistant'
  /** Texts, thoughts and calls of tools, in the order in which they came. */
  readonly parts: readonly ChatPart[]
  /** The texts of `parts`, joined. */
  readonly text: string
  /** The calls of `parts`. */
  readonly toolCalls: readonly ChatToolCall[]
  /** Tokens that the model counted; of an answer that has ended here, not of one that was stored. */
  readonly usage?: Usage | undefined
  /** Of a stored question that has no answer: whether that failed, or was stopped before its end. */
  readonly unanswered?: 'failed' | 'stopped' | undefined
}
