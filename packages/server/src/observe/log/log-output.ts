import { countLostLogLines, LINES_LOST } from '@signet/core'
import { pino, type DestinationStream } from 'pino'
import { standardSink, type ByteSink, type StandardFd } from './byte-sink.js'

/** How many bytes of lines may wait to be written, with what each costs beside its text; a line that comes then is lost. */
const MAX_WAITING_BYTES = 1024 * 1024
const LINE_BYTES = 100
/** How many bytes are written at once, at least one line. */
const CHUNK_BYTES = 64 * 1024
/** How long an output is left alone that failed, and one that only asked for time, in milliseconds. */
const RETRY_MS = 1000
const AGAIN_MS = 20

/** The lines that were lost and of which nobody was told yet. */
interface Loss {
  untold: number
}

/**
 * Lines on their way into a log that may be full, gone, or read by nobody. Whoever writes a line is never kept waiting
 * and nothing is thrown: lines wait up to a bound of bytes, what comes then is lost and counted, and once lines can be
 * written again one of them says how many were lost.
 */
export class LogOutput implements DestinationStream {
  readonly #sink: ByteSink
  readonly #loss: Loss
  readonly #tellsLoss: boolean
  #waiting: Buffer[] = []
  #waitingBytes = 0
  /** What is being written: the rest of it where only a part could be. */
  #chunk: Buffer = Buffer.alloc(0)
  #isBusy = false
  /** Whether the sink has the chunk now; else the chunk waits for its next turn. */
  #isWriting = false
  #isFailing = false
  #onPause: (() => void)[] = []

  /**
   * @param options.loss - shared by outputs of which one tells what all of them lost. Default: one of its own
   * @param options.tellsLoss - whether a line says how many were lost. Default: true
   */
  constructor(
    sink: ByteSink,
    {
      loss = { untold: 0 },
      tellsLoss = true,
    }: { readonly loss?: Loss | undefined; readonly tellsLoss?: boolean | undefined } = {},
  ) {
    this.#sink = sink
    this.#loss = loss
    this.#tellsLoss = tellsLoss
  }

  /** @param line - any number of whole lines; of what is lost, each call is counted as one */
  write(line: string | Uint8Array): void {
    const bytes = Buffer.from(line)
    if (bytes.length === 0) return
    if (this.#waitingBytes + bytes.length + LINE_BYTES > MAX_WAITING_BYTES) {
      this.#loss.untold++
      countLostLogLines(1)
      return
    }
    this.#add(bytes)
    if (!this.#isBusy) this.#next()
  }

  /** Resolves once all lines are written, or as soon as they cannot be. */
  async flush(): Promise<void> {
    if (!this.#isBusy || this.#isFailing) return
    await new Promise<void>((resolve) => this.#onPause.push(resolve))
  }

  /** Writes what waits while the process ends, if the log takes it at once. */
  flushLast(): void {
    if (this.#isFailing) return
    const rest = this.#isWriting ? [] : [this.#chunk]
    const bytes = Buffer.concat([...rest, ...this.#waiting.splice(0)])
    if (bytes.length === 0) return
    try {
      this.#sink.writeLast(bytes)
    } catch {
      // Nothing is left that could say so.
    }
  }

  #takeChunk(): Buffer {
    let [count, size] = [0, 0]
    for (const { length } of this.#waiting) {
      if (count > 0 && size + length > CHUNK_BYTES) break
      count++
      size += length
    }
    this.#waitingBytes -= size + count * LINE_BYTES
    return Buffer.concat(this.#waiting.splice(0, count))
  }

  #next(): void {
    if (this.#chunk.length === 0) this.#chunk = this.#takeChunk()
    this.#isBusy = this.#chunk.length > 0
    if (!this.#isBusy) {
      this.#pause()
      return
    }
    this.#isWriting = true
    this.#sink.write(this.#chunk, (error, count) => {
      this.#isWriting = false
      if (error || count === 0) {
        this.#retry(error?.code)
        return
      }
      this.#isFailing = false
      this.#chunk = this.#chunk.subarray(count)
      if (this.#chunk.length === 0) this.#tellLoss()
      this.#next()
    })
  }

  #retry(code: string | undefined): void {
    const isOnlyBusy = code === 'EAGAIN' || code === 'EBUSY'
    if (!isOnlyBusy) {
      this.#isFailing = true
      this.#pause()
    }
    setTimeout(() => this.#next(), isOnlyBusy ? AGAIN_MS : RETRY_MS).unref()
  }

  #pause(): void {
    for (const resolve of this.#onPause.splice(0)) resolve()
  }

  /** Says how many lines were lost; while most of the room is still taken, it would be one of them. */
  #tellLoss(): void {
    const lines = this.#loss.untold
    if (!this.#tellsLoss || lines === 0 || this.#waitingBytes > MAX_WAITING_BYTES / 2) return
    this.#loss.untold = 0
    const notice = pino({}, { write: (line) => this.#add(Buffer.from(line)) })
    notice.warn({ lines }, LINES_LOST)
  }

  #add(bytes: Buffer): void {
    this.#waiting.push(bytes)
    this.#waitingBytes += bytes.length + LINE_BYTES
  }
}

const outputs = new Map<StandardFd, LogOutput>()
const standardLoss: Loss = { untold: 0 }

/**
 * The way to standard output (1) or standard error (2): of a process there is one for each, however many loggers write
 * to it.
 */
export function standardOutput(fd: StandardFd): LogOutput {
  let output = outputs.get(fd)
  if (output === undefined) {
    // Standard output is for what was asked for: what it loses is told on standard error.
    const made = new LogOutput(standardSink(fd), { loss: standardLoss, tellsLoss: fd === 2 })
    process.once('exit', () => made.flushLast())
    outputs.set(fd, made)
    output = made
  }
  return output
}

/** Resolves once what was logged is written, or as soon as it cannot be. */
export async function flushLog(): Promise<void> {
  await Promise.all([...outputs.values()].map((output) => output.flush()))
}
