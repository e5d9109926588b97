const listeners = new Set<() => void>()
let blocked = false

/** Notes whether the policy of the page has held back a request. */
export function watchPolicy(): void {
  document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) => {
    if (effectiveDirective !== 'connect-src') return
    blocked = true
    for (const listener of listeners) listener()
  })
}

/** Whether the policy of the page has held back a request since it was opened. */
export function isBlocked(): boolean {
  return blocked
}

/** Calls a listener once it has, until what it returns is called: the request fails before that. */
export function subscribeBlocked(listener: () => void): () => void {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}
