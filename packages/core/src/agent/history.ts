import type { AssistantModelMessage, ModelMessage } from 'ai'

function answeredCalls(messages: readonly ModelMessage[]): Set<string> {
  const answered = new Set<string>()
  for (const { content } of messages) {
    if (typeof content === 'string') continue
    for (const part of content) if (part.type === 'tool-result') answered.add(part.toolCallId)
  }
  return answered
}

function keepAnswered(
  message: AssistantModelMessage,
  answered: ReadonlySet<string>,
): AssistantModelMessage[] {
  if (typeof message.content === 'string') return [message]
  const content = message.content.filter(
    (part) =>
      part.type !== 'tool-call' || part.providerExecuted === true || answered.has(part.toolCallId),
  )
  return content.length === 0 ? [] : [{ ...message, content }]
}

/**
 * Leaves out tool calls that nobody answered: no model takes them. A client that runs one of several
 * tools that were called sends such messages.
 */
export function dropUnansweredCalls(messages: readonly ModelMessage[]): ModelMessage[] {
  const answered = answeredCalls(messages)
  return messages.flatMap((message): ModelMessage[] =>
    message.role === 'assistant' ? keepAnswered(message, answered) : [message],
  )
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
