import type { OptionNames } from '@signet/auth'
import { refuseUnknown } from '@signet/auth/internal'
import type { AgentChunk, PublicError } from '../answer/chunk.js'
import { InputError } from '../error.js'
import { RequestContext } from '../request-context.js'
import { followRun, type FollowEnd, type FollowOptions } from '../run/follow-run.js'
import { runOwner } from '../run/person.js'
import { RunError } from '../run/run-error.js'
import type { RunStorage } from '../run/run-storage.js'

/** Which answer is observed. */
export interface ObserveOptions {
  readonly runId: string
  /** The index of the first chunk that is wanted. Default: 0 */
  readonly offset?: number | undefined
  /** Who asks. Default: the application itself. */
  readonly requestContext?: RequestContext | undefined
  /** Ends the observation, and not the answer. */
  readonly abortSignal?: AbortSignal | undefined
}

const OPTIONS: OptionNames<ObserveOptions> = {
  runId: true,
  offset: true,
  requestContext: true,
  abortSignal: true,
}

/** The chunks of an answer from an index on, and those that come. */
export interface RunReplay {
  readonly runId: string
  /** Each is the JSON of an `AgentChunk`. It can be read once. */
  readonly events: AsyncIterable<string>
}

/** How an answer ends whose chunks are not all there; undefined where they are. */
const CUT: Readonly<Record<FollowEnd, PublicError | undefined>> = {
  over: undefined,
  stopped: undefined,
  full: {
    name: 'Error',
    message: 'The answer has more chunks than are kept. Its thread has the answer.',
    code: 'stream_too_large',
  },
  interrupted: {
    name: 'Error',
    message: 'The server ended while the answer went on.',
    code: 'interrupted',
  },
  gone: {
    name: 'Error',
    message: 'The chunks of the answer are kept no longer.',
    code: 'not_found',
  },
}

async function* toEvents(options: FollowOptions): AsyncGenerator<string, undefined> {
  const error = CUT[yield* followRun(options)]
  if (error === undefined) return
  const { runId } = options
  const chunk: AgentChunk = { type: 'error', runId, from: 'AGENT', payload: { error } }
  yield JSON.stringify(chunk)
}

/** The chunks of a run from an index on, read once; they end at once where their reader stops. */
export function replay(
  { runs, owner, runId, from }: Omit<FollowOptions, 'signal'>,
  abortSignal?: AbortSignal,
): AsyncIterableIterator<string, undefined> {
  const ending = new AbortController()
  const signals = abortSignal === undefined ? [ending.signal] : [ending.signal, abortSignal]
  const events = toEvents({ runs, owner, runId, from, signal: AbortSignal.any(signals) })
  const iterator: AsyncIterableIterator<string, undefined> = {
    next: () => events.next(),
    return() {
      ending.abort()
      return events.return(undefined)
    },
    [Symbol.asyncIterator]: () => iterator,
  }
  return iterator
}

function checkOffset(offset: unknown): number {
  if (typeof offset === 'number' && Number.isSafeInteger(offset) && offset >= 0) return offset
  throw new InputError('The options cannot be used.', [
    { field: 'offset', message: 'It must be a whole number of at least 0.' },
  ])
}

/**
 * Finds an answer of a caller that goes on without its reader, or did.
 * @throws {RunError} `run_missing` where the caller has none of this agent, or its chunks are not kept
 * @throws {InputError} for an offset that can be none
 * @throws what the storage throws
 */
export async function observeRun(
  runs: RunStorage,
  agentId: string,
  options: ObserveOptions,
): Promise<RunReplay> {
  refuseUnknown('An observation', options, OPTIONS)
  const { runId, offset = 0, requestContext = new RequestContext(), abortSignal } = options
  const owner = runOwner(requestContext)
  const from = checkOffset(offset)
  const found = await runs.readEvents(owner, runId, from)
  if (found?.run.kind !== 'agent' || found.run.target !== agentId) {
    throw new RunError('run_missing', 'The caller has no such answer that goes on by itself.')
  }
  return { runId, events: replay({ runs, owner, runId, from }, abortSignal) }
}

/** Which answer is to end. */
export interface CancelOptions {
  readonly runId: string
  /** Who asks. Default: the application itself. */
  readonly requestContext?: RequestContext | undefined
}

/**
 * Ends an answer that goes on without its reader, or waits.
 * @returns false where it has ended
 * @throws {RunError} `run_missing` where the caller has none of this id of this agent
 */
export async function cancelRun(
  runs: RunStorage,
  agentId: string,
  runId: string,
  requestContext: RequestContext,
): Promise<boolean> {
  const owner = runOwner(requestContext)
  const run = await runs.get(owner, runId)
  if (run?.kind !== 'agent' || run.target !== agentId) {
    throw new RunError('run_missing', 'The caller has no such answer that goes on or waits.')
  }
  return await runs.cancel(owner, runId)
}
