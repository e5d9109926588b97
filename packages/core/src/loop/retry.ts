/** What a server says that gave up waiting for another: behind it the model may have answered, and be paid. */
const GAVE_UP_WAITING: ReadonlySet<unknown> = new Set([504, 524])

/** Why a connection did not come about: nothing was asked over it. The last two are of Bun. */
const NOT_CONNECTED: ReadonlySet<unknown> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'ConnectionRefused',
  'FailedToOpenSocket',
])

/** An error may be a cause of itself. */
const MAX_CAUSES = 8

/** Whether an error says that a connection did not come about, or one of its causes does. */
function isNotConnected(error: Error): boolean {
  let cause: unknown = error
  for (let depth = 0; depth < MAX_CAUSES && cause instanceof Error; depth++) {
    const code: unknown = Reflect.get(cause, 'code')
    if (NOT_CONNECTED.has(code) || Reflect.get(cause, 'syscall') === 'connect') return true
    cause = cause.cause
  }
  return false
}

/**
 * Whether a failed call of a model might do better the next time, as its provider says, and cannot have been answered: a
 * connection that broke, or was given up, may have had an answer on its way that is paid.
 */
function isWorthAnother(error: unknown): boolean {
  if (!(error instanceof Error) || Reflect.get(error, 'isRetryable') !== true) return false
  const status: unknown = Reflect.get(error, 'statusCode')
  if (typeof status === 'number') return status >= 400 && !GAVE_UP_WAITING.has(status)
  // Without a cause it is the provider's own word, and not that of a connection.
  return error.cause === undefined || isNotConnected(error)
}

/** What a call came to that is not made again. */
type Outcome<Value> = { readonly value: Value } | { readonly error: unknown }

/**
 * Calls a model again where its provider says that this may help, and the call cannot have been answered: after 2
 * seconds, then 4 and so on, or when the provider's `Retry-After` says. The AI SDK does the waiting, and is loaded only then.
 *
 * @param maxRetries - whole number from 0; default: 2
 * @param abortSignal - ends the waiting, with its reason
 * @throws what the call throws that is not made again; after the last retry an `AI_RetryError` with all that was thrown
 */
export async function withRetries<Value>(
  call: () => PromiseLike<Value>,
  maxRetries: number | undefined,
  abortSignal: AbortSignal,
): Promise<Value> {
  try {
    return await call()
  } catch (first) {
    if (maxRetries === 0 || abortSignal.aborted || !isWorthAnother(first)) throw first
    const { prepareRetries } = await import('ai/internal')
    const { retry } = prepareRetries({ maxRetries, abortSignal })
    let isFirst = true
    const outcome = await retry(async (): Promise<Outcome<Value>> => {
      if (isFirst) {
        isFirst = false
        throw first
      }
      try {
        return { value: await call() }
      } catch (error) {
        if (isWorthAnother(error)) throw error
        return { error }
      }
    })
    if ('error' in outcome) throw outcome.error
    return outcome.value
  }
}
