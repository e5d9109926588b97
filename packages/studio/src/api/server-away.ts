import { getSession, serverUrl } from '../session/session.js'

/** How long to wait before asking the server again, in ms. Each wait is twice as long, up to the longest. */
const FIRST_WAIT_MS = 500
const MAX_WAIT_MS = 4000
/** How long to wait for one response, in ms. */
const PATIENCE_MS = 5000

const listeners = new Set<() => void>()
let isAway = false

function change(next: boolean): void {
  if (isAway === next) return
  isAway = next
  for (const listener of listeners) listener()
}

/** Whether the last request got no response from the server. The page asks until the server responds. */
export function isServerAway(): boolean {
  return isAway
}

/** Calls a listener when the server stops or starts responding. @returns the function that unsubscribes it */
export function subscribeServerAway(listener: () => void): () => void {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

/** Whether the response is of a proxy. Responses of the server itself have an id. */
function isOfProxy({ status, headers }: Response): boolean {
  return status >= 502 && status <= 504 && !headers.has('x-request-id')
}

/** Notes a response. */
export function noteAnswer(response: Response): void {
  if (isOfProxy(response)) noteNoAnswer()
  else change(false)
}

/** Notes that a request got no response, and asks from now on whether the server is back. */
export function noteNoAnswer(): void {
  if (isAway) return
  change(true)
  void askUntilBack()
}

async function askUntilBack(): Promise<void> {
  for (let wait = FIRST_WAIT_MS; isServerAway(); wait = Math.min(wait * 2, MAX_WAIT_MS)) {
    await new Promise((resolve) => setTimeout(resolve, wait))
    if (isServerAway()) await askServer()
  }
}

/** Sends a request that needs no token. @returns whether the server responded */
export async function askServer(): Promise<boolean> {
  try {
    const url = `${serverUrl()}${getSession().prefix}/auth/capabilities`
    const signal = AbortSignal.timeout(PATIENCE_MS)
    noteAnswer(await fetch(url, { cache: 'no-store', redirect: 'error', signal }))
  } catch {
    noteNoAnswer()
  }
  return !isAway
}

/** Resolves once the server responds. */
export function untilServerIsBack(): Promise<void> {
  return new Promise((resolve) => {
    if (!isAway) return resolve()
    const unsubscribe = subscribeServerAway(() => {
      if (isAway) return
      unsubscribe()
      resolve()
    })
  })
}
