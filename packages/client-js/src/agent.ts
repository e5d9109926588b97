import type { Answer, AnswerOptions } from './answer.js'
import type { MessageInput } from './message.js'
import type { AgentChunk, ToolCall } from './chunk.js'
import { answerCalls, describeTools, MAX_ROUNDS } from './client-tool.js'
import { readChunks } from './event-stream.js'
import { contextText, plainContext, type RequestContextInput } from './request-context.js'
import type { Api, CallOptions, OpenResponse } from './request.js'
import type {
  DeclinedToolCall,
  SuspendedRunPage,
  SuspendedRunsParams,
  ToolCallDecision,
} from './run.js'
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

/** The body of a question. Left out: what ends it, which stays here. */
function answerBody(messages: MessageInput, options: AnswerOptions): object {
  const { abortSignal: _, clientTools, structuredOutput, requestContext, ...rest } = options
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
  async stream(messages: MessageInput, options: AnswerOptions = {}): Promise<AgentStream> {
    const opened = await this.#open(messages, options)
    return createStream(opened.response, this.#read(opened, messages, options))
  }

  /**
   * Approves a call that a suspended answer waits for, and returns the rest of the answer as soon as it begins. Calls of
   * `clientTools` in it are not run here.
   *
   * @throws {MastraClientError} `run_not_suspended`, `approval_expired`, `approval_by_other`, `run_ended`; `not_found`
   *   for a run of another; what fails later is thrown to the reader of the stream
   */
  approveToolCall(decision: ToolCallDecision, options?: CallOptions): Promise<AgentStream> {
    return this.#decide('approve', decision, options)
  }

  /** Declines a call that a suspended answer waits for, and returns the rest of the answer: as `approveToolCall`. */
  declineToolCall(decision: DeclinedToolCall, options?: CallOptions): Promise<AgentStream> {
    return this.#decide('decline', decision, options)
  }

  /** The answers of the caller that wait for decisions, the newest first. */
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

  async #decide(
    verb: 'approve' | 'decline',
    decision: DeclinedToolCall,
    options?: CallOptions,
  ): Promise<AgentStream> {
    const opened = await this.#api.open({
      method: 'POST',
      path: [...this.#path, `${verb}-tool-call`],
      body: { ...decision, requestContext: plainContext(decision.requestContext) },
      ...options,
    })
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

  #open(messages: MessageInput, options: AnswerOptions): Promise<OpenResponse> {
    return this.#api.open({
      method: 'POST',
      path: [...this.#path, 'stream'],
      body: answerBody(messages, options),
      signal: options.abortSignal,
    })
  }

  /** The chunks of an answer, and of those that go on with it. */
  async *#read(
    first: OpenResponse,
    messages: MessageInput,
    options: AnswerOptions,
  ): AsyncGenerator<AgentChunk, undefined> {
    let question = messages
    let opened = first
    for (let round = 0; ; round++) {
      const pending = new Map<string, ToolCall>()
      let end: Extract<AgentChunk, { type: 'finish' }> | undefined
      for await (const chunk of readChunks<AgentChunk>(opened)) {
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
      opened = await this.#open(question, options)
    }
  }
}
