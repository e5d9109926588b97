/** Whether a failed call of a model might do better the next time, as its provider says. */
function isRetryable(error: unknown): boolean {
  return error instanceof Error && Reflect.get(error, 'isRetryable') === true
}

/**
 * Calls a model again where its provider says that this may help: after 2 seconds, then 4 and so on, or when the
 * provider's `Retry-After` says. The AI SDK does the waiting, and is loaded only then.
 *
 * @param maxRetries - whole number from 0; default: 2
 * @param abortSignal - ends the waiting, with its reason
 * @throws what the call throws; after a retry an `AI_RetryError` with all that was thrown
 */
export async function withRetries<Value>(
  call: () => PromiseLike<Value>,
  maxRetries: number | undefined,
  abortSignal: AbortSignal,
): Promise<Value> {
  try {
    return await call()
  } catch (first) {
    if (maxRetries === 0 || !isRetryable(first)) throw first
    const { prepareRetries } = await import('ai/internal')
    const { retry } = prepareRetries({ maxRetries, abortSignal })
    let isFirst = true
    return await retry(async () => {
      if (!isFirst) return await call()
      isFirst = false
      throw first
    })
  }
}
