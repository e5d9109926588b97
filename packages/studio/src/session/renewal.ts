import { getSession, type Session } from './session.js'

/** A request for another token. */
export interface Renewal {
  /** The code of the refusal. */
  readonly code: string
}

const listeners = new Set<() => void>()
let open: { readonly renewal: Renewal; readonly promise: Promise<boolean> } | undefined
let settle: (isRenewed: boolean) => void = () => undefined
/** The session for which the reader closed the dialog without another token. */
let declined: Session | undefined

function change(): void {
  for (const listener of listeners) listener()
}

/** The open request, if there is one. It is the same object until something changes. */
export function getRenewal(): Renewal | undefined {
  return open?.renewal
}

/** Calls a listener at each change. @returns the function that unsubscribes it */
export function subscribeRenewal(listener: () => void): () => void {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

/**
 * Asks the reader for another token. Callers at the same time share one request.
 * @param isWanted - whether the reader caused the request. If not, the reader is not asked again after declining once.
 * @returns whether the session has another token now
 */
export function askForToken(renewal: Renewal, isWanted: boolean): Promise<boolean> {
  if (open) return open.promise
  if (!isWanted && declined === getSession()) return Promise.resolve(false)
  const promise = new Promise<boolean>((resolve) => {
    settle = resolve
  })
  open = { renewal, promise }
  change()
  return promise
}

/** Ends the open request. */
export function answerRenewal(isRenewed: boolean): void {
  if (!open) return
  if (!isRenewed) declined = getSession()
  open = undefined
  settle(isRenewed)
  change()
}
