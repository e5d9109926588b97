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
import { isOnDisconnect, type AgentOptions } from './options.js'
import type { RunLeg } from './run-leg.js'
import { keptMessages } from '../answer/build-answer.js'
import type { OutputStep, RunFacts, StructuredObject } from '../answer/answer.js'
import type { LoopResume } from '../loop/call.js'
import type { Step } from '../loop/step.js'
import type { RunStorage, Suspension } from '../run/run-storage.js'
import { storeQuestion, type StoredThread } from '../memory/stored-message.js'
import {
  isPlainJson,
  KEPT_OPTIONS,
  writeSnapshot,
  type AgentSnapshot,
  type KeptOptions,
} from './snapshot.js'
import { readStructured } from './structured-object.js'
import { requireNewRun, storeRun, toApprovals } from './suspend-run.js'

/** Options of one answer with the agent's own filled in. */
export interface RunOptions extends Omit<AgentOptions, 'model' | 'instructions' | 'system'> {
  readonly agentId: string
  readonly tools: AgentTools
  readonly model: ModelObject
  /** The agent's memory, where it has one. */
  readonly ownMemory: Memory | undefined
  readonly mastra: Mastra | undefined
  readonly storage: MemoryStorage | undefined
  /** Where the run is kept that waits for an approval. */
  readonly runs: RunStorage
  readonly instructions: string
  readonly system: string | undefined
  readonly maxSteps: number
  readonly requestContext: RequestContext
  readonly logger: Logger
  /** What the answer was given, of which `model`, `instructions` and `system` above are made. */
  readonly given: AgentOptions
}

/** Where an answer goes on. */
export interface Resumed {
  readonly snapshot: AgentSnapshot
  readonly resume: LoopResume
  /** The number of the run so far. */
  readonly runId: string
}

/** One answer, ready to be asked of the model. */
export interface Run {
  /** The leg that it is, where its run is stored already. */
  readonly leg?: RunLeg | undefined
  /** Whether it goes on when its reader leaves. */
  readonly goesOn: boolean
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
  /** What it takes to go on after these steps, the last of which waits. */
  pause(steps: readonly Step[]): Suspension
  /** Stores the run that waits after these steps. To be called once, in place of `commit`. */
  suspend(steps: readonly Step[]): Promise<void>
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

/** The same of an answer that goes on, of which some may be there no more. */
function keepTools(activeTools: readonly string[] | undefined, tools: LoopTools): LoopTools {
  if (activeTools === undefined) return tools
  const active = new Set(activeTools)
  return new Map([...tools].filter(([name]) => active.has(name)))
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
  snapshot: AgentSnapshot | undefined,
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
  const resumed = snapshot?.memory && { memory: snapshot.memory, question: snapshot.question }
  return openSession({ ...session, resumed, abortSignal, logger })
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

/** The same of an answer that goes on. */
function resumeFacts(
  { snapshot, runId }: Resumed,
  { model }: RunOptions,
  session: MemorySession | undefined,
): RunFacts {
  const { messageId, startedAt, stepEnds, question, storedQuestion } = snapshot
  return {
    runId,
    messageId,
    startedAt,
    // The step that goes on ends anew.
    stepEnds: stepEnds.slice(0, snapshot.steps.length - 1),
    question,
    storedQuestion,
    remembered: [],
    thread:
      session === undefined ? {} : { threadId: session.threadId, resourceId: session.resourceId },
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

function hasSystemMessage(messages: readonly ModelMessage[]): boolean {
  return messages.some(({ role }) => role === 'system')
}

/** The options of an answer as they are stored, and the names of those that cannot be. */
function keepOptions({ given, instructions, system, maxSteps, requireToolApproval }: RunOptions): {
  readonly options: KeptOptions
  readonly missing: readonly string[]
} {
  const { model, structuredOutput } = given
  const missing: string[] = []
  const options: Record<string, unknown> = {}
  for (const name of KEPT_OPTIONS) options[name] = given[name]
  if (typeof model === 'string') options['model'] = model
  else if (model !== undefined) missing.push('model')
  if (isPlainJson(structuredOutput)) options['structuredOutput'] = structuredOutput
  else missing.push('structuredOutput')
  const isReplaced = given.instructions !== undefined && given.instructions !== null
  return {
    options: {
      ...options,
      maxSteps,
      requireToolApproval,
      ...(isReplaced && { instructions }),
      ...(system !== undefined && { system }),
    },
    missing,
  }
}

/** Whether an answer was given what changes the agent. */
function isOverride({ given }: RunOptions, asked: readonly ModelMessage[]): boolean {
  const { instructions, system, model, providerOptions } = given
  const changed = [instructions, system, model, providerOptions]
  return changed.some((value) => value !== undefined && value !== null) || hasSystemMessage(asked)
}

function checkRequireApproval(requireToolApproval: unknown): void {
  const isKnown = requireToolApproval === undefined || typeof requireToolApproval === 'boolean'
  if (isKnown || requireToolApproval === null) return
  throw new InputError('The options cannot be used.', [
    { field: 'requireToolApproval', message: 'It must be true or false.' },
  ])
}

function checkOnDisconnect(onDisconnect: unknown): void {
  if (onDisconnect === undefined || onDisconnect === null || isOnDisconnect(onDisconnect)) return
  throw new InputError('The options cannot be used.', [
    { field: 'onDisconnect', message: "It must be 'stop' or 'continue'." },
  ])
}

/**
 * Prepares one answer: reads the messages and the memory, offers the tools that the caller may execute,
 * and makes the call of the model out of them.
 *
 * @param messages - the question; not looked at where an answer goes on
 * @param resumed - where the answer goes on. Default: it begins
 * @throws {InputError} for messages or options that cannot be used
 * @throws {ScopeError} where the caller may not use their memory
 * @throws {RunError} `run_exists` where the caller has a run of the id that the options name
 * @throws what the storage throws
 */
export async function prepareRun(
  messages: MessageInput,
  options: RunOptions,
  resumed?: Resumed,
): Promise<Run> {
  const { agentId, requestContext, logger, structuredOutput: structured } = options
  checkMaxSteps(options.maxSteps)
  checkRequireApproval(options.requireToolApproval)
  checkOnDisconnect(options.onDisconnect)
  const schema = structured && readStructured(structured.schema)
  const snapshot = resumed?.snapshot
  if (resumed === undefined) await requireNewRun(options)
  const read = snapshot === undefined ? await readQuestion(messages) : []
  const context =
    options.context === undefined ? [] : await readMessages(options.context, 'context')
  if (!requestContext.allows(`agents:write:${agentId}`)) {
    dropProviderOptions([...context, ...toModelMessages(read)])
  }
  const session = await openMemory(read, options, snapshot)
  const question = session?.question ?? read
  const asked = snapshot?.asked ?? joinMessages(question, context, session)
  const facts =
    resumed === undefined
      ? collectFacts(question, options, session)
      : resumeFacts(resumed, options, session)
  if (resumed === undefined) session?.checkQuestion(facts.storedQuestion)
  const { mastra } = options
  const requireToolApproval = options.requireToolApproval === true
  const thread = session && { threadId: session.threadId, resourceId: session.resourceId }
  const builtIn = session?.tools
  const offer = { agentId, requestContext, logger, mastra, thread, builtIn, requireToolApproval }
  const tools = offerTools(options.tools, options.clientTools ?? {}, offer)
  // A tool that was taken away since is missed only where the model calls it.
  const active =
    resumed === undefined
      ? pickTools(options.activeTools, tools)
      : keepTools(options.activeTools, tools)
  checkToolChoice(options.toolChoice, tools)

  function pause(steps: readonly Step[]): Suspension {
    const waiting = steps.at(-1)
    // What waited before is stored already.
    const known = new Set(resumed?.resume.suspended.pending)
    const pending = (waiting?.pending ?? []).filter((call) => !known.has(call))
    const approvals = toApprovals(pending, active, requestContext)
    const sentIds = facts.storedQuestion.filter(({ role }) => role === 'user').map(({ id }) => id)
    return {
      approvals,
      ttlMs: Math.max(0, ...approvals.map(({ ttlMs }) => ttlMs)),
      snapshot: writeSnapshot({
        version: 1,
        messageId: facts.messageId,
        startedAt: facts.startedAt,
        stepEnds: facts.stepEnds,
        asked,
        question: facts.question,
        storedQuestion: facts.storedQuestion,
        steps,
        ...(snapshot === undefined
          ? {
              ...keepOptions(options),
              isOverride: isOverride(options, [...context, ...toModelMessages(read)]),
              client: requestContext.client,
            }
          : {
              options: snapshot.options,
              missing: snapshot.missing,
              isOverride: snapshot.isOverride,
              client: snapshot.client,
            }),
        memory: session?.pause(sentIds),
      }),
    }
  }

  const leave = (error?: unknown) => leaveQuestion(error, facts, session, options)
  return {
    goesOn: options.onDisconnect === 'continue',
    schema,
    facts,
    commit: async (steps, structured) => session?.commit(keptMessages(steps, facts, structured)),
    leave,
    pause,
    async suspend(steps) {
      await storeRun(options, pause(steps), facts)
      // It is in its thread while it waits, as one that has no answer yet.
      await leave()
    },
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
      resume: resumed?.resume,
      abortSignal: options.abortSignal,
      logger,
    },
  }
}
