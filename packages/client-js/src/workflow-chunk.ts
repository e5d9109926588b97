/** Where a run of a workflow stands. */
export type WorkflowStatus =
  | 'pending'
  | 'running'
  | 'waiting'
  | 'suspended'
  | 'success'
  | 'failed'
  | 'canceled'

/** One piece of the stream of a run. `from` is `USER` for what a step writes. */
export interface WorkflowChunk {
  /**
   * `workflow-start`, `workflow-step-start`, `-result`, `-suspended`, `-waiting`, `-output`, `-progress`, `workflow-canceled`,
   * `workflow-finish`, `error`, or what a step writes as `data-…`.
   */
  readonly type: string
  readonly runId: string
  readonly from: 'WORKFLOW' | 'USER'
  /** What the chunk says; docs/workflows.md has the forms. */
  readonly payload?: Readonly<Record<string, unknown>> | undefined
}

/** The chunks of a run, to be read once: by iterating, or by a reader. */
export type WorkflowStream = ReadableStream<WorkflowChunk> & AsyncIterable<WorkflowChunk>
