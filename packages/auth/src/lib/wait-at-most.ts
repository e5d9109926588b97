/**
 * Waits for work, but no longer than this; what it does later is left alone.
 *
 * @param ms - how long it is waited for, in milliseconds
 * @param options.late - what is resolved to once the time is up. Default: undefined
 * @param options.keepsAlive - whether the process stays alive for the wait. Default: false
 * @throws what the work rejects with in time
 */
export async function waitAtMost<Value, Late = undefined>(
  work: Promise<Value>,
  ms: number,
  {
    late,
    keepsAlive = false,
  }: { readonly late?: Late | undefined; readonly keepsAlive?: boolean | undefined } = {},
): Promise<Value | Late | undefined> {
  let timer: NodeJS.Timeout | undefined
  const timeUp = new Promise<Late | undefined>((resolve) => {
    timer = setTimeout(() => resolve(late), ms)
    if (!keepsAlive) timer.unref()
  })
  try {
    return await Promise.race([work, timeUp])
  } finally {
    clearTimeout(timer)
  }
}
