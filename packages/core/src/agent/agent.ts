import { ConfigurationError } from '@signet/auth'
import { isLegalId, readOptions } from '@signet/auth/internal'
import { AnswerError, InputError, RegistrationError } from '../error.js'
import { withOrigin, type FaultOrigin } from '../fault/fault-origin.js'
import { consoleLogger, type Logger } from '../log/logger.js'
import { runLoop } from '../loop/loop.js'
import type { Mastra } from '../mastra-type.js'
import type { Memory } from '../memory/memory.js'
import type { MemoryStorage } from '../memory/storage.js'
import { WORKING_MEMORY_TOOL } from '../memory/working-memory.js'
import type { ModelConfig } from '../model/model-config.js'
import { ModelError } from '../fault/model-error.js'
import type { ModelObject } from '../model/model-object.js'
import { checkModel, describeModel, resolveModel } from '../model/resolve.js'
import { Refusals } from '../option/refusals.js'
import { RequestContext } from '../request-context.js'
import type { SchemaOutput } from '../schema/schema-type.js'
import { findAgentRefusals, usableMemory, usableTools, type AgentConfig } from './agent-config.js'
import { AnswerChecks } from './answer-checks.js'
import { readInstructions } from './instructions.js'
import type { MessageInput } from '../message/messages.js'
import type { AgentTools } from '../tool/tool-set.js'
import type { AgentOptions, DeclineOptions, OnDisconnect, ResumeOptions } from './options.js'
import { buildOutput, suspendPayload, toOutputStep } from '../answer/build-answer.js'
import type { AgentOutput, OutputStep } from '../answer/answer.js'
import { readDecision, type SaidOfCall } from './decision.js'
import {
  readSuspendedRuns,
  viewCall,
  type SuspendedCall,
  type SuspendedRunPage,
  type SuspendedRunQuery,
} from './list-runs.js'
import { noteLeg } from '../answer/leg-usage.js'
import { findWaiting, withLeg } from './resume-run.js'
import { resumeAnswer, type ResumingAgent } from './resume-answer.js'
import { beginRun, continueStream } from './continue-run.js'
import {
  cancelRun,
  observeRun,
  type CancelOptions,
  type ObserveOptions,
  type RunReplay,
} from './observe-run.js'
import { prepareRun, type Run, type RunOptions } from './run.js'
import { createMemoryRuns } from '../run/memory-runs.js'
import type { RunStorage } from '../run/run-storage.js'
import type { Step } from '../loop/step.js'
import type { ModelMetadata } from '../memory/stored-message.js'
import { createAgentStream, type AgentStream } from '../answer/stream.js'
import { readObject } from './structured-object.js'

export type { AgentConfig, Dynamic } from './agent-config.js'

const DEFAULT_MAX_STEPS = 5

function checkNames(agentId: string, tools: AgentTools, memory: Memory | undefined): void {
  if (!isLegalId(agentId)) {
    throw new RegistrationError(
      'id_illegal',
      `The agent id ${JSON.stringify(agentId)} is not legal. Set the option id to 1 to 128 characters of A-Z a-z 0-9 _ . -`,
    )
  }
  const owners = new Map<string, string>()
  if (memory?.settings.workingMemory.enabled === true) owners.set(WORKING_MEMORY_TOOL, 'its memory')
  for (const [name, tool] of Object.entries(tools)) {
    if (!isLegalId(name)) {
      throw new RegistrationError(
        'id_illegal',
        `The tool name ${JSON.stringify(name)} of agent ${agentId} is not legal. Use 1 to 128 characters of A-Z a-z 0-9 _ . -`,
      )
    }
    for (const each of new Set([name, tool.id])) {
      if (owners.has(each)) {
        throw new RegistrationError(
          'id_duplicate',
          `Two tools of agent ${agentId} have the name ${each}. Rename one of them.`,
        )
      }
      owners.set(each, tool.id)
    }
  }
}

/**
 * A system prompt that is given for one answer, as one text.
 * @throws {InputError} for what is neither a text nor a system message, nor a list of these
 */
function readPrompt(value: unknown, field: string): string | undefined {
  if (value === undefined || value === null) return undefined
  const text = readInstructions(value)
  if (text !== undefined) return text
  throw new InputError('The options cannot be used.', [
    { field, message: 'It must be a text, a system message, or a list of these.' },
  ])
}

/** A model that the caller names may be wrong; that is the caller's to know, not a fault of the agent. */
async function resolveAskedModel(config: ModelConfig): Promise<ModelObject> {
  try {
    return await resolveModel(config)
  } catch (error) {
    if (!ModelError.isInstance(error)) throw error
    throw new InputError('The model cannot be used.', [
      { field: 'model', message: 'This server does not have the model.' },
    ])
  }
}

/** What goes wrong while a model is found or answers is not a fault of the input, unless it says so itself. */
async function answering<Value>(
  work: () => Value | Promise<Value>,
  abortSignal: AbortSignal | undefined,
): Promise<Value> {
  try {
    return await work()
  } catch (error) {
    if (InputError.isInstance(error) || AnswerError.isInstance(error)) throw error
    if (abortSignal?.aborted === true) throw error
    throw new AnswerError('The answer failed.', { cause: error })
  }
}

function withSignal(given: AbortSignal | undefined, own: AbortSignal): AbortSignal {
  return given === undefined ? own : AbortSignal.any([given, own])
}

/** The steps of earlier legs, as the loop made them and as the wire shows them. */
function earlierOf({ call, facts }: Run): {
  readonly steps: Step[]
  readonly outputs: readonly OutputStep[]
} {
  const steps = [...(call.resume?.steps ?? [])]
  const outputs: OutputStep[] = []
  // When they ended is known.
  for (const step of steps) {
    outputs.push(toOutputStep(step, outputs.at(-1), { ...facts, stepEnds: [] }))
  }
  return { steps, outputs }
}

const NAMELESS: ModelMetadata = { modelId: '', modelVersion: '', modelProvider: '' }

/** Whether an answer may say why it failed: not where nobody is known, as an application may pass it on to anybody. */
function seesCauses(requestContext: RequestContext | undefined): boolean {
  return requestContext?.principal?.permissions.allows('system:read') === true
}

/**
 * A model with instructions and tools, that answers messages.
 * @example
 * ```typescript
 * import { Agent } from '@signet/core/agent'
 *
 * const assistant = new Agent({
 *   id: 'assistant',
 *   name: 'Assistant',
 *   instructions: 'You answer in one sentence.',
 *   model: 'signet/rehearsal',
 * })
 *
 * const { text } = await assistant.generate('Who are you?')
 * console.log(text)
 * ```
 */
export class Agent {
  readonly id: string
  readonly name: string
  readonly description: string
  /** By the name that the model calls them. */
  readonly tools: AgentTools
  readonly maxSteps: number
  /** What becomes of its streamed answers when their readers leave, unless their options say it. */
  readonly onDisconnect: OnDisconnect
  /** What it was given and does not serve: until a Mastra has accepted that, it answers nothing. */
  readonly refusals: Refusals
  readonly #config: AgentConfig
  readonly #memory: Memory | undefined
  readonly #checks: AnswerChecks
  #logger: Logger = consoleLogger
  #mastra: Mastra | undefined
  #storage: MemoryStorage | undefined
  #runs: RunStorage | undefined

  /**
   * @throws {RegistrationError} `id_illegal` or `id_duplicate`
   * @throws {ConfigurationError} `option_invalid` when maxSteps is not a whole number from 1
   */
  constructor(given: AgentConfig) {
    const config = readOptions(given)
    this.id = config.id ?? config.name
    this.name = config.name
    this.description = config.description ?? ''
    this.tools = Object.freeze(usableTools(config))
    this.refusals = new Refusals(findAgentRefusals(config))
    this.maxSteps = config.maxSteps ?? DEFAULT_MAX_STEPS
    this.onDisconnect = config.onDisconnect ?? 'stop'
    this.#config = config
    this.#memory = usableMemory(config)
    this.#checks = new AnswerChecks(this.id)
    checkNames(this.id, this.tools, this.#memory)
    if (!Number.isSafeInteger(this.maxSteps) || this.maxSteps < 1) {
      throw new ConfigurationError(
        'option_invalid',
        `The option maxSteps of agent ${this.id} must be a whole number of at least 1.`,
      )
    }
  }

  /** Sends the agent's log lines elsewhere than to the console. */
  setLogger(logger: Logger): void {
    this.#logger = logger
  }

  /** Where the agent remembers. */
  setStorage(storage: MemoryStorage | undefined): void {
    this.#storage = storage
  }

  /**
   * The same, for the Mastra that the agent belongs to.
   * @throws {RegistrationError} `agent_taken` where it remembers elsewhere: for another Mastra, which would not find
   *   what is stored here
   */
  joinStorage(storage: MemoryStorage): void {
    if (this.#storage !== undefined && this.#storage !== storage) {
      throw new RegistrationError(
        'agent_taken',
        `Agent ${this.id} uses the storage of another Mastra. Make a separate agent for each Mastra.`,
      )
    }
    this.#storage = storage
  }

  /** Where answers wait that somebody has to approve or resume. Default: in the memory of the process, 1000 at most. */
  setRuns(runs: RunStorage): void {
    this.#runs = runs
  }

  #runStorage(): RunStorage {
    return (this.#runs ??= createMemoryRuns())
  }

  /** The application that the agent belongs to: its tools find it as `context.mastra`. */
  setMastra(mastra: Mastra): void {
    this.#mastra = mastra
  }

  /**
   * Lets the agent answer without the options that are not served, and warns of those of an answer instead of
   * refusing them. What closes something, or is misspelt, stays refused.
   */
  acceptUnsupported(): void {
    for (const { refusals } of this.#parts()) refusals.accept()
    this.#checks.warnOnly()
  }

  /** The agent's memory; undefined where it has none. */
  getMemory(): Memory | undefined {
    return this.#memory
  }

  /** All that has options: the agent, its memory and its tools. */
  #parts(): readonly { readonly refusals: Refusals }[] {
    return [
      this,
      ...(this.#memory === undefined ? [] : [this.#memory]),
      ...Object.values(this.tools),
    ]
  }

  /** The system prompt for a request. */
  async getInstructions(
    options: { requestContext?: RequestContext | undefined } = {},
  ): Promise<string> {
    const { instructions } = this.#config
    const { requestContext = new RequestContext() } = options
    const text = readInstructions(
      typeof instructions === 'function'
        ? await withOrigin(this.#originOf(requestContext), () => instructions({ requestContext }))
        : instructions,
    )
    if (text !== undefined) return text
    throw new ConfigurationError(
      'option_invalid',
      `The option instructions of agent ${this.id} must be, or return, a text, a system message, or a list of these.`,
    )
  }

  /** The model's names; empty where the model is found anew for each request, or what is given can be none. */
  describeModel(): ModelMetadata {
    const { model } = this.#config
    if (typeof model === 'function') return NAMELESS
    try {
      const { modelId, modelVersion, provider } = describeModel(model)
      return { modelId, modelVersion, modelProvider: provider }
    } catch (error) {
      if (ModelError.isInstance(error)) return NAMELESS
      throw error
    }
  }

  /**
   * Why the agent's model cannot be had, with what to do about it: undefined where it may be, and where it is found
   * anew for each request. Looks for the package of the provider and its key, but loads nothing and asks no server.
   */
  findModelFault(): ModelError | undefined {
    const { model } = this.#config
    if (typeof model === 'function') return undefined
    try {
      checkModel(model)
      return undefined
    } catch (error) {
      if (ModelError.isInstance(error)) return error
      throw error
    }
  }

  async #resolve(
    options: AgentOptions,
    requestContext: RequestContext,
  ): Promise<{ readonly model: ModelObject; readonly instructions: string }> {
    const { model } = this.#config
    const config =
      options.model ??
      (typeof model === 'function'
        ? await withOrigin(this.#originOf(requestContext), () => model({ requestContext }))
        : model)
    return {
      model: await (options.model === undefined ? resolveModel : resolveAskedModel)(config),
      instructions:
        readPrompt(options.instructions, 'instructions') ??
        (await this.getInstructions({ requestContext })),
    }
  }

  #originOf({ requestId }: RequestContext): FaultOrigin {
    return { requestId, agent: this.id }
  }

  async #prepare(messages: MessageInput, options: AgentOptions): Promise<Run> {
    for (const { refusals } of this.#parts()) refusals.throwIfAny()
    this.#checks.check(options, this.#logger)
    const requestContext = options.requestContext ?? new RequestContext()
    return prepareRun(messages, await this.#runOptions(options, requestContext))
  }

  async #runOptions(options: AgentOptions, requestContext: RequestContext): Promise<RunOptions> {
    const resolve = () => this.#resolve(options, requestContext)
    return {
      ...options,
      ...(await answering(resolve, options.abortSignal)),
      given: options,
      system: readPrompt(options.system, 'system'),
      requestContext,
      runs: this.#runStorage(),
      agentId: this.id,
      tools: this.tools,
      ownMemory: this.#memory,
      mastra: this.#mastra,
      storage: this.#storage,
      maxSteps: options.maxSteps ?? this.maxSteps,
      onDisconnect: options.onDisconnect ?? this.onDisconnect,
      logger: this.#logger,
    }
  }

  async #generate(run: Run): Promise<AgentOutput> {
    const { outputs, steps } = earlierOf(run)
    const outputSteps = [...outputs]
    try {
      for await (const part of runLoop(run.call, 'generate')) {
        if (part.type !== 'step-end') continue
        steps.push(part.step)
        outputSteps.push(toOutputStep(part.step, outputSteps.at(-1), run.facts))
      }
      const payload = suspendPayload(steps.at(-1))
      if (payload !== undefined) {
        await run.suspend(steps)
        return { ...buildOutput(outputSteps, run.facts), suspendPayload: payload }
      }
      const structured = await readObject(run.schema, outputSteps.at(-1))
      const output = buildOutput(outputSteps, run.facts, structured)
      await run.commit(outputSteps, structured)
      return output
    } catch (error) {
      await run.leave(error)
      throw error
    }
  }

  /**
   * Answers at once. With `memory`, question and answer are stored when the promise resolves. Where it rejects after
   * the model was asked, the question alone is stored, marked as one without an answer; and nothing of it with the code
   * `answer_unstored`, unless the storage was lost during the commit itself.
   *
   * @param messages - a text, or messages with roles
   * @throws {OptionsError} for options that are not served
   * @throws {InputError} for messages or options that cannot be used
   * @throws {ScopeError} where the caller may not use their memory
   * @throws {AnswerError} when the model fails, or the turn cannot be stored
   * @throws what the storage throws before the model is asked, and the signal's reason when it is aborted
   */
  async generate<Schema extends object = object>(
    messages: MessageInput,
    options: AgentOptions<Schema> = {},
  ): Promise<AgentOutput<SchemaOutput<Schema, unknown>>> {
    const given = readOptions(options)
    if (given.onDisconnect === 'continue') {
      throw new InputError('The options cannot be used.', [
        {
          field: 'onDisconnect',
          message: 'Only a stream goes on without its reader. Call stream.',
        },
      ])
    }
    const run = await this.#prepare(messages, given)
    const output = await answering(() => this.#generate(run), options.abortSignal)
    // The schema itself has made the object.
    return output as AgentOutput<SchemaOutput<Schema, unknown>>
  }

  /**
   * Answers piece by piece. What is wrong with the input is thrown here; what goes wrong later is in
   * the stream. With `memory`, question and answer are stored before the chunk `finish`. Where the answer fails, is
   * aborted, or its reader stops, the question alone is stored, marked as one without an answer.
   *
   * @throws {OptionsError} for options that are not served
   * @throws {InputError} for messages or options that cannot be used
   * @throws {ScopeError} where the caller may not use their memory
   * @throws {AnswerError} when there is no model
   * @throws what the storage throws
   */
  async stream<Schema extends object = object>(
    messages: MessageInput,
    options: AgentOptions<Schema> = {},
  ): Promise<AgentStream<SchemaOutput<Schema, unknown>>> {
    const stream = await this.#begin(messages, readOptions(options))
    return stream as AgentStream<SchemaOutput<Schema, unknown>>
  }

  #stream(run: Run, requestContext: RequestContext | undefined): AgentStream {
    const { outputs, steps } = earlierOf(run)
    return createAgentStream({
      facts: run.facts,
      earlier: outputs,
      earlierSteps: steps,
      agentId: this.id,
      logger: this.#logger,
      abortSignal: run.call.abortSignal,
      readObject: (last) => readObject(run.schema, last),
      commit: run.commit,
      leave: run.leave,
      suspend: run.suspend,
      parts: runLoop(run.call, 'stream'),
      seesCauses: seesCauses(requestContext),
    })
  }

  async #begin(messages: MessageInput, options: AgentOptions): Promise<AgentStream> {
    const { requestContext = new RequestContext() } = options
    const onDisconnect = options.onDisconnect ?? this.onDisconnect
    if (onDisconnect !== 'continue' || requestContext.isStranger) {
      return this.#stream(await this.#prepare(messages, options), options.requestContext)
    }
    const ending = new AbortController()
    const abortSignal = withSignal(options.abortSignal, ending.signal)
    const run = await this.#prepare(messages, { ...options, abortSignal })
    const leg = await beginRun({
      runs: this.#runStorage(),
      agentId: this.id,
      requestContext,
      facts: run.facts,
      logger: this.#logger,
      end: (reason) => ending.abort(reason),
    })
    return await this.#streamLeg(withLeg(run, leg, { others: [] }), options.requestContext)
  }

  /** Streams a leg, which goes on without its reader where it is to. */
  async #streamLeg(run: Run, requestContext: RequestContext | undefined): Promise<AgentStream> {
    const stream = this.#stream(run, requestContext)
    return run.goesOn && run.leg !== undefined ? continueStream(stream, run.leg) : stream
  }

  /** Begins the leg that follows from what is said of a call. */
  async #resume(options: ResumeOptions, said: SaidOfCall): Promise<Run> {
    for (const { refusals } of this.#parts()) refusals.throwIfAny()
    const { id, tools } = this
    const fill: ResumingAgent['fill'] = (kept, context) => this.#runOptions(kept, context)
    const agent = { id, tools, runs: this.#runStorage(), logger: this.#logger, fill }
    return resumeAnswer(agent, options, said)
  }

  async #resumeAtOnce(options: ResumeOptions, said: SaidOfCall): Promise<AgentOutput> {
    const run = await this.#resume(options, said)
    const output = await answering(() => this.#generate(run), run.call.abortSignal)
    noteLeg(output, run.call.resume?.steps.length ?? 0)
    return output
  }

  /**
   * Approves a call of a suspended answer, and answers on piece by piece. The call is made once: of several who decide
   * at once, one does. The owner of the run decides, with the permissions that they have now.
   *
   * @throws {RunError} `run_missing`, `run_not_suspended`, `approval_expired` or `run_ended`
   * @throws {ScopeError} where the caller may not execute the tool, or not what the suspended request did
   * @throws {InputError} for options that cannot be used
   * @throws what the storage throws
   */
  async approveToolCall(options: ResumeOptions): Promise<AgentStream> {
    const run = await this.#resume(options, { isApproved: true })
    return await this.#streamLeg(run, options.requestContext)
  }

  /**
   * Declines a call of a suspended answer: the tool does not run, the model is told so, and answers on piece by piece.
   * @throws what `approveToolCall` throws
   */
  async declineToolCall({ reason, ...options }: DeclineOptions): Promise<AgentStream> {
    const run = await this.#resume(options, readDecision(false, reason))
    return await this.#streamLeg(run, options.requestContext)
  }

  /**
   * Approves a call, as `approveToolCall` does, and answers on at once.
   * @throws what `approveToolCall` and `generate` throw
   */
  async approveToolCallGenerate(options: ResumeOptions): Promise<AgentOutput> {
    return this.#resumeAtOnce(options, { isApproved: true })
  }

  /**
   * Declines a call, as `declineToolCall` does, and answers on at once.
   * @throws what `approveToolCall` and `generate` throw
   */
  async declineToolCallGenerate({ reason, ...options }: DeclineOptions): Promise<AgentOutput> {
    return this.#resumeAtOnce(options, readDecision(false, reason))
  }

  /**
   * Goes on with a call that its tool has suspended, and answers on piece by piece: the tool is executed again, with the
   * same input and with this as `resumeData`. It goes on once: of several who resume it at once, one does. A call that
   * has to be approved is approved by `{ approved: true }`, and declined by `{ approved: false, reason? }`.
   *
   * @param resumeData - JSON of at most 65536 bytes that fits the `resumeSchema` of the tool
   * @throws {InputError} for data that does not fit; the call then waits on
   * @throws what `approveToolCall` throws
   */
  async resumeStream(resumeData: unknown, options: ResumeOptions): Promise<AgentStream> {
    const run = await this.#resume(options, { resumeData })
    return await this.#streamLeg(run, options.requestContext)
  }

  /**
   * Goes on with a call that its tool has suspended, as `resumeStream` does, and answers on at once.
   * @throws what `resumeStream` and `generate` throw
   */
  async resumeGenerate(resumeData: unknown, options: ResumeOptions): Promise<AgentOutput> {
    return this.#resumeAtOnce(options, { resumeData })
  }

  /**
   * A call of a suspended answer that waits.
   * @throws {RunError} `run_missing` or `run_not_suspended`
   * @throws {InputError} where none is named, and several wait
   * @throws what the storage throws
   */
  async findSuspendedCall({
    requestContext = new RequestContext(),
    ...name
  }: Pick<ResumeOptions, 'runId' | 'toolCallId' | 'requestContext'>): Promise<SuspendedCall> {
    const found = await findWaiting(this.#runStorage(), this.id, name, requestContext)
    return viewCall(found.approval)
  }

  /**
   * The chunks of an answer of the caller, from an index on, and then those that come, where it goes on or went on without
   * its reader: also in another process. They are kept for a day.
   *
   * @throws {RunError} `run_missing` where the caller has none of this agent, or its chunks are not kept
   * @throws {InputError} for an offset that can be none
   * @throws what the storage throws
   */
  async observe(options: ObserveOptions): Promise<RunReplay> {
    return observeRun(this.#runStorage(), this.id, options)
  }

  /**
   * Ends an answer of the caller that goes on without its reader or waits: in another process within ten seconds.
   * @returns false where it has ended
   * @throws {RunError} `run_missing` where the caller has none of this id of this agent
   * @throws what the storage throws
   */
  async cancelRun({
    runId,
    requestContext = new RequestContext(),
  }: CancelOptions): Promise<boolean> {
    return cancelRun(this.#runStorage(), this.id, runId, requestContext)
  }

  /**
   * The answers of this agent that wait for their owner, the newest first.
   * @throws {RunError} `run_missing` for a stranger
   * @throws what the storage throws
   */
  async listSuspendedRuns(query: SuspendedRunQuery = {}): Promise<SuspendedRunPage> {
    return readSuspendedRuns(this.#runStorage(), this.id, query)
  }
}
