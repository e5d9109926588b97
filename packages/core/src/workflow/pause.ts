/** The most that a timer of Node.js takes, in milliseconds. */
const MAX_TIMER_MS = 2_147_483_647

/** Waits until a time, in milliseconds since 1970, or until the signal fires. Never throws. */
export async function pause(until: number, signal: AbortSignal): Promise<void> {
  for (;;) {
    const left = until - Date.now()
    if (left <= 0 || signal.aborted) return
    await new Promise<void>((resolve) => {
      const end = () => {
        clearTimeout(timer)
        signal.removeEventListener('abort', end)
        resolve()
      }
      const timer = setTimeout(end, Math.min(left, MAX_TIMER_MS))
      signal.addEventListener('abort', end, { once: true })
    })
  }
}
