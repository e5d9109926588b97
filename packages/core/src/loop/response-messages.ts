import type { AssistantModelMessage, ModelMessage, ToolModelMessage } from 'ai'
import type { Content, ToolOutcome } from './content.js'

type AssistantPart = Exclude<AssistantModelMessage['content'], string>[number]
type ToolPart = ToolModelMessage['content'][number]

function toResultPart({
  toolCallId,
  toolName,
  told,
  providerMetadata,
}: ToolOutcome): Extract<ToolPart, { type: 'tool-result' }> {
  return {
    type: 'tool-result',
    toolCallId,
    toolName,
    output: told,
    ...(providerMetadata !== undefined && { providerOptions: providerMetadata }),
  }
}

/** What of a part the model is told again in the next step; undefined for what it is not, such as a source. */
function toAssistantPart(part: Content): AssistantPart | undefined {
  if (part.type === 'source') return undefined
  const options = part.providerMetadata !== undefined && { providerOptions: part.providerMetadata }
  switch (part.type) {
    case 'text':
      if (part.text === '' && part.providerMetadata === undefined) return undefined
      return { type: 'text', text: part.text, ...options }
    case 'reasoning':
      return { type: 'reasoning', text: part.text, ...options }
    case 'custom':
      return { type: 'custom', kind: part.kind, ...options }
    case 'file':
    case 'reasoning-file':
      return { type: part.type, data: part.file.base64, mediaType: part.file.mediaType, ...options }
    case 'tool-call': {
      const { toolCallId, toolName, providerExecuted, fault } = part
      // Models take an object as the input of a call, also of one that was not JSON.
      const input = fault !== undefined && typeof part.input !== 'object' ? {} : part.input
      const executed = providerExecuted !== undefined && { providerExecuted }
      return { type: 'tool-call', toolCallId, toolName, input, ...executed, ...options }
    }
    default:
      return part.providerExecuted ? toResultPart(part) : undefined
  }
}

function isOwnOutcome(part: Content): part is ToolOutcome {
  return (part.type === 'tool-result' || part.type === 'tool-error') && !part.providerExecuted
}

/** What tools came to, in the order of their calls, not in that in which they ended. */
function inOrderOfCalls(content: readonly Content[]): ToolOutcome[] {
  const outcomes = content.filter(isOwnOutcome)
  if (outcomes.length < 2) return outcomes
  const places = new Map<string, number>()
  for (const part of content) {
    const isNew = part.type === 'tool-call' && !places.has(part.toolCallId)
    if (isNew) places.set(part.toolCallId, places.size)
  }
  const placeOf = ({ toolCallId }: ToolOutcome) => places.get(toolCallId) ?? -1
  return outcomes.toSorted((left, right) => placeOf(left) - placeOf(right))
}

/** What a step adds to the conversation: what the model said and called, then what its tools came to. */
export function toResponseMessages(content: readonly Content[]): ModelMessage[] {
  const messages: ModelMessage[] = []
  const said: AssistantPart[] = []
  for (const part of content) {
    const assistantPart = toAssistantPart(part)
    if (assistantPart !== undefined) said.push(assistantPart)
  }
  if (said.length > 0) messages.push({ role: 'assistant', content: said })
  const outcomes = inOrderOfCalls(content)
  if (outcomes.length > 0) messages.push({ role: 'tool', content: outcomes.map(toResultPart) })
  return messages
}
