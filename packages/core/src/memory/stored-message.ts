import { randomUUID } from 'node:crypto'
import type { SharedV4ProviderOptions } from '@ai-sdk/provider'
import type { FilePart, ImagePart, ModelMessage } from 'ai'
import { resultsOf } from './complete.js'
import type { MemoryRole } from './storage.js'
import { toModelMessages, type AskedMessage } from '../message/messages.js'
import { readFailure, type StoredOutcome } from './tool-outcome.js'

/** Which model answered. */
export interface ModelMetadata {
  readonly modelId: string
  readonly modelVersion: string
  readonly modelProvider: string
}

/** A part of a stored message; `createdAt` is in milliseconds since 1970. */
export type StoredPart =
  | {
      readonly type: 'text'
      readonly text: string
      readonly createdAt: number
      readonly providerState?: SharedV4ProviderOptions | undefined
    }
  | {
      readonly type: 'reasoning'
      /** What the model thought; empty where it tells only its provider. */
      readonly reasoning: string
      readonly details: readonly { readonly type: 'text'; readonly text: string }[]
      readonly createdAt: number
      readonly providerState?: SharedV4ProviderOptions | undefined
    }
  | { readonly type: 'step-start'; readonly createdAt: number; readonly model: string }
  | { readonly type: 'file'; readonly data: string; readonly mimeType: string }
  | {
      readonly type: 'tool-invocation'
      readonly createdAt: number
      readonly toolInvocation: ToolInvocation
      readonly providerState?: SharedV4ProviderOptions | undefined
    }

/** A tool call with what came of it. */
export type ToolInvocation = StoredOutcome & {
  readonly toolCallId: string
  readonly toolName: string
  readonly args: unknown
  /** That the provider of the model ran the tool. */
  readonly providerExecuted?: true | undefined
}

/** The thread of a message, where it has one. */
export interface StoredThread {
  readonly threadId?: string | undefined
  /** Who owns it. */
  readonly resourceId?: string | undefined
}

/** A message as memory keeps it and as the wire shows it (format 2). */
export interface StoredMessage extends StoredThread {
  readonly id: string
  readonly role: MemoryRole
  readonly createdAt: Date
  readonly content: {
    readonly format: 2
    readonly parts: readonly StoredPart[]
    /** The text of all parts. */
    readonly content: string
    readonly metadata?: Readonly<Record<string, unknown>> | undefined
    /** Those of the parts, where there are any: only in an answer, and not in what is stored. */
    readonly toolInvocations?: readonly ToolInvocation[] | undefined
  }
}

/** A message as a chat shows it. */
export interface UiMessage {
  readonly id: string
  readonly role: MemoryRole
  readonly metadata: Readonly<Record<string, unknown>>
  readonly parts: readonly Readonly<Record<string, unknown>>[]
}

/** A part of a message of any role. */
export type ContentPart = Exclude<ModelMessage['content'], string>[number]

/** The parts of the messages, in their order. */
export function contentOf(messages: readonly ModelMessage[]): readonly ContentPart[] {
  return messages.flatMap(({ content }): ContentPart[] =>
    typeof content === 'string' ? [{ type: 'text', text: content }] : content,
  )
}

/** Bytes in base64, or the URL that names them; JSON holds nothing else. */
function storeFile(file: FilePart['data'] | ImagePart['image'], mimeType: string): StoredPart[] {
  if (typeof file === 'string') return [{ type: 'file', data: file, mimeType }]
  if (file instanceof URL) return [{ type: 'file', data: file.href, mimeType }]
  if (file instanceof ArrayBuffer || ArrayBuffer.isView(file)) {
    const bytes =
      file instanceof ArrayBuffer
        ? Buffer.from(file)
        : Buffer.from(file.buffer, file.byteOffset, file.byteLength)
    return [{ type: 'file', data: bytes.toString('base64'), mimeType }]
  }
  switch (file.type) {
    case 'data':
      return storeFile(file.data, mimeType)
    case 'url':
      return storeFile(file.url, mimeType)
    default:
      return []
  }
}

/** What calls came to, by their ids. */
export type Outcomes = ReadonlyMap<string, StoredOutcome>

/** A call that nothing has come of. */
export const UNANSWERED_CALL: StoredOutcome = { state: 'call' }

/** What calls came to: those that failed as the parts say it, the others with their results. */
export function outcomesOf(
  parts: readonly ContentPart[],
  results: Iterable<readonly [toolCallId: string, result: unknown]>,
): Outcomes {
  const outcomes = new Map<string, StoredOutcome>()
  for (const [toolCallId, result] of results) outcomes.set(toolCallId, { state: 'result', result })
  for (const part of parts) {
    const failure = part.type === 'tool-result' ? readFailure(part) : undefined
    if (part.type === 'tool-result' && failure !== undefined) outcomes.set(part.toolCallId, failure)
  }
  return outcomes
}

function storePart(part: ContentPart, createdAt: number, outcomes: Outcomes): StoredPart[] {
  switch (part.type) {
    case 'text':
      return [{ type: 'text', text: part.text, createdAt }]
    case 'image':
      return storeFile(part.image, part.mediaType ?? 'image/*')
    case 'file':
      return storeFile(part.data, part.mediaType)
    case 'tool-call': {
      const { toolCallId, toolName, input: args } = part
      const outcome = outcomes.get(toolCallId) ?? UNANSWERED_CALL
      const toolInvocation = { ...outcome, toolCallId, toolName, args }
      return [{ type: 'tool-invocation', createdAt, toolInvocation }]
    }
    default:
      return []
  }
}

export function textOf(parts: readonly StoredPart[]): string {
  return parts.map((part) => (part.type === 'text' ? part.text : '')).join('')
}

/**
 * The question as memory keeps it: system messages are not part of it, and what a tool came to stands
 * with its call.
 *
 * @param startedAt - milliseconds since 1970
 */
export function storeQuestion(
  question: readonly AskedMessage[],
  startedAt: number,
  thread: StoredThread = {},
): StoredMessage[] {
  const messages = toModelMessages(question)
  const outcomes = outcomesOf(contentOf(messages), resultsOf(messages))
  const taken = new Set<string>()
  return question.flatMap(({ message: { role, content }, id }) => {
    if (role !== 'user' && role !== 'assistant') return []
    const parts: ContentPart[] =
      typeof content === 'string' ? [{ type: 'text', text: content }] : content
    const stored = parts.flatMap((part) => storePart(part, startedAt, outcomes))
    // A chat message that is several here has its id once.
    const ownId = id === undefined || taken.has(id) ? randomUUID() : id
    taken.add(ownId)
    return {
      id: ownId,
      role,
      createdAt: new Date(startedAt),
      ...thread,
      content: { format: 2, parts: stored, content: textOf(stored) },
    }
  })
}

/** A message as an answer shows it: the calls of its tools stand in one list, too. */
export function withInvocations(message: StoredMessage): StoredMessage {
  const toolInvocations = message.content.parts.flatMap((part) =>
    part.type === 'tool-invocation' ? [part.toolInvocation] : [],
  )
  if (toolInvocations.length === 0) return message
  return { ...message, content: { ...message.content, toolInvocations } }
}

function toUiPart(part: StoredPart): Readonly<Record<string, unknown>> {
  if (part.type === 'reasoning') return { type: 'reasoning', text: part.reasoning, state: 'done' }
  if (part.type !== 'tool-invocation') return part
  const { toolInvocation } = part
  const { state, toolCallId, toolName, args: input } = toolInvocation
  const call = { type: `tool-${toolName}`, toolCallId, input }
  switch (state) {
    case 'result':
      return { ...call, state: 'output-available', output: toolInvocation.result }
    case 'output-error':
      return { ...call, state, errorText: toolInvocation.errorText }
    case 'call':
      return { ...call, state: 'input-available' }
  }
}

/** A stored message as a chat shows it. */
export function toUiMessage(message: StoredMessage): UiMessage {
  const { createdAt, threadId, resourceId } = message
  return {
    id: message.id,
    role: message.role,
    metadata: {
      ...message.content.metadata,
      createdAt,
      ...(threadId !== undefined && { threadId, resourceId }),
    },
    parts: message.content.parts.map(toUiPart),
  }
}
