import type {
  LanguageModelV3Message,
  LanguageModelV3Prompt,
  LanguageModelV3ToolCallPart,
  LanguageModelV3ToolResultPart,
} from '@ai-sdk/provider'

/** What the rehearsal model reads of a prompt. */
export interface Conversation {
  /** The text of the last message of the user; empty: there is none. */
  readonly text: string
  /** The tool calls since then, in their order. */
  readonly calls: readonly LanguageModelV3ToolCallPart[]
  /** The results since then, in their order. */
  readonly results: readonly LanguageModelV3ToolResultPart[]
  /** The ids of the tool calls of the whole prompt. */
  readonly callIds: ReadonlySet<string>
}

function toolCalls(messages: readonly LanguageModelV3Message[]): LanguageModelV3ToolCallPart[] {
  return messages.flatMap((message) =>
    message.role === 'assistant' ? message.content.filter((part) => part.type === 'tool-call') : [],
  )
}

function toolResults(messages: readonly LanguageModelV3Message[]): LanguageModelV3ToolResultPart[] {
  return messages.flatMap((message) =>
    message.role === 'assistant' || message.role === 'tool'
      ? message.content.filter((part) => part.type === 'tool-result')
      : [],
  )
}

function userText(message: LanguageModelV3Message | undefined): string {
  if (message?.role !== 'user') return ''
  return message.content
    .map((part) => (part.type === 'text' ? part.text : ''))
    .join('\n')
    .trim()
}

/** Reads a prompt from the last message of the user on. */
export function readConversation(prompt: LanguageModelV3Prompt): Conversation {
  const last = prompt.findLastIndex(({ role }) => role === 'user')
  const since = prompt.slice(last + 1)
  return {
    text: userText(prompt[last]),
    calls: toolCalls(since),
    results: toolResults(since),
    callIds: new Set(toolCalls(prompt).map(({ toolCallId }) => toolCallId)),
  }
}
