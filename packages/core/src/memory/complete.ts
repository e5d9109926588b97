import type { JSONValue, ModelMessage, ToolModelMessage } from 'ai'
import { toModelMessages, type AskedMessage } from '../message/messages.js'
import { requireStorable } from './message-size.js'
import { readInvocation } from './recall.js'
import type { CompletedCall, MemoryMessage } from './storage.js'

type ResultPart = Extract<ToolModelMessage['content'][number], { type: 'tool-result' }>

/** What a tool came to, as memory keeps it. */
function resultValue({ output }: ResultPart): JSONValue {
  return output.type === 'json' || output.type === 'text' ? output.value : JSON.stringify(output)
}

/** The results of tools in messages, by the ids of their calls. */
export function resultsOf(messages: readonly ModelMessage[]): ReadonlyMap<string, JSONValue> {
  const results = new Map<string, JSONValue>()
  for (const message of messages) {
    if (message.role !== 'tool') continue
    for (const part of message.content) {
      if (part.type === 'tool-result') results.set(part.toolCallId, resultValue(part))
    }
  }
  return results
}

/** A question beside what memory knows already. */
export interface CompletedHistory {
  /** What is new of the question. */
  readonly question: readonly AskedMessage[]
  /** The remembered calls that the question answers. */
  readonly completed: readonly CompletedCall[]
}

/** Leaves out what memory has: a call that it knows, and the result of a call that has one. */
function withoutKnown(
  message: ModelMessage,
  answered: ReadonlyMap<string, boolean>,
): ModelMessage[] {
  if (typeof message.content === 'string') return [message]
  if (message.role === 'assistant') {
    const calls = message.content.filter((part) => part.type === 'tool-call')
    const isKnown = calls.length > 0 && calls.every(({ toolCallId }) => answered.has(toolCallId))
    return isKnown ? [] : [message]
  }
  if (message.role !== 'tool') return [message]
  const content = message.content.filter(
    (part) => part.type !== 'tool-result' || answered.get(part.toolCallId) !== true,
  )
  return content.length === 0 ? [] : [{ ...message, content }]
}

/**
 * Joins a question to what is remembered. A client that runs tools itself comes back with their results,
 * and often with the calls too; these are calls that memory has.
 */
export function completeHistory(
  remembered: readonly MemoryMessage[],
  question: readonly AskedMessage[],
): CompletedHistory {
  const calls = remembered.flatMap(({ id, content }) =>
    content.parts.flatMap((part) => {
      const invocation = readInvocation(part)
      return invocation === undefined ? [] : [{ messageId: id, ...invocation }]
    }),
  )
  if (calls.length === 0) return { question, completed: [] }
  const answered = new Map(calls.map((call) => [call.toolCallId, call.isAnswered]))
  const results = resultsOf(toModelMessages(question))
  const completed = calls
    .filter(({ toolCallId, isAnswered }) => !isAnswered && results.has(toolCallId))
    .map(({ messageId, toolCallId }) => ({
      messageId,
      toolCallId,
      result: results.get(toolCallId),
    }))
  const added = question.flatMap(({ message, id }) =>
    withoutKnown(message, answered).map((each) => ({ message: each, id })),
  )
  return { question: added, completed }
}

/**
 * Refuses results that a remembered message cannot take, before a model is asked.
 * @throws {InputError}
 */
export function requireCompletable(
  remembered: readonly MemoryMessage[],
  completed: readonly CompletedCall[],
): void {
  if (completed.length === 0) return
  const results = new Map<string, unknown[]>()
  for (const { messageId, result } of completed) {
    const own = results.get(messageId)
    if (own === undefined) results.set(messageId, [result])
    else own.push(result)
  }
  const grown = remembered.flatMap(({ id, content }) => {
    const own = results.get(id)
    return own === undefined ? [] : [{ content: { ...content, results: own } }]
  })
  requireStorable(grown)
}
