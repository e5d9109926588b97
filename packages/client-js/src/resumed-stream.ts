import { wait } from './abort.js'
import type { AgentChunk } from './chunk.js'
import { MastraClientError } from './error.js'
import { readChunks } from './event-stream.js'
import type { Api, OpenResponse } from './request.js'
import { retryDelay } from './retry.js'

/** How an answer is looked for whose connection broke: some ten seconds, from its last chunk on. */
const RETRY = { retries: 8, backoffMs: 200, maxBackoffMs: 2000 }

/** An answer that goes on without its client. */
export interface OngoingAnswer {
  readonly api: Api
  /** Of its agent. */
  readonly path: readonly string[]
  readonly runId: string
  readonly signal: AbortSignal | undefined
}

/** Opens the chunks of an answer from an index on. @throws {MastraClientError} */
export function openObservation(
  { api, path, runId, signal }: OngoingAnswer,
  offset: number,
): Promise<OpenResponse> {
  const body = { runId, offset }
  return api.open({ method: 'POST', path: [...path, 'observe'], body, signal })
}

function isMissing(error: unknown): boolean {
  return MastraClientError.isInstance(error) && error.status === 404
}

/**
 * Opens an answer anew whose connection broke. It is never asked for anew.
 * @param broken - why it broke
 * @param tries - how often it was opened since its last chunk
 * @throws {MastraClientError} why it broke, where the server has no such answer, or what it says in the end
 */
async function reopen(
  answer: OngoingAnswer,
  offset: number,
  broken: unknown,
  tries: number,
): Promise<OpenResponse> {
  let failure = broken
  for (let count = tries; ; count++) {
    const delay = retryDelay(failure, count, RETRY)
    if (delay === undefined) throw failure
    await wait(delay, answer.signal)
    try {
      return await openObservation(answer, offset)
    } catch (error) {
      failure = isMissing(error) ? broken : error
      if (failure === broken) throw broken
    }
  }
}

/**
 * Asks for an answer that goes on without its client. Where the connection fails, the request may have arrived: then the
 * answer is looked for by its id.
 */
export async function openResumable(
  answer: OngoingAnswer,
  open: () => Promise<OpenResponse>,
): Promise<OpenResponse> {
  try {
    return await open()
  } catch (error) {
    if (!MastraClientError.isInstance(error) || error.code !== 'network_failed') throw error
    return await reopen(answer, 0, error, 0)
  }
}

/** The chunks of an answer, each once, over as many connections as it takes. */
export async function* readResumed(
  answer: OngoingAnswer,
  first: OpenResponse,
): AsyncGenerator<AgentChunk, undefined> {
  let opened = first
  let offset = 0
  for (let tries = 0; ; tries++) {
    let broken: unknown
    try {
      for await (const chunk of readChunks<AgentChunk>(opened)) {
        offset++
        tries = 0
        yield chunk
      }
      return
    } catch (error) {
      if (!MastraClientError.isInstance(error) || error.code !== 'stream_cut') throw error
      broken = error
    }
    opened = await reopen(answer, offset, broken, tries)
  }
}
