import { getSession, type Session } from './session.js'

/** What was refused, and who is to be asked for another token. */
export interface Renewal {
  /** The code of the refusal. */
  readonly code: string
}

const listeners = new Set<() => void>()
let open: { readonly renewal: Renewal; readonly promise: Promise<boolean> } | undefined
let settle: (isRenewed: boolean) => void = () => undefined
/** The session for which the reader did not want to give another token. */
let declined: Session | undefined

function change(): void {
  for (const listener of listeners) listener()
}

/** What is asked of the reader now: the same object for as long as nothing changes. */
export function getRenewal(): Renewal | undefined {
  return open?.renewal
}

/** Calls a listener at each change, until what it returns is called. */
export function subscribeRenewal(listener: () => void): () => void {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

/**
 * Asks the reader for another token; all who ask at the same time wait for the one answer.
 * @param isWanted - whether the reader did something themselves; else one refusal of theirs is enough
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

/** Ends the question. */
export function answerRenewal(isRenewed: boolean): void {
  if (!open) return
  if (!isRenewed) declined = getSession()
  open = undefined
  settle(isRenewed)
  change()
}
