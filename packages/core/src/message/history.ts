import type { AssistantModelMessage, ModelMessage } from 'ai'

type AssistantPart = Exclude<AssistantModelMessage['content'], string>[number]

/** The part without what its provider keeps of it; nothing of a thought. */
function withoutState(part: AssistantPart): AssistantPart[] {
  if (part.type === 'reasoning' || part.type === 'reasoning-file') return []
  return 'providerOptions' in part ? [{ ...part, providerOptions: undefined }] : [part]
}

/** Whether a model is told nothing by the part. */
function isEmpty(part: AssistantPart): boolean {
  return part.type === 'text' && part.text === '' && part.providerOptions === undefined
}

/** The message without calls that are not among the answered ones; nothing where it has nothing else. */
function keepAnswered(message: ModelMessage, answered: Set<string>): ModelMessage[] {
  if (typeof message.content === 'string') {
    return message.role === 'assistant' && message.content === '' ? [] : [message]
  }
  for (const part of message.content) {
    if (part.type === 'tool-result') answered.add(part.toolCallId)
  }
  if (message.role !== 'assistant') return [message]
  const content = message.content.filter(
    (part) =>
      part.type !== 'tool-call' || part.providerExecuted === true || answered.has(part.toolCallId),
  )
  for (const part of message.content) {
    if (part.type === 'tool-call') answered.delete(part.toolCallId)
  }
  // What its provider keeps of the parts belongs together: without one of them it refuses the others.
  const isWhole = content.length === message.content.length
  const kept = isWhole ? content : content.flatMap(withoutState)
  return kept.every(isEmpty) ? [] : [{ ...message, content: kept }]
}

/**
 * Leaves out tool calls that are not answered before the conversation goes on, and messages of the assistant that say
 * nothing: no model takes them. A client that runs one of several tools that were called sends such messages, and
 * memory has them of a client that did not come back. Ids alone do not tell: some models use the same ones again in the next turn.
 */
export function dropUnansweredCalls(messages: readonly ModelMessage[]): ModelMessage[] {
  const kept: ModelMessage[] = []
  const answered = new Set<string>()
  for (const message of messages.toReversed()) {
    if (message.role === 'user' || message.role === 'system') answered.clear()
    kept.push(...keepAnswered(message, answered))
  }
  return kept.toReversed()
}

function drop(value: object): void {
  Reflect.deleteProperty(value, 'providerOptions')
}

/**
 * Takes the options of the model's provider out of messages, in place. A provider may mix them into
 * what it sends, and so let a message of the user pass for one of the system.
 */
export function dropProviderOptions(messages: readonly ModelMessage[]): void {
  for (const message of messages) {
    drop(message)
    if (typeof message.content === 'string') continue
    for (const part of message.content) {
      drop(part)
      if (part.type !== 'tool-result') continue
      drop(part.output)
      if (part.output.type === 'content') part.output.value.forEach(drop)
    }
  }
}
