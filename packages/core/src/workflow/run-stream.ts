import type { WorkflowChunk, WorkflowUsage } from './chunk.js'
import { WORKFLOW_LIMITS } from './limits.js'
import type { WorkflowStatus } from './snapshot.js'

/** The stream of one leg of a run. The leg does not wait for its reader, and does not end where the reader leaves. */
export interface WorkflowStream<Result> extends AsyncIterable<WorkflowChunk> {
  readonly runId: string
  /** The chunks, once. */
  readonly fullStream: ReadableStream<WorkflowChunk> & AsyncIterable<WorkflowChunk>
  /** What comes of the leg. */
  readonly result: Promise<Result>
  readonly status: WorkflowStatus
  /** The tokens that the agents of the leg have used. */
  readonly usage: Promise<WorkflowUsage>
}

const { unreadChunks, unreadCharacters } = WORKFLOW_LIMITS
/** A chunk counts as so many characters at least, so that one count bounds both. */
const MIN_CHARACTERS = unreadCharacters / unreadChunks

/** Passes chunks on to one reader. */
export class ChunkPipe {
  readonly stream: ReadableStream<WorkflowChunk> & AsyncIterable<WorkflowChunk>
  #controller: ReadableStreamDefaultController<WorkflowChunk> | undefined

  constructor(onLeave: () => void) {
    this.stream = new ReadableStream<WorkflowChunk>(
      {
        start: (controller) => {
          this.#controller = controller
        },
        cancel: () => {
          this.#controller = undefined
          onLeave()
        },
      },
      {
        highWaterMark: unreadCharacters,
        size: (chunk) => Math.max(MIN_CHARACTERS, JSON.stringify(chunk).length),
      },
    ) as ReadableStream<WorkflowChunk> & AsyncIterable<WorkflowChunk>
  }

  /** A reader that is too far behind is told so, and gets nothing more. */
  push(chunk: WorkflowChunk): void {
    if (this.#controller === undefined) return
    if ((this.#controller.desiredSize ?? 0) > 0) {
      this.#controller.enqueue(chunk)
      return
    }
    this.fail(
      new RangeError(
        `The reader of the stream has left ${unreadChunks} chunks unread, or ${unreadCharacters} characters. Read them as they come.`,
      ),
    )
  }

  close(): void {
    this.#controller?.close()
    this.#controller = undefined
  }

  fail(error: unknown): void {
    this.#controller?.error(error)
    this.#controller = undefined
  }
}
