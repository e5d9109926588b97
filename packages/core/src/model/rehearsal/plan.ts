import type {
  LanguageModelV3CallOptions,
  LanguageModelV3FinishReason,
  LanguageModelV3FunctionTool,
  LanguageModelV3Text,
  LanguageModelV3ToolCall,
  LanguageModelV3Usage,
  SharedV3ProviderMetadata,
} from '@ai-sdk/provider'
import { chooseTool, functionTools } from './choose-tool.js'
import { readConversation, type Conversation } from './conversation.js'
import { fillSchema } from './fill-schema.js'
import { readTopic } from './topic.js'
import { countUsage } from './usage.js'
import { readResult, wordResult } from './word-result.js'

/** What the rehearsal model answers, before it is given at once or as a stream. */
export interface Plan {
  readonly content: LanguageModelV3Text | LanguageModelV3ToolCall
  readonly finishReason: LanguageModelV3FinishReason
  readonly usage: LanguageModelV3Usage
  readonly providerMetadata: SharedV3ProviderMetadata
}

const NOTE = 'This is the rehearsal model: no language model is connected.'

/** How many tools an answer names. */
const NAMED_TOOLS_LIMIT = 20

/** Says what this is; repeats no word of the message. */
function introduce(options: LanguageModelV3CallOptions): string {
  const names = functionTools(options).map(({ name }) => name)
  const named = names.slice(0, NAMED_TOOLS_LIMIT).join(', ')
  const rest = names.length > NAMED_TOOLS_LIMIT ? ' and others' : ''
  const tools =
    names.length === 0
      ? 'It has no tools here.'
      : `It calls a tool that shares words with the message, and none was called. Its tools: ${named}${rest}.`
  return `${NOTE} ${tools} To connect a language model, set MODEL to provider/model.`
}

/** The call of the tool that fits, unless the same call was made for this message already. */
function planCall(
  options: LanguageModelV3CallOptions,
  { text, calls, results, callIds }: Conversation,
): LanguageModelV3ToolCall | undefined {
  const isForced = options.toolChoice?.type === 'required' || options.toolChoice?.type === 'tool'
  if (results.length > 0 && !isForced) return undefined
  const tool = chooseTool(options, text)
  if (tool === undefined) return undefined
  const input = fillInput(tool, text)
  const isRepeated = calls.some(
    (call) => call.toolName === tool.name && JSON.stringify(call.input) === input,
  )
  if (isRepeated) return undefined
  return { type: 'tool-call', toolCallId: newCallId(callIds), toolName: tool.name, input }
}

/** An id that no call of the prompt has. Counting alone may meet one where old calls are forgotten. */
function newCallId(taken: ReadonlySet<string>): string {
  let number = taken.size + 1
  while (taken.has(`call_${number}`)) number++
  return `call_${number}`
}

function fillInput({ name, description, inputSchema }: LanguageModelV3FunctionTool, text: string) {
  const topic = readTopic(name, description ?? '')
  return JSON.stringify(fillSchema({ type: 'object', ...inputSchema }, { text, topic }))
}

function planText(options: LanguageModelV3CallOptions, { text, results }: Conversation): string {
  const { responseFormat } = options
  if (responseFormat?.type === 'json') {
    const topic = readTopic(responseFormat.name ?? '', responseFormat.description ?? '')
    const known = results.map(readResult).filter((result) => result !== undefined)
    const schema = responseFormat.schema ?? { type: 'object' }
    return JSON.stringify(fillSchema(schema, { text, topic, results: known }))
  }
  return results.length > 0 ? results.map(wordResult).join('\n\n') : introduce(options)
}

/**
 * Decides on the answer to a prompt: a tool call where a tool fits the last message of the user, the
 * wording of what tools have answered since, JSON where it is asked for, or else what this model is.
 * Equal options give an equal plan. Reads no setting such as `seed` or `maxOutputTokens`.
 */
export function planAnswer(options: LanguageModelV3CallOptions): Plan {
  const conversation = readConversation(options.prompt)
  const call = planCall(options, conversation)
  const content = call ?? { type: 'text', text: planText(options, conversation) }
  const reason = content.type === 'text' ? 'stop' : 'tool-calls'
  return {
    content,
    finishReason: { unified: reason, raw: reason },
    usage: countUsage(options.prompt, content.type === 'text' ? content.text : content.input),
    providerMetadata: { signet: { rehearsal: true, note: NOTE } },
  }
}
