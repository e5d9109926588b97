import type { MessagePart, Metadata, StoredMessage } from '../thread.js'
import { textOf, textPart, toolCallsOf, type ChatPart } from './chat-part.js'
import type { ChatMessage } from './chat-message.js'

interface StoredInvocation {
  readonly state: string
  readonly toolCallId: string
  readonly toolName: string
  readonly args: unknown
  readonly result?: unknown
  readonly errorText?: unknown
}

function readInvocation(part: MessagePart): ChatPart {
  const { state, toolCallId, toolName, args, result, errorText } = part[
    'toolInvocation'
  ] as StoredInvocation
  const call = { toolCallId, toolName, args }
  if (state === 'result') return { type: 'tool-call', toolCall: { ...call, state: 'done', result } }
  const error = typeof errorText === 'string' ? { error: errorText } : {}
  return { type: 'tool-call', toolCall: { ...call, state: 'failed', ...error } }
}

/** What a model thought: a text of its own, or in Mastra's way a list of texts. */
function readReasoning({ text, reasoning, details }: MessagePart): string {
  if (typeof text === 'string') return text
  const said = Array.isArray(details)
    ? details.map((each: { text?: unknown } | null) => String(each?.text ?? '')).join('')
    : ''
  return said === '' && typeof reasoning === 'string' ? reasoning : said
}

function readPart(part: MessagePart): readonly ChatPart[] {
  switch (part.type) {
    case 'text':
      return [textPart('text', String(part['text']))]
    case 'reasoning':
      return [textPart('reasoning', readReasoning(part))]
    case 'tool-invocation':
      return [readInvocation(part)]
    default:
      return []
  }
}

/** How the answer ended to a question that is stored without one. */
function readUnanswered(metadata: Metadata | undefined): Pick<ChatMessage, 'unanswered'> {
  const mark = metadata?.['signet'] as { readonly answer?: unknown } | null | undefined
  const answer = mark?.answer
  return answer === 'failed' || answer === 'stopped' ? { unanswered: answer } : {}
}

/** A message of a thread as a chat shows it; of those that no person and no agent wrote, none. */
export function readStored({ id, role, content }: StoredMessage): readonly ChatMessage[] {
  if (role !== 'user' && role !== 'assistant') return []
  const read = content.parts
    .flatMap(readPart)
    .filter((part) => part.type === 'tool-call' || part.text !== '')
  const hasText = read.some(({ type }) => type === 'text')
  const whole = content.content ?? ''
  const parts = hasText || whole === '' ? read : [...read, textPart('text', whole)]
  const text = content.content ?? textOf(parts)
  const unanswered = role === 'user' ? readUnanswered(content.metadata) : {}
  return [{ id, role, text, parts, toolCalls: toolCallsOf(parts), ...unanswered }]
}
