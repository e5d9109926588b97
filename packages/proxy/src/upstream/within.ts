import { RequestError } from '@signet/server'

/**
 * Does work at the upstream that may take so long, and no longer than the request that it is for.
 *
 * A timer of its own, because a signal of `AbortSignal.timeout` that only `AbortSignal.any` refers to is collected as
 * garbage in Node.js 20, and then never fires.
 *
 * @param signal - of the request that the work is for; null where it is for none
 * @param ms - in milliseconds
 * @throws {RequestError} `upstream_timeout`
 * @throws what the signal was aborted with, and what the work throws in time
 */
export async function within<Value>(
  signal: AbortSignal | null,
  ms: number,
  work: (signal: AbortSignal) => Promise<Value>,
): Promise<Value> {
  const controller = new AbortController()
  const late = new RequestError('upstream_timeout', 'A look-up at the application took too long.')
  const timer = setTimeout(() => controller.abort(late), ms).unref()
  const end = () => controller.abort(signal?.reason)
  if (signal?.aborted === true) end()
  else signal?.addEventListener('abort', end)
  try {
    return await work(controller.signal)
  } catch (error) {
    throw controller.signal.aborted ? controller.signal.reason : error
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', end)
  }
}
