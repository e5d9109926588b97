import type { MessageInput } from './message.js'
import type { ToolCall, ToolResult } from './chunk.js'
import { toJsonSchema, type SchemaInput } from './schema.js'

/** A method, because a tool may name what its input is: parameters of methods are compared both ways. */
interface Work {
  execute(input: unknown, context: ClientToolContext): unknown
}

/** A tool that runs where this client runs. */
export interface ClientTool {
  /** Tells the model what the tool does. */
  readonly description?: string | undefined
  /** The form of its input. Default: any object. It is not checked here: the model fills it in. */
  readonly inputSchema?: SchemaInput | undefined
  /**
   * Does the work. What it returns must be JSON, and goes back to the model; of an error its message
   * does. Without it the call is left to the caller, in an answer that ends with `tool-calls`.
   */
  readonly execute?: Work['execute'] | undefined
}

/** What a client tool gets beside its input. */
export interface ClientToolContext {
  /** Fires when the answer is no longer wanted. */
  readonly abortSignal: AbortSignal | undefined
}

/** Client tools by the names that the model calls them. */
export type ClientTools = Readonly<Record<string, ClientTool>>

/** How often an answer is gone on with, so that no model can keep a client busy for ever. */
export const MAX_ROUNDS = 10

/** The tools as they are sent: what they are, not what they do. */
export function describeTools(tools: ClientTools | undefined): object | undefined {
  if (tools === undefined) return undefined
  return Object.fromEntries(
    Object.entries(tools).map(([name, { description, inputSchema }]) => [
      name,
      { description, inputSchema: inputSchema && toJsonSchema(inputSchema) },
    ]),
  )
}

/** What a tool came to, and how models are told of it. */
interface Outcome {
  readonly result: unknown
  readonly output: { readonly type: 'json' | 'error-text'; readonly value: unknown }
}

async function run(
  tool: ClientTool,
  args: unknown,
  abortSignal: AbortSignal | undefined,
): Promise<Outcome> {
  try {
    const result = (await tool.execute?.(args, { abortSignal })) ?? null
    return { result, output: { type: 'json', value: result } }
  } catch (error) {
    abortSignal?.throwIfAborted()
    const value = error instanceof Error ? error.message : String(error)
    return { result: { error: value }, output: { type: 'error-text', value } }
  }
}

/** The calls of an answer, answered. */
export interface AnsweredCalls {
  readonly results: readonly ToolResult[]
  /** What the agent is asked next: what was said, and the results. */
  readonly messages: MessageInput
}

/** An answer that is ready to be gone on with. */
export interface PausedAnswer {
  readonly question: MessageInput
  /** Whether the server remembers question and answer: it is then not asked the same again. */
  readonly isStored: boolean
  /** What model and tools said. */
  readonly said: readonly object[]
  readonly reason: string
  /** The calls that no tool of the server has answered. */
  readonly pending: readonly ToolCall[]
}

/**
 * Runs the tools that an answer waits for.
 * @returns undefined where it waits for none, or for one that this client cannot run
 */
export async function answerCalls(
  { question, isStored, said, reason, pending }: PausedAnswer,
  tools: ClientTools | undefined,
  abortSignal: AbortSignal | undefined,
): Promise<AnsweredCalls | undefined> {
  if (tools === undefined || reason !== 'tool-calls' || pending.length === 0) return undefined
  const runs = pending.flatMap((call) => {
    const tool = tools[call.toolName]
    return tool?.execute === undefined ? [] : [{ call, tool }]
  })
  if (runs.length < pending.length) return undefined
  const answered = await Promise.all(
    runs.map(async ({ call, tool }) => ({ call, ...(await run(tool, call.args, abortSignal)) })),
  )
  const content = answered.map(({ call: { toolCallId, toolName }, output }) => ({
    type: 'tool-result',
    toolCallId,
    toolName,
    output,
  }))
  return {
    results: answered.map(({ call, result }) => ({ ...call, result })),
    messages: [isStored ? [] : question, said, { role: 'tool', content }].flat() as MessageInput,
  }
}
