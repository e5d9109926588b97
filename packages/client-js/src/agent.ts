import type { Answer, AnswerOptions, StreamOptions } from './answer.js'
import type { MessageInput } from './message.js'
import type { AgentChunk, ToolCall } from './chunk.js'
import { answerCalls, describeTools, MAX_ROUNDS } from './client-tool.js'
import { createId } from './create-id.js'
import { readChunks } from './event-stream.js'
import { contextText, plainContext, type RequestContextInput } from './request-context.js'
import type { Api, CallOptions, OpenResponse } from './request.js'
import type {
  DeclinedToolCall,
  ObserveParams,
  ResumedToolCall,
  SuspendedRunPage,
  SuspendedRunsParams,
  ToolCallDecision,
} from './run.js'
import {
  openObservation,
  openResumable,
  readResumed,
  type OngoingAnswer,
} from './resumed-stream.js'
import { toJsonSchema } from './schema.js'
import { createStream, type AgentStream } from './stream.js'
import type { ToolDetails, ToolInput } from './tool.js'

/** What an agent is, as far as the token may see it. */
export interface AgentDetails {
  readonly name: string
  readonly description: string
  /** Empty for a token without `agents:write`. */
  readonly instructions: string
  /** Its tools by the names that its model calls them: those that the token may read. */
  readonly tools: Readonly<Record<string, ToolDetails>>
  readonly provider: string
  readonly modelId: string
  readonly modelVersion: string
  readonly supportsMemory: boolean
  /** Why it cannot answer, where it has no model; only for a token with `system:read`. */
  readonly modelFault?: { readonly code: string; readonly message: string } | undefined
}

/** What is said of a call that waits. */
type SaidOfCall = ResumedToolCall & { readonly resumeData?: unknown }

/** The body of a question. Left out: what ends it, which stays here. */
function answerBody(messages: MessageInput, options: StreamOptions): object {
  const {
    abortSignal: _,
    resume: _resume,
    clientTools,
    structuredOutput,
    requestContext,
    ...rest
  } = options
  return {
    ...rest,
    messages,
    clientTools: describeTools(clientTools),
    structuredOutput: structuredOutput && { schema: toJsonSchema(structuredOutput.schema) },
    requestContext: plainContext(requestContext),
  }
}

/** Whether the server stores question and answer; where it could not, it refuses to answer. */
function stores({ memory }: AnswerOptions): boolean {
  return memory !== undefined && memory.options?.readOnly !== true
}

/** An answer that has begun, and its chunks. */
interface OpenAnswer extends OpenResponse {
  readonly chunks: AsyncGenerator<AgentChunk, undefined>
}

/** An agent of the server. */
export class Agent {
  readonly #api: Api
  readonly #path: readonly string[]

  /** Made by `MastraClient.getAgent`. */
  constructor(api: Api, agentId: string) {
    this.#api = api
    this.#path = ['agents', agentId]
  }

  /**
   * What the agent is.
   * @throws {MastraClientError}
   */
  details(requestContext?: RequestContextInput, options?: CallOptions): Promise<AgentDetails> {
    const query = { requestContext: contextText(requestContext) }
    return this.#api.json({ path: this.#path, query, ...options })
  }

  /**
   * Asks the agent, and waits for its whole answer. Where the model calls tools of `clientTools`, they
   * run here and the agent is asked to go on with what they came to, at most ten times.
   *
   * @throws {MastraClientError} `answer_failed` where the model failed, `answer_unstored` where it answered and the
   *   server could not store that. Nothing is sent again: tools may have run.
   * @throws the reason of `abortSignal`
   */
  async generate<Value = unknown>(
    messages: MessageInput,
    options: AnswerOptions<Value> = {},
  ): Promise<Answer<Value>> {
    const { abortSignal: signal, clientTools } = options
    let question = messages
    for (let round = 0; ; round++) {
      const answer = await this.#api.json<Answer<Value>>({
        method: 'POST',
        path: [...this.#path, 'generate'],
        body: answerBody(question, options),
        signal,
      })
      const answered = new Set(answer.toolResults?.map(({ payload }) => payload.toolCallId))
      const pending = (answer.toolCalls ?? [])
        .map(({ payload }) => payload)
        .filter(({ toolCallId }) => !answered.has(toolCallId))
      const said = answer.response?.messages ?? []
      const isStored = stores(options)
      const paused = { question, isStored, said, reason: answer.finishReason, pending }
      const next = round < MAX_ROUNDS ? await answerCalls(paused, clientTools, signal) : undefined
      if (next === undefined) return answer
      question = next.messages
    }
  }

  /**
   * Asks the agent, and returns its answer as soon as it begins. Tools of `clientTools` run while it is
   * read; their results are chunks of it too, and the answer goes on in a further run.
   *
   * @throws {MastraClientError} where the agent refuses to begin; what fails later is thrown to the
   *   reader of the stream
   * @throws the reason of `abortSignal`
   */
  async stream(messages: MessageInput, options: StreamOptions = {}): Promise<AgentStream> {
    const opened = await this.#open(messages, options)
    return createStream(opened.response, this.#read(opened, messages, options))
  }

  /**
   * The chunks of an answer that goes on or went on without its client (`onDisconnect: 'continue'`), from an index on.
   * @throws {MastraClientError} `not_found` for a run of another, and one whose chunks are not kept
   */
  async observe({ runId, offset = 0 }: ObserveParams, options?: CallOptions): Promise<AgentStream> {
    const opened = await openObservation(this.#answer(runId, options?.signal), offset)
    return createStream(opened.response, readChunks<AgentChunk>(opened))
  }

  /**
   * Ends an answer that goes on without its client, or waits.
   * @returns `canceled: false` where it has ended
   * @throws {MastraClientError} `not_found`
   */
  cancelRun(runId: string, options?: CallOptions): Promise<{ readonly canceled: boolean }> {
    return this.#api.json({
      method: 'POST',
      path: [...this.#path, 'runs', runId, 'cancel'],
      ...options,
    })
  }

  /**
   * Approves a call that a suspended answer waits for, and returns the rest of the answer as soon as it begins. Calls of
   * `clientTools` in it are not run here.
   *
   * @throws {MastraClientError} `run_not_suspended`, `approval_expired`, `approval_by_other`, `run_ended`; `not_found`
   *   for a run of another; what fails later is thrown to the reader of the stream
   */
  approveToolCall(decision: ToolCallDecision, options?: CallOptions): Promise<AgentStream> {
    return this.#streamOn('approve-tool-call', decision, options)
  }

  /** Declines a call that a suspended answer waits for, and returns the rest of the answer: as `approveToolCall`. */
  declineToolCall(decision: DeclinedToolCall, options?: CallOptions): Promise<AgentStream> {
    return this.#streamOn('decline-tool-call', decision, options)
  }

  /** Approves a call, as `approveToolCall` does, and waits for the whole answer. */
  approveToolCallGenerate(decision: ToolCallDecision, options?: CallOptions): Promise<Answer> {
    return this.#api.json(this.#goOn('approve-tool-call-generate', decision, options))
  }

  /** Declines a call, as `declineToolCall` does, and waits for the whole answer. */
  declineToolCallGenerate(decision: DeclinedToolCall, options?: CallOptions): Promise<Answer> {
    return this.#api.json(this.#goOn('decline-tool-call-generate', decision, options))
  }

  /**
   * Resumes a call that its tool has suspended, and returns the rest of the answer as soon as it begins. A call that has
   * to be approved is approved by `{ approved: true }`.
   *
   * @param resumeData - JSON of at most 65,536 bytes, by the `resumeSchema` of the tool
   * @throws {MastraClientError} `request_invalid` with issues for data that does not fit, and the call waits on; else as
   *   `approveToolCall`
   */
  resumeStream(
    resumeData: unknown,
    call: ResumedToolCall,
    options?: CallOptions,
  ): Promise<AgentStream> {
    return this.#streamOn('resume-stream', { ...call, resumeData }, options)
  }

  /** Resumes a call, as `resumeStream` does, and waits for the whole answer. */
  resumeGenerate(
    resumeData: unknown,
    call: ResumedToolCall,
    options?: CallOptions,
  ): Promise<Answer> {
    return this.#api.json(this.#goOn('resume-generate', { ...call, resumeData }, options))
  }

  /** The answers of the caller that wait for them, the newest first. */
  listSuspendedRuns(
    params: SuspendedRunsParams = {},
    options?: CallOptions,
  ): Promise<SuspendedRunPage> {
    return this.#api.json({
      path: [...this.#path, 'suspended-runs'],
      query: { ...params },
      ...options,
    })
  }

  #goOn(verb: string, call: SaidOfCall, options?: CallOptions) {
    return {
      method: 'POST',
      path: [...this.#path, verb],
      body: { ...call, requestContext: plainContext(call.requestContext) },
      ...options,
    } as const
  }

  async #streamOn(verb: string, call: SaidOfCall, options?: CallOptions): Promise<AgentStream> {
    const opened = await this.#api.open(this.#goOn(verb, call, options))
    return createStream(opened.response, readChunks<AgentChunk>(opened))
  }

  /** One tool of the agent, by its id or by the name that the model calls it. */
  getTool(
    toolId: string,
    requestContext?: RequestContextInput,
    options?: CallOptions,
  ): Promise<ToolDetails> {
    const query = { requestContext: contextText(requestContext) }
    return this.#api.json({ path: [...this.#path, 'tools', toolId], query, ...options })
  }

  /**
   * Runs one tool of the agent, and returns what it came to.
   * @throws {MastraClientError} `tool_failed`; `request_invalid` with issues for an input of another form
   */
  executeTool(toolId: string, input: ToolInput, options?: CallOptions): Promise<unknown> {
    return this.#api.json({
      method: 'POST',
      path: [...this.#path, 'tools', toolId, 'execute'],
      body: { data: input.data, requestContext: plainContext(input.requestContext) },
      ...options,
    })
  }

  #answer(runId: string, signal: AbortSignal | undefined): OngoingAnswer {
    return { api: this.#api, path: this.#path, runId, signal }
  }

  async #open(messages: MessageInput, options: StreamOptions): Promise<OpenAnswer> {
    const { abortSignal: signal, resume, runId = createId() } = options
    const asked =
      resume === true ? ({ onDisconnect: 'continue', ...options, runId } as const) : options
    const body = answerBody(messages, asked)
    const open = () =>
      this.#api.open({ method: 'POST', path: [...this.#path, 'stream'], body, signal })
    if (resume !== true) {
      const opened = await open()
      return { ...opened, chunks: readChunks<AgentChunk>(opened) }
    }
    const answer = this.#answer(runId, signal)
    const opened = await openResumable(answer, open)
    return { ...opened, chunks: readResumed(answer, opened) }
  }

  /** The chunks of an answer, and of those that go on with it. */
  async *#read(
    first: OpenAnswer,
    messages: MessageInput,
    options: StreamOptions,
  ): AsyncGenerator<AgentChunk, undefined> {
    let question = messages
    let opened = first
    for (let round = 0; ; round++) {
      const pending = new Map<string, ToolCall>()
      let end: Extract<AgentChunk, { type: 'finish' }> | undefined
      for await (const chunk of opened.chunks) {
        const { type, payload } = chunk
        if (type === 'tool-call') pending.set(payload.toolCallId, payload)
        if (type === 'tool-result' || type === 'tool-error') pending.delete(payload.toolCallId)
        if (type === 'finish') end = chunk
        yield chunk
      }
      if (end === undefined || round === MAX_ROUNDS) return
      const { stepResult, response } = end.payload
      const next = await answerCalls(
        {
          question,
          isStored: stores(options),
          said: response?.messages ?? [],
          reason: stepResult.reason,
          pending: [...pending.values()],
        },
        options.clientTools,
        opened.signal,
      )
      if (next === undefined) return
      const { runId, from } = end
      for (const payload of next.results) yield { type: 'tool-result', runId, from, payload }
      question = next.messages
      // A run of its own: one id is not taken twice.
      opened = await this.#open(
        question,
        options.resume === true ? { ...options, runId: undefined } : options,
      )
    }
  }
}
