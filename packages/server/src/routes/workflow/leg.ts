import {
  logFailure,
  withOrigin,
  type Run,
  type WorkflowChunk,
  type WorkflowResult,
  type WorkflowStream,
} from '@signet/core'
import { errorCode, STATUS } from '../../error/error-response.js'
import type { HandlerContext } from '../../route/route.js'

type Result = WorkflowResult<unknown>

/** Where chunks come from: the reader of a stream, or what behaves like one. */
interface ChunkReader {
  read(): Promise<{ readonly value?: WorkflowChunk | undefined }>
  /** Ends a read that waits. */
  cancel(reason?: unknown): Promise<unknown>
}

/** One leg of a run: from its start, or from where it waited, to where it ends or waits. */
export interface BegunLeg {
  readonly runId: string
  /** Its chunks but the first. `cancel` leaves the leg as it is. */
  readonly reader: ChunkReader
  /** The first chunk: with it, the leg has begun. */
  readonly first: WorkflowChunk | undefined
}

/** Keeps what becomes of a leg: how many tokens it used, and why it failed. */
async function follow(
  input: HandlerContext,
  run: Run,
  stream: WorkflowStream<Result>,
): Promise<void> {
  const { logger, requestId } = input
  const about = { requestId, workflow: run.workflowId, run: run.runId }
  try {
    const result = await stream.result
    input.noteUsage(await stream.usage)
    if (result.status === 'failed') logFailure(logger, 'A workflow failed.', about, result.error)
  } catch (error) {
    // What refuses the leg is told to who asked.
    if (STATUS[errorCode(error)] >= 500) logFailure(logger, 'A workflow broke off.', about, error)
  }
}

/** Begins a leg, which goes on whatever becomes of the request; a revoked token ends it. */
function openLeg(
  input: HandlerContext,
  run: Run,
  begin: () => WorkflowStream<Result>,
): WorkflowStream<Result> {
  const stream = withOrigin({ requestId: input.requestId }, begin)
  const leave = input.outlast(() => void run.cancel().catch(() => undefined))
  void follow(input, run, stream).finally(leave)
  return stream
}

/**
 * Begins a leg, and waits until it has begun.
 * @throws what refuses the leg: a wrong input, or a run that is not in a state to
 */
export async function beginLeg(
  input: HandlerContext,
  run: Run,
  begin: () => WorkflowStream<Result>,
): Promise<BegunLeg> {
  const reader = openLeg(input, run, begin).fullStream.getReader()
  const { value: first } = await reader.read()
  return { runId: run.runId, reader, first }
}

/** Begins a leg whose chunks nobody reads. */
export async function startLeg(
  input: HandlerContext,
  run: Run,
  begin: () => WorkflowStream<Result>,
): Promise<void> {
  const { reader } = await beginLeg(input, run, begin)
  reader.cancel().catch(() => undefined)
}

/**
 * Begins a leg, and waits until it ends or waits. Where the time of the request is over before, the leg goes on.
 * @throws what refuses the leg
 */
export async function finishLeg(
  input: HandlerContext,
  run: Run,
  begin: () => WorkflowStream<Result>,
): Promise<Result> {
  const stream = openLeg(input, run, begin)
  void stream.fullStream.cancel().catch(() => undefined)
  return await stream.result
}
