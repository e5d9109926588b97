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
import { WordReader } from './words.js'
import { Work, WorkLimitError } from './work.js'

/** What the rehearsal model answers, before it is given at once or as a stream. */
export interface Plan {
  readonly content: LanguageModelV3Text | LanguageModelV3ToolCall
  readonly finishReason: LanguageModelV3FinishReason
  readonly usage: LanguageModelV3Usage
  readonly providerMetadata: SharedV3ProviderMetadata
}

const NOTE = 'This is the rehearsal model: no language model is connected.'

/** What it says in place of an answer that would take too much work. */
const CUT_NOTE = `${NOTE} The message, the tools and the schemas are more than it reads and fills for one answer.`

/** How many tools an answer names. */
const MAX_NAMED_TOOLS = 20

/** How many results an answer words; the others are only counted. */
const MAX_RESULTS = 5

/** Says what this is; repeats no word of the message. */
function introduce(options: LanguageModelV3CallOptions): string {
  const names = functionTools(options).map(({ name }) => name)
  const named = names.slice(0, MAX_NAMED_TOOLS).join(', ')
  const rest = names.length > MAX_NAMED_TOOLS ? ' and others' : ''
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
  work: Work,
): LanguageModelV3ToolCall | undefined {
  const isForced = options.toolChoice?.type === 'required' || options.toolChoice?.type === 'tool'
  if (results.length > 0 && !isForced) return undefined
  const tool = chooseTool(options, text, work)
  if (tool === undefined) return undefined
  const input = fillInput(tool, text, work)
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

function fillInput(
  { name, description = '', inputSchema }: LanguageModelV3FunctionTool,
  text: string,
  work: Work,
): string {
  const topic = readTopic(name, description, new WordReader(work))
  return JSON.stringify(fillSchema({ type: 'object', ...inputSchema }, { text, topic, work }))
}

/** The wording of the first results, each in a paragraph of its own. */
function planWording(results: Conversation['results']): string {
  const worded = results.slice(0, MAX_RESULTS).map(wordResult)
  const left = results.length - worded.length
  const rest = left > 0 ? [`The results of ${left} more calls are not worded here.`] : []
  return [...worded, ...rest].join('\n\n')
}

function planText(
  options: LanguageModelV3CallOptions,
  { text, results }: Conversation,
  work: Work,
): string {
  const { responseFormat } = options
  if (responseFormat?.type === 'json') {
    const { name = '', description = '', schema = { type: 'object' } } = responseFormat
    const topic = readTopic(name, description, new WordReader(work))
    const known = results.map(readResult).filter((result) => result !== undefined)
    return JSON.stringify(fillSchema(schema, { text, topic, results: known, work }))
  }
  return results.length > 0 ? planWording(results) : introduce(options)
}

/** What is said where the answer would take too much work; JSON where that was asked for. */
function planCut({
  responseFormat,
}: LanguageModelV3CallOptions): Pick<Plan, 'content' | 'finishReason'> {
  const text = responseFormat?.type === 'json' ? JSON.stringify({ note: CUT_NOTE }) : CUT_NOTE
  return { content: { type: 'text', text }, finishReason: { unified: 'length', raw: 'work' } }
}

function planContent(
  options: LanguageModelV3CallOptions,
  conversation: Conversation,
): Pick<Plan, 'content' | 'finishReason'> {
  const work = new Work()
  try {
    const call = planCall(options, conversation, work)
    if (call !== undefined) {
      return { content: call, finishReason: { unified: 'tool-calls', raw: 'tool-calls' } }
    }
    const text = planText(options, conversation, work)
    return { content: { type: 'text', text }, finishReason: { unified: 'stop', raw: 'stop' } }
  } catch (error) {
    if (error instanceof WorkLimitError) return planCut(options)
    throw error
  }
}

/**
 * Decides on the answer to a prompt: a tool call where a tool fits the last message of the user, the
 * wording of what tools have answered since, JSON where it is asked for, or else what this model is.
 * Equal options give an equal plan. Reads no setting such as `seed` or `maxOutputTokens`.
 *
 * An answer takes a bounded amount of work. Where it would take more, it says so, and its finish reason is `length`.
 */
export function planAnswer(options: LanguageModelV3CallOptions): Plan {
  const conversation = readConversation(options.prompt)
  const planned = planContent(options, conversation)
  const { content } = planned
  return {
    ...planned,
    usage: countUsage(options.prompt, content.type === 'text' ? content.text : content.input),
    providerMetadata: { signet: { rehearsal: true, note: NOTE } },
  }
}
