import { recordStream } from './record-stream.js'
import { plainContext, type RequestContextInput } from './request-context.js'
import type { Api, CallOptions } from './request.js'
import type { WorkflowStatus, WorkflowStream } from './workflow-chunk.js'

/** What a run is started with. */
export interface StartRunParams {
  /** In the form that the `inputSchema` of the workflow says. */
  readonly inputData?: unknown
  /** What the state is at first. Default: empty. */
  readonly initialState?: unknown
  /** What steps see as `requestContext.client`. */
  readonly requestContext?: RequestContextInput | undefined
}

/** What a suspended run goes on with. */
export interface ResumeRunParams {
  /** The id of the step that goes on, or the ids that lead to it. Default: the one that waits. */
  readonly step?: string | readonly string[] | undefined
  /** In the form that the `resumeSchema` of the step says. */
  readonly resumeData?: unknown
  /** Which item of a `foreach` goes on: 0 is the first. Default: all that wait. */
  readonly forEachIndex?: number | undefined
  readonly requestContext?: RequestContextInput | undefined
}

/** What a step has come to. Times are in milliseconds since 1970. */
export interface WorkflowStepResult {
  readonly status: string
  readonly payload?: unknown
  readonly output?: unknown
  readonly error?: WorkflowFailure | undefined
  readonly suspendPayload?: unknown
  readonly resumePayload?: unknown
  readonly startedAt?: number | undefined
  readonly endedAt?: number | undefined
  readonly suspendedAt?: number | undefined
  readonly resumedAt?: number | undefined
}

/** Why a step or a run failed, as far as its owner is told. */
export interface WorkflowFailure {
  readonly name: string
  readonly message: string
  readonly code?: string | undefined
}

/** What a run has come to: its end, or where it waits. */
export interface WorkflowRunResult {
  readonly status: WorkflowStatus
  readonly runId: string
  readonly input?: unknown
  /** By the ids of the steps; `input` is what the run was started with. */
  readonly steps: Readonly<Record<string, WorkflowStepResult>>
  readonly result?: unknown
  readonly error?: WorkflowFailure | undefined
  /** The paths of the steps that wait. */
  readonly suspended?: readonly (readonly string[])[] | undefined
  /** What they ask for, by their ids. */
  readonly suspendPayload?: Readonly<Record<string, unknown>> | undefined
  /** When a run in the status `waiting` goes on, in milliseconds since 1970. */
  readonly wakesAt?: number | undefined
}

/** What the server says where nothing else is to be said. */
export interface RunMessage {
  readonly message: string
}

/** The body of a leg: what is given, with the context as plain JSON. */
function legBody(params: StartRunParams | ResumeRunParams): unknown {
  return { ...params, requestContext: plainContext(params.requestContext) }
}

/** A run of a workflow. It goes on when its client leaves, until it ends or waits. */
export class WorkflowRun {
  readonly runId: string
  readonly #api: Api
  readonly #path: readonly string[]

  /** Made by `Workflow.createRun`. */
  constructor(api: Api, workflowId: string, runId: string) {
    this.runId = runId
    this.#api = api
    this.#path = ['workflows', workflowId]
  }

  /**
   * Starts the run, and does not wait for it.
   * @throws {MastraClientError} `run_started`; `request_invalid` with issues for an input of another form
   */
  start(params: StartRunParams, options?: CallOptions): Promise<RunMessage> {
    return this.#post('start', params, options)
  }

  /** Starts the run, and waits until it ends or waits. @throws as `start` */
  startAsync(params: StartRunParams, options?: CallOptions): Promise<WorkflowRunResult> {
    return this.#post('start-async', params, options)
  }

  /** Starts the run, and gives its chunks. @throws as `start` */
  stream(params: StartRunParams, options?: CallOptions): Promise<WorkflowStream> {
    return this.#stream('stream', params, options)
  }

  /**
   * Lets the suspended run go on, and does not wait for it.
   * @throws {MastraClientError} `run_not_suspended`, `run_busy`, `step_not_suspended`, `step_ambiguous`; `request_invalid`
   *   with issues for resumeData of another form
   */
  resume(params: ResumeRunParams, options?: CallOptions): Promise<RunMessage> {
    return this.#post('resume', params, options)
  }

  /** The same; gives the id of the run. @throws as `resume` */
  resumeNoWait(
    params: ResumeRunParams,
    options?: CallOptions,
  ): Promise<{ readonly runId: string }> {
    return this.#post('resume-no-wait', params, options)
  }

  /** Lets the suspended run go on, and waits until it ends or waits again. @throws as `resume` */
  resumeAsync(params: ResumeRunParams, options?: CallOptions): Promise<WorkflowRunResult> {
    return this.#post('resume-async', params, options)
  }

  /** Lets the suspended run go on, and gives its chunks. @throws as `resume` */
  resumeStream(params: ResumeRunParams, options?: CallOptions): Promise<WorkflowStream> {
    return this.#stream('resume-stream', params, options)
  }

  /** The chunks of the run from its beginning, then those that come. */
  observe(options?: CallOptions): Promise<WorkflowStream> {
    return this.#stream('observe', undefined, options)
  }

  /** Cancels the run: the `abortSignal` of the steps at work fires, and no further step begins. */
  cancel(options?: CallOptions): Promise<RunMessage> {
    const path = [...this.#path, 'runs', this.runId, 'cancel']
    return this.#api.json({ method: 'POST', path, ...options })
  }

  #request(
    verb: string,
    params: StartRunParams | ResumeRunParams | undefined,
    options?: CallOptions,
  ) {
    return {
      method: 'POST',
      path: [...this.#path, verb],
      query: { runId: this.runId },
      body: params && legBody(params),
      ...options,
    } as const
  }

  #post<Result>(
    verb: string,
    params: StartRunParams | ResumeRunParams,
    options?: CallOptions,
  ): Promise<Result> {
    return this.#api.json(this.#request(verb, params, options))
  }

  async #stream(
    verb: string,
    params: StartRunParams | ResumeRunParams | undefined,
    options?: CallOptions,
  ): Promise<WorkflowStream> {
    return recordStream(await this.#api.open(this.#request(verb, params, options)))
  }
}
