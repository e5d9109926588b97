import { isObject } from '@signet/auth/internal'
import type { AssistantModelMessage, JSONValue, ModelMessage, ToolModelMessage } from 'ai'
import { hasPictures, tellOutput } from '../tool/tell-output.js'
import { recallProviderState } from './provider-state.js'
import type { MemoryMessage, MemoryPart } from './storage.js'

type AssistantPart = Exclude<AssistantModelMessage['content'], string>[number]
type UserPart = Exclude<Extract<ModelMessage, { role: 'user' }>['content'], string>[number]
type ResultPart = Extract<ToolModelMessage['content'][number], { type: 'tool-result' }>

/** A tool call of a stored message, as far as it is one. */
export interface StoredInvocation {
  readonly toolCallId: string
  readonly toolName: string
  readonly args: unknown
  /** Whether it waits for nobody: a call that failed does not. */
  readonly isAnswered: boolean
  readonly result: unknown
  /** Why it failed, where it did. */
  readonly errorText?: string | undefined
  /** Whether the provider of the model ran the tool. */
  readonly isOfProvider: boolean
}

/** Reads the tool call of a part; undefined for any other part, and for one that is not a tool call. */
export function readInvocation({ type, toolInvocation }: MemoryPart): StoredInvocation | undefined {
  if (type !== 'tool-invocation') return undefined
  if (!isObject(toolInvocation)) return undefined
  const member = (name: string): unknown => Reflect.get(toolInvocation, name)
  const [toolCallId, toolName] = [member('toolCallId'), member('toolName')]
  if (typeof toolCallId !== 'string' || typeof toolName !== 'string') return undefined
  const isFailed = member('state') === 'output-error'
  const isAnswered = isFailed || member('state') === 'result'
  const told = member('errorText')
  const errorText = typeof told === 'string' ? told : 'The tool failed.'
  const isOfProvider = member('providerExecuted') === true
  const call = { toolCallId, toolName, args: member('args') ?? {}, isOfProvider }
  return { ...call, isAnswered, result: member('result'), ...(isFailed && { errorText }) }
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

function toCall(invocation: StoredInvocation, part: MemoryPart): AssistantPart {
  const { toolCallId, toolName, args, isOfProvider } = invocation
  const executed = isOfProvider && { providerExecuted: true }
  const state = recallProviderState(part)
  return { type: 'tool-call', toolCallId, toolName, input: args, ...executed, ...state }
}

/** Why a call failed, as the model was told it: a tool in words, what its provider ran in JSON. */
function tellFailure(errorText: string, isOfProvider: boolean): ResultPart['output'] {
  if (!isOfProvider) return { type: 'error-text', value: errorText }
  try {
    return { type: 'error-json', value: JSON.parse(errorText) as JSONValue }
  } catch {
    return { type: 'error-json', value: errorText }
  }
}

function toResult(invocation: StoredInvocation): ResultPart {
  const { toolCallId, toolName, result, errorText, isOfProvider } = invocation
  if (errorText !== undefined) {
    const output = tellFailure(errorText, isOfProvider)
    return { type: 'tool-result', toolCallId, toolName, output }
  }
  // What was stored is plain JSON.
  const value = (result ?? null) as JSONValue
  // A picture is one again in each turn; as JSON it would be a text that no model reads.
  const output = hasPictures(value) ? tellOutput(value) : ({ type: 'json', value } as const)
  return { type: 'tool-result', toolCallId, toolName, output }
}

/** What a model thought. Its provider wants it back where it says so, or where the model called a tool behind it. */
function toReasoning(part: MemoryPart, hasCall: boolean): AssistantPart[] {
  const state = recallProviderState(part)
  const { reasoning } = part
  const text = typeof reasoning === 'string' ? reasoning : ''
  const isWanted = state.providerOptions !== undefined || (hasCall && text !== '')
  return isWanted ? [{ type: 'reasoning', text, ...state }] : []
}

/** One step of an answer: what was said and called, then what the calls came to. */
function recallStep(parts: readonly MemoryPart[]): ModelMessage[] {
  const invocations = parts.map(readInvocation)
  const hasCall = invocations.some((invocation) => invocation !== undefined)
  const results: ResultPart[] = []
  const content = parts.flatMap((part, index): AssistantPart[] => {
    if (part.type === 'reasoning') return toReasoning(part, hasCall)
    const text = textOf(part)
    if (text !== undefined) return [{ type: 'text', text, ...recallProviderState(part) }]
    const invocation = invocations[index]
    if (invocation === undefined) return []
    const call = toCall(invocation, part)
    if (!invocation.isAnswered) return [call]
    const result = toResult(invocation)
    if (invocation.isOfProvider) return [call, result]
    results.push(result)
    return [call]
  })
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
