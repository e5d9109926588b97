import type { LanguageModelV3Message, LanguageModelV4Message } from '@ai-sdk/provider'
import type { AssistantModelMessage, ModelMessage, ToolModelMessage } from 'ai'

/** A message that says the same to models of the contract's versions 3 and 4: one without files. */
type PlainMessage = LanguageModelV3Message & LanguageModelV4Message

/** What a model is asked, without files. */
export type PlainPrompt = PlainMessage[]

type Plain<Role extends PlainMessage['role']> = Extract<PlainMessage, { role: Role }>
type PlainResult = Extract<Plain<'tool'>['content'][number], { type: 'tool-result' }>

type AssistantPart = Exclude<AssistantModelMessage['content'], string>[number]
type ToolPart = ToolModelMessage['content'][number]

function toUser({
  content,
  providerOptions,
}: Extract<ModelMessage, { role: 'user' }>): Plain<'user'> | undefined {
  if (typeof content === 'string') {
    return { role: 'user', content: [{ type: 'text', text: content }], providerOptions }
  }
  const parts: Plain<'user'>['content'] = []
  for (const part of content) {
    if (part.type !== 'text') return undefined
    const { text, providerOptions: options } = part
    if (text !== '') parts.push({ type: 'text', text, providerOptions: options })
  }
  return { role: 'user', content: parts, providerOptions }
}

/** The result of a tool as a model takes it; undefined where files may be part of it. */
function toResult(part: AssistantPart | ToolPart): PlainResult | undefined {
  if (part.type !== 'tool-result' || part.output.type === 'content') return undefined
  const { toolCallId, toolName, output, providerOptions } = part
  return { type: 'tool-result', toolCallId, toolName, output, providerOptions }
}

function toAssistantPart(part: AssistantPart): Plain<'assistant'>['content'][number] | undefined {
  switch (part.type) {
    case 'text':
    case 'reasoning':
      return { type: part.type, text: part.text, providerOptions: part.providerOptions }
    case 'tool-call': {
      const { toolCallId, toolName, input, providerExecuted, providerOptions } = part
      return { type: 'tool-call', toolCallId, toolName, input, providerExecuted, providerOptions }
    }
    case 'tool-result':
      return toResult(part)
    default:
      return undefined
  }
}

function toAssistant({
  content,
  providerOptions,
}: AssistantModelMessage): Plain<'assistant'> | undefined {
  if (typeof content === 'string') {
    return { role: 'assistant', content: [{ type: 'text', text: content }], providerOptions }
  }
  const parts: Plain<'assistant'>['content'] = []
  for (const part of content) {
    if (part.type === 'text' && part.text === '' && part.providerOptions === undefined) continue
    const plain = toAssistantPart(part)
    if (plain === undefined) return undefined
    parts.push(plain)
  }
  return { role: 'assistant', content: parts, providerOptions }
}

function toTool({ content, providerOptions }: ToolModelMessage): Plain<'tool'> | undefined {
  const parts: Plain<'tool'>['content'] = []
  for (const part of content) {
    const plain = toResult(part)
    if (plain === undefined) return undefined
    parts.push(plain)
  }
  return { role: 'tool', content: parts, providerOptions }
}

function toPlain(message: ModelMessage): PlainMessage | undefined {
  switch (message.role) {
    case 'system':
      return { role: 'system', content: message.content, providerOptions: message.providerOptions }
    case 'user':
      return toUser(message)
    case 'assistant':
      return toAssistant(message)
    case 'tool':
      return toTool(message)
  }
}

/** Whether each tool call is answered before anybody else speaks; no model takes others. */
function isAnswered(prompt: PlainPrompt): boolean {
  const open = new Set<string>()
  for (const message of prompt) {
    if (message.role === 'assistant') {
      for (const part of message.content) {
        if (part.type === 'tool-call' && part.providerExecuted !== true) open.add(part.toolCallId)
      }
    } else if (message.role === 'tool') {
      for (const part of message.content) {
        if (part.type === 'tool-result') open.delete(part.toolCallId)
      }
    } else if (open.size > 0) return false
  }
  return open.size === 0
}

/**
 * Messages as models take them, where there is no more in them than text, reasoning, and calls and results of
 * tools. The results of one step may come in several messages; a model is told them in one.
 *
 * @returns undefined for messages with files and the like, and for those that no model takes: they are left to
 * the AI SDK, which also says what is wrong with them
 */
export function toPlainPrompt(
  instructions: string,
  messages: readonly ModelMessage[],
): PlainPrompt | undefined {
  const prompt: PlainPrompt = [{ role: 'system', content: instructions }]
  for (const message of messages) {
    const plain = toPlain(message)
    if (plain === undefined) return undefined
    const last = prompt.at(-1)
    if (plain.role !== 'tool') prompt.push(plain)
    else if (plain.content.length === 0) return undefined
    else if (last?.role !== 'tool') prompt.push(plain)
    else if (plain.providerOptions ?? last.providerOptions) return undefined
    else for (const part of plain.content) last.content.push(part)
  }
  return isAnswered(prompt) ? prompt : undefined
}
