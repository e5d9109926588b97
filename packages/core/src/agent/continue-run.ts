import { randomUUID } from 'node:crypto'
import { codeOf } from '@signet/auth/internal'
import { ABSENT_PROMISES } from '../answer/absent-promises.js'
import type { AgentOutput, RunFacts } from '../answer/answer.js'
import type { AgentChunk } from '../answer/chunk.js'
import type { AgentStream, AnswerListener } from '../answer/stream.js'
import type { Logger } from '../log/logger.js'
import type { RequestContext } from '../request-context.js'
import { peopleOf, runOwner } from '../run/person.js'
import { RunError } from '../run/run-error.js'
import type { RunRecorder } from '../run/run-recorder.js'
import type { RunStorage } from '../run/run-storage.js'
import { replay } from './observe-run.js'
import { LEASE_MS, RunLeg } from './run-leg.js'

const FAILED = { name: 'Error', message: 'The answer failed. The log of the server says why.' }

/** An answer that is to go on without its reader. */
export interface NewAnswer {
  readonly runs: RunStorage
  readonly agentId: string
  readonly requestContext: RequestContext
  readonly facts: RunFacts
  readonly logger: Logger
  /** Ends the answer, where its run is canceled or lost. */
  readonly end: (reason: Error) => void
}

/**
 * Stores the run of an answer that begins.
 * @throws {RunError} `run_exists`; `run_missing` for a stranger
 * @throws what the storage throws
 */
export async function beginRun(answer: NewAnswer): Promise<RunLeg> {
  const { runs, agentId, requestContext, facts, logger, end } = answer
  const { runId: id, thread } = facts
  const caller = { people: peopleOf(requestContext) }
  try {
    const lease = await runs.create(
      runOwner(requestContext),
      { id, kind: 'agent', target: agentId, ...thread, caller },
      { status: 'running', holder: randomUUID(), ttlMs: LEASE_MS },
    )
    if (lease !== undefined) return new RunLeg({ runs, lease, logger, end })
  } catch (cause) {
    if (codeOf(cause) !== 'run_exists') throw cause
  }
  throw new RunError('run_exists', 'A run of this id is there already. Leave runId out.')
}

/** Reads an answer to its end, and records each chunk. Never rejects. */
async function pump(
  { runId, fullStream }: AgentStream,
  recorder: RunRecorder,
  listeners: ReadonlySet<AnswerListener>,
): Promise<void> {
  try {
    for await (const chunk of fullStream) {
      for (const { onChunk } of listeners) onChunk(chunk)
      recorder.add(JSON.stringify(chunk))
    }
  } catch (error) {
    for (const { onError } of listeners) onError(error)
    recorder.add(
      JSON.stringify({ type: 'error', runId, from: 'AGENT', payload: { error: FAILED } }),
    )
  }
  await recorder.end()
}

async function* parse(events: AsyncIterable<string>): AsyncGenerator<AgentChunk> {
  // It was written here, by `pump`.
  for await (const event of events) yield JSON.parse(event) as AgentChunk
}

async function* readText(chunks: AsyncIterable<AgentChunk>): AsyncGenerator<string> {
  for await (const chunk of chunks) if (chunk.type === 'text-delta') yield chunk.payload.text
}

/**
 * Lets an answer go on whether or not somebody reads it. It begins by itself, once who was given it has had the time to
 * listen.
 *
 * @throws {AnswerError} where another leg of its run has begun
 * @throws what the storage throws
 */
export async function continueStream(answer: AgentStream, leg: RunLeg): Promise<AgentStream> {
  const { runId } = answer
  let recorder: RunRecorder
  try {
    recorder = await leg.record()
  } catch (error) {
    await answer.fullStream[Symbol.asyncIterator]().return?.()
    throw error
  }
  const listeners = new Set<AnswerListener>()
  const { runs, lease } = leg
  const events = replay({ runs, owner: lease.owner, runId, from: recorder.count })
  const ended = new Promise<void>((resolve) => {
    setImmediate(() => void pump(answer, recorder, listeners).then(resolve))
  })
  const fullStream = parse(events)
  const stream: AgentStream = {
    runId,
    fullStream,
    textStream: readText(fullStream),
    async getFullOutput(): Promise<AgentOutput> {
      await ended
      return await answer.getFullOutput()
    },
    ongoing: { events, ended, listen: (listener) => void listeners.add(listener) },
  }
  return Object.assign(Object.create(ABSENT_PROMISES) as AgentStream, stream)
}
