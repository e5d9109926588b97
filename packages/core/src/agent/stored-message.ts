import { randomUUID } from 'node:crypto'
import type { ModelMessage } from 'ai'
import type { OutputStep, RunFacts } from './output.js'

/** Which model answered. */
export interface ModelMetadata {
  readonly modelId: string
  readonly modelVersion: string
  readonly modelProvider: string
}

/** A part of a stored message; `createdAt` is in milliseconds since 1970. */
export type StoredPart =
  | { readonly type: 'text'; readonly text: string; readonly createdAt: number }
  | { readonly type: 'step-start'; readonly createdAt: number; readonly model: string }
  | { readonly type: 'file'; readonly data: unknown; readonly mimeType?: string }
  | {
      readonly type: 'tool-invocation'
      readonly createdAt: number
      readonly toolInvocation: ToolInvocation
    }

/** A tool call with what came of it. */
export interface ToolInvocation {
  readonly state: 'result' | 'call'
  readonly toolCallId: string
  readonly toolName: string
  readonly args: unknown
  readonly result?: unknown
}

/** A message as memory keeps it and as the wire shows it (format 2). */
export interface StoredMessage {
  readonly id: string
  readonly role: ModelMessage['role']
  readonly createdAt: Date
  readonly content: {
    readonly format: 2
    readonly parts: readonly StoredPart[]
    /** The text of all parts. */
    readonly content: string
    readonly metadata?: Readonly<Record<string, unknown>>
  }
}

/** A message as a chat shows it. */
export interface UiMessage {
  readonly id: string
  readonly role: ModelMessage['role']
  readonly metadata: Readonly<Record<string, unknown>>
  readonly parts: readonly Readonly<Record<string, unknown>>[]
}

type ContentPart = Exclude<ModelMessage['content'], string>[number]

function storePart(part: ContentPart, createdAt: number): StoredPart[] {
  switch (part.type) {
    case 'text':
      return [{ type: 'text', text: part.text, createdAt }]
    case 'image':
      return [{ type: 'file', data: part.image, mimeType: part.mediaType }]
    case 'file':
      return [{ type: 'file', data: part.data, mimeType: part.mediaType }]
    case 'tool-call': {
      const { toolCallId, toolName, input } = part
      const toolInvocation = { state: 'call', toolCallId, toolName, args: input } as const
      return [{ type: 'tool-invocation', createdAt, toolInvocation }]
    }
    default:
      return []
  }
}

function textOf(parts: readonly StoredPart[]): string {
  return parts.map((part) => (part.type === 'text' ? part.text : '')).join('')
}

/** The question as memory keeps it. System messages and tool results are not part of it. */
export function storeQuestion(facts: RunFacts): StoredMessage[] {
  const asked = facts.question.filter(({ role }) => role === 'user' || role === 'assistant')
  return asked.map(({ role, content }) => {
    const parts: ContentPart[] =
      typeof content === 'string' ? [{ type: 'text', text: content }] : content
    const stored = parts.flatMap((part) => storePart(part, facts.startedAt))
    return {
      id: randomUUID(),
      role,
      createdAt: new Date(facts.startedAt),
      content: { format: 2, parts: stored, content: textOf(stored) },
    }
  })
}

function storeStep(step: OutputStep, index: number, facts: RunFacts): StoredPart[] {
  const createdAt = step.response.timestamp.getTime()
  const model = `${facts.model.modelProvider}/${facts.model.modelId}`
  const results = new Map(step.toolResults.map(({ payload }) => [payload.toolCallId, payload]))
  const calls = step.toolCalls.map(({ payload }): StoredPart => {
    const result = results.get(payload.toolCallId)
    const { toolCallId, toolName, args } = payload
    const toolInvocation: ToolInvocation =
      result === undefined
        ? { state: 'call', toolCallId, toolName, args }
        : { state: 'result', toolCallId, toolName, args, result: result.result }
    return { type: 'tool-invocation', createdAt, toolInvocation }
  })
  const text: StoredPart[] = step.text === '' ? [] : [{ type: 'text', text: step.text, createdAt }]
  const start: StoredPart[] = index === 0 ? [] : [{ type: 'step-start', createdAt, model }]
  return [...start, ...text, ...calls]
}

/** The answer, all its steps in one message, as memory keeps it. */
export function storeAnswer(steps: readonly OutputStep[], facts: RunFacts): StoredMessage {
  const parts = steps.flatMap((step, index) => storeStep(step, index, facts))
  const { modelId, modelProvider } = facts.model
  return {
    id: facts.messageId,
    role: 'assistant',
    createdAt: steps.at(-1)?.response.timestamp ?? new Date(facts.startedAt),
    content: {
      format: 2,
      parts,
      content: textOf(parts),
      metadata: { modelId, provider: modelProvider },
    },
  }
}

function toUiPart(part: StoredPart): Readonly<Record<string, unknown>> {
  if (part.type !== 'tool-invocation') return part
  const { state, toolCallId, toolName, args, result } = part.toolInvocation
  return {
    type: `tool-${toolName}`,
    toolCallId,
    input: args,
    output: result,
    state: state === 'result' ? 'output-available' : 'input-available',
  }
}

/** A stored message as a chat shows it. */
export function toUiMessage(message: StoredMessage): UiMessage {
  return {
    id: message.id,
    role: message.role,
    metadata: { ...message.content.metadata, createdAt: message.createdAt },
    parts: message.content.parts.map(toUiPart),
  }
}
