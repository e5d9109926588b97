const listeners = new Set<() => void>()
let blocked = false

/** Notes from now on when the policy of the page blocks a request. */
export function watchPolicy(): void {
  document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) => {
    if (effectiveDirective !== 'connect-src') return
    blocked = true
    for (const listener of listeners) listener()
  })
}

/** Whether the policy of the page has blocked a request since the page was opened. */
export function isBlocked(): boolean {
  return blocked
}

/** Calls a listener when a request is blocked, which is after it failed. @returns the function that unsubscribes it */
export function subscribeBlocked(listener: () => void): () => void {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}
