import { getSession, serverUrl } from '../session/session.js'

/** How long to wait before the server is asked again, in ms: twice as long each time, up to the longest. */
const FIRST_WAIT_MS = 500
const MAX_WAIT_MS = 4000
/** For how long one question may take, in ms. */
const PATIENCE_MS = 5000

const listeners = new Set<() => void>()
let isAway = false

function change(next: boolean): void {
  if (isAway === next) return
  isAway = next
  for (const listener of listeners) listener()
}

/** Whether the last request had no answer of the server. It is asked until it answers. */
export function isServerAway(): boolean {
  return isAway
}

/** Calls a listener whenever the server went away or came back, until what it returns is called. */
export function subscribeServerAway(listener: () => void): () => void {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

/** Whether a proxy answered in place of its server, whose own answers have an id. */
function isOfProxy({ status, headers }: Response): boolean {
  return status >= 502 && status <= 504 && !headers.has('x-request-id')
}

/** Notes an answer. */
export function noteAnswer(response: Response): void {
  if (isOfProxy(response)) noteNoAnswer()
  else change(false)
}

/** Notes that a request had no answer, and asks from now on whether the server is back. */
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

/** Asks the server for what anyone may know. @returns whether it answered */
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

/** Resolves once the server answers. */
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
