/** A chunk of the application's own, for `writer.custom`. */
export interface CustomChunk {
  /** Begins with `data-`. */
  readonly type: string
  readonly [name: string]: unknown
}

/** Takes what a step writes. `isCustom`: as a chunk of its own. */
export type WriteChunk = (chunk: unknown, isCustom: boolean) => void

/** Puts chunks into the stream of a run. A stream of text can be piped to it. */
export class StepWriter extends WritableStream<unknown> {
  readonly #write: WriteChunk

  constructor(write: WriteChunk) {
    super({ write: (chunk: unknown) => write(chunk, false) })
    this.#write = write
  }

  /** Becomes `payload.output` of a chunk `workflow-step-output`. */
  async write(chunk: unknown): Promise<void> {
    this.#write(chunk, false)
    await Promise.resolve()
  }

  /**
   * Becomes a chunk of the stream.
   * @throws {TypeError} for a type that does not begin with `data-`
   */
  async custom(chunk: CustomChunk): Promise<void> {
    if (typeof chunk.type !== 'string' || !chunk.type.startsWith('data-')) {
      throw new TypeError('The type of a chunk of the application must begin with data-.')
    }
    this.#write(chunk, true)
    await Promise.resolve()
  }
}
