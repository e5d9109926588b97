import type { AssistantModelMessage, JSONValue, ModelMessage, ToolModelMessage } from 'ai'
import type { MemoryMessage, MemoryPart } from './storage.js'

type AssistantPart = Exclude<AssistantModelMessage['content'], string>[number]
type UserPart = Exclude<Extract<ModelMessage, { role: 'user' }>['content'], string>[number]
type ResultPart = ToolModelMessage['content'][number]

/** A tool call of a stored message, as far as it is one. */
export interface StoredInvocation {
  readonly toolCallId: string
  readonly toolName: string
  readonly args: unknown
  readonly isAnswered: boolean
  readonly result: unknown
}

/** Reads the tool call of a part; undefined for any other part, and for one that is no tool call. */
export function readInvocation({ type, toolInvocation }: MemoryPart): StoredInvocation | undefined {
  if (type !== 'tool-invocation') return undefined
  if (typeof toolInvocation !== 'object' || toolInvocation === null) return undefined
  const member = (name: string): unknown => Reflect.get(toolInvocation, name)
  const [toolCallId, toolName] = [member('toolCallId'), member('toolName')]
  if (typeof toolCallId !== 'string' || typeof toolName !== 'string') return undefined
  const isAnswered = member('state') === 'result'
  return { toolCallId, toolName, args: member('args') ?? {}, isAnswered, result: member('result') }
}

function textOf({ type, text }: MemoryPart): string | undefined {
  return type === 'text' && typeof text === 'string' && text !== '' ? text : undefined
}

function toUserPart(part: MemoryPart): UserPart[] {
  const text = textOf(part)
  if (text !== undefined) return [{ type: 'text', text }]
  const { type, data, mimeType } = part
  const isFile = type === 'file' && typeof data === 'string' && typeof mimeType === 'string'
  return isFile ? [{ type: 'file', data, mediaType: mimeType }] : []
}

function recallUser(parts: readonly MemoryPart[]): ModelMessage[] {
  const content = parts.flatMap(toUserPart)
  return content.length === 0 ? [] : [{ role: 'user', content }]
}

function toCall({ toolCallId, toolName, args }: StoredInvocation): AssistantPart {
  return { type: 'tool-call', toolCallId, toolName, input: args }
}

function toResult({ toolCallId, toolName, result }: StoredInvocation): ResultPart {
  // What was stored is plain JSON.
  const value = (result ?? null) as JSONValue
  return { type: 'tool-result', toolCallId, toolName, output: { type: 'json', value } }
}

/** One step of an answer: what was said and called, then what the calls came to. */
function recallStep(parts: readonly MemoryPart[]): ModelMessage[] {
  const content = parts.flatMap((part): AssistantPart[] => {
    const text = textOf(part)
    if (text !== undefined) return [{ type: 'text', text }]
    const invocation = readInvocation(part)
    return invocation === undefined ? [] : [toCall(invocation)]
  })
  const results = parts
    .map(readInvocation)
    .filter((invocation) => invocation?.isAnswered === true)
    .map((invocation) => toResult(invocation as StoredInvocation))
  return [
    ...(content.length === 0 ? [] : [{ role: 'assistant', content } as const]),
    ...(results.length === 0 ? [] : [{ role: 'tool', content: results } as const]),
  ]
}

/** An answer; a step begins at its mark, and with the first text behind a call. */
function recallAnswer(parts: readonly MemoryPart[]): ModelMessage[] {
  let step: MemoryPart[] = []
  let hasCall = false
  const steps = [step]
  for (const part of parts) {
    const isText = textOf(part) !== undefined
    if (part.type === 'step-start' || (isText && hasCall)) {
      step = []
      steps.push(step)
      hasCall = false
    }
    step.push(part)
    hasCall ||= readInvocation(part) !== undefined
  }
  return steps.flatMap(recallStep)
}

/** The parts of a message; one that only has a text, as clients may save it, has that as its part. */
function partsOf({ content }: MemoryMessage): readonly MemoryPart[] {
  if (content.parts.length > 0) return content.parts
  return [{ type: 'text', text: content.content ?? '' }]
}

/**
 * Stored messages as a model takes them. Those of the system are left out: a caller may save one, but
 * must not instruct the agent by it.
 */
export function recallMessages(messages: readonly MemoryMessage[]): ModelMessage[] {
  return messages.flatMap((message) => {
    if (message.role === 'user') return recallUser(partsOf(message))
    return message.role === 'assistant' ? recallAnswer(partsOf(message)) : []
  })
}
