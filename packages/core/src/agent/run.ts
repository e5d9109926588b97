import { randomUUID } from 'node:crypto'
import type { ModelMessage } from 'ai'
import { ConfigurationError } from '@signet/auth'
import { AnswerError, InputError } from '../error.js'
import type { Logger } from '../log/logger.js'
import type { LoopCall, LoopTools } from '../loop/call.js'
import type { Mastra } from '../mastra-type.js'
import type { Memory } from '../memory/memory.js'
import { hideProviderState } from '../memory/provider-state.js'
import { openSession, type MemorySession } from '../memory/session.js'
import type { MemoryStorage } from '../memory/storage.js'
import type { ModelObject } from '../model/model-object.js'
import type { RequestContext } from '../request-context.js'
import type { ReadSchema } from '../schema/readable-schema.js'
import { dropProviderOptions, dropUnansweredCalls } from '../message/history.js'
import {
  readMessages,
  readQuestion,
  toModelMessages,
  type AskedMessage,
  type MessageInput,
} from '../message/messages.js'
import type { AgentTools } from '../tool/tool-set.js'
import { offerTools } from './offered-tools.js'
import type { AgentOptions } from './options.js'
import { keptMessages } from '../answer/build-answer.js'
import type { OutputStep, RunFacts, StructuredObject } from '../answer/answer.js'
import { storeQuestion, type StoredThread } from '../memory/stored-message.js'
import { readStructured } from './structured-object.js'

/** Options of one answer with the agent's own filled in. */
export interface RunOptions extends Omit<AgentOptions, 'model' | 'instructions' | 'system'> {
  readonly agentId: string
  readonly tools: AgentTools
  readonly model: ModelObject
  /** The agent's memory, where it has one. */
  readonly ownMemory: Memory | undefined
  readonly mastra: Mastra | undefined
  readonly storage: MemoryStorage | undefined
  readonly instructions: string
  readonly system: string | undefined
  readonly maxSteps: number
  readonly requestContext: RequestContext
  readonly logger: Logger
}

/** One answer, ready to be asked of the model. */
export interface Run {
  readonly facts: RunFacts
  readonly call: LoopCall
  /** The shape of a structured output, where one is asked for. */
  readonly schema: ReadSchema | undefined
  /**
   * Stores question and answer, where they are to be remembered. To be called when the answer is whole,
   * and before anybody is told so.
   */
  commit(steps: readonly OutputStep[], structured?: StructuredObject): Promise<void>
  /**
   * Stores the question alone, where it is to be remembered, because its answer does not come about. To be called once.
   * Never rejects: what goes wrong is for the log.
   *
   * @param error - why the answer failed. Default: its reader left
   */
  leave(error?: unknown): Promise<void>
}

function checkMaxSteps(maxSteps: number): void {
  if (Number.isSafeInteger(maxSteps) && maxSteps >= 1) return
  throw new InputError('The options cannot be used.', [
    { field: 'maxSteps', message: 'It must be a whole number of at least 1.' },
  ])
}

/** The tools that the caller has left in use. */
function pickTools(activeTools: readonly string[] | undefined, tools: LoopTools): LoopTools {
  if (activeTools === undefined) return tools
  if (activeTools.every((name) => tools.has(name))) {
    const active = new Set(activeTools)
    return new Map([...tools].filter(([name]) => active.has(name)))
  }
  throw new InputError('The options cannot be used.', [
    { field: 'activeTools', message: 'It names a tool that does not exist for this caller.' },
  ])
}

function checkToolChoice(toolChoice: AgentOptions['toolChoice'], tools: LoopTools): void {
  if (typeof toolChoice !== 'object' || tools.has(toolChoice.toolName)) return
  throw new InputError('The options cannot be used.', [
    { field: 'toolChoice', message: 'It names a tool that does not exist for this caller.' },
  ])
}

function joinInstructions({ instructions, system }: RunOptions, session?: MemorySession): string {
  return [instructions, session?.instructions, system]
    .filter((text) => text !== undefined)
    .join('\n\n')
}

/** Opens the memory that the caller asks for. */
async function openMemory(
  question: readonly AskedMessage[],
  options: RunOptions,
): Promise<MemorySession | undefined> {
  const { memory: request, ownMemory: memory, storage, requestContext, model } = options
  const { agentId, abortSignal, logger } = options
  if (request === undefined) return undefined
  if (memory === undefined) {
    throw new InputError('The options cannot be used.', [
      { field: 'memory', message: 'This agent has no memory. Leave the option out.' },
    ])
  }
  if (storage === undefined) {
    throw new ConfigurationError(
      'option_invalid',
      `Agent ${agentId} has a memory, but no storage. Add the agent to a Mastra with the option storage.`,
    )
  }
  const session = { agentId, memory, storage, request, requestContext, question, model }
  return openSession({ ...session, abortSignal, logger })
}

/** What the model is asked: what is remembered, the context, and the question. */
function joinMessages(
  question: readonly AskedMessage[],
  context: readonly ModelMessage[],
  session: MemorySession | undefined,
): readonly ModelMessage[] {
  const history = session?.history ?? []
  const asked = dropUnansweredCalls([...history, ...context, ...toModelMessages(question)])
  if (asked.length > 0) return asked
  throw new InputError('The messages cannot be used.', [
    {
      field: 'messages',
      message: 'They have only tool calls without results. Send a question, or the results.',
    },
  ])
}

function collectFacts(
  question: readonly AskedMessage[],
  { runId, model }: RunOptions,
  session: MemorySession | undefined,
): RunFacts {
  const startedAt = Date.now()
  const thread: StoredThread =
    session === undefined ? {} : { threadId: session.threadId, resourceId: session.resourceId }
  const remembered = (session?.remembered ?? []).map((message) => ({
    ...message,
    content: hideProviderState(message.content),
    createdAt: new Date(message.createdAt),
    ...thread,
    threadId: message.threadId,
  }))
  return {
    runId: runId ?? randomUUID(),
    messageId: randomUUID(),
    startedAt,
    stepEnds: [],
    question: toModelMessages(question),
    storedQuestion: storeQuestion(question, startedAt, thread),
    remembered,
    thread,
    model: {
      modelId: model.modelId,
      modelVersion: model.specificationVersion,
      modelProvider: model.provider,
    },
  }
}

/** Whether a question may be kept whose answer failed so: not one that was refused, or that nothing can be kept of. */
function isKept(error: unknown): boolean {
  if (InputError.isInstance(error)) return false
  return !(AnswerError.isInstance(error) && error.code === 'answer_unstored')
}

/** Stores a question without an answer. */
async function leaveQuestion(
  error: unknown,
  facts: RunFacts,
  session: MemorySession | undefined,
  { agentId, abortSignal, logger }: RunOptions,
): Promise<void> {
  if (session === undefined || !isKept(error)) return
  const isStopped = error === undefined || abortSignal?.aborted === true
  try {
    await session.leave(facts.storedQuestion, isStopped ? 'stopped' : 'failed')
  } catch (cause) {
    const fields = { agent: agentId, runId: facts.runId, error: cause }
    logger.warn('A question without an answer could not be stored.', fields)
  }
}

/**
 * Prepares one answer: reads the messages and the memory, offers the tools that the caller may execute,
 * and makes the call of the model out of them.
 *
 * @throws {InputError} for messages or options that cannot be used
 * @throws {ScopeError} where the caller may not use their memory
 * @throws what the storage throws
 */
export async function prepareRun(messages: MessageInput, options: RunOptions): Promise<Run> {
  const { agentId, requestContext, logger, structuredOutput: structured } = options
  checkMaxSteps(options.maxSteps)
  const schema = structured && readStructured(structured.schema)
  const read = await readQuestion(messages)
  const context =
    options.context === undefined ? [] : await readMessages(options.context, 'context')
  if (!requestContext.allows(`agents:write:${agentId}`)) {
    dropProviderOptions([...context, ...toModelMessages(read)])
  }
  const session = await openMemory(read, options)
  const question = session?.question ?? read
  const asked = joinMessages(question, context, session)
  const facts = collectFacts(question, options, session)
  session?.checkQuestion(facts.storedQuestion)
  const { mastra } = options
  const thread = session && { threadId: session.threadId, resourceId: session.resourceId }
  const offer = { agentId, requestContext, logger, mastra, thread, builtIn: session?.tools }
  const tools = offerTools(options.tools, options.clientTools ?? {}, offer)
  const active = pickTools(options.activeTools, tools)
  checkToolChoice(options.toolChoice, tools)
  return {
    schema,
    facts,
    commit: async (steps, structured) => session?.commit(keptMessages(steps, facts, structured)),
    leave: (error) => leaveQuestion(error, facts, session, options),
    call: {
      agentId,
      model: options.model,
      instructions: joinInstructions(options, session),
      messages: asked,
      tools: active,
      toolChoice: options.toolChoice,
      maxSteps: options.maxSteps,
      settings: options.modelSettings ?? {},
      responseSchema: schema?.input,
      providerOptions: options.providerOptions,
      abortSignal: options.abortSignal,
      logger,
    },
  }
}
