import { useSyncExternalStore } from 'react'
import { decodeToken } from '../../../text/decode-token.js'
import {
  currentToken,
  getSession,
  subscribeSession,
  type Session,
} from '../../../session/session.js'

/** How many drafts are remembered. The oldest is dropped first. */
const MAX_DRAFTS = 100

/** Text that was written but not sent, by its chat. It is lost when the page closes. */
const drafts = new Map<string, string>()
const listeners = new Set<() => void>()

function change(): void {
  for (const listener of listeners) listener()
}

/** Whose drafts these are. A caller with a new token is the same owner. */
function ownerOf(session: Session): string {
  const token = currentToken(session) ?? ''
  const decoded = decodeToken(token)
  const { iss, sub }: { iss?: unknown; sub?: unknown } = 'claims' in decoded ? decoded.claims : {}
  return JSON.stringify([session.baseUrl, sub === undefined ? token : [iss, sub]])
}

let owner = ownerOf(getSession())

subscribeSession(() => {
  const next = ownerOf(getSession())
  if (next === owner) return
  owner = next
  drafts.clear()
  change()
})

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

/** The key of a chat with an agent, in a thread or before its first question. */
export function placeOf(agentId: string, threadId = ''): string {
  return `${agentId}/${threadId}`
}

/** The draft of a chat. */
export function readDraft(place: string): string {
  return drafts.get(place) ?? ''
}

/** Stores the draft of a chat. */
export function writeDraft(place: string, text: string): void {
  drafts.delete(place)
  if (text !== '') drafts.set(place, text)
  const [oldest] = drafts.keys()
  if (drafts.size > MAX_DRAFTS && oldest !== undefined) drafts.delete(oldest)
  change()
}

/** The draft of a chat. The component is rendered again when it changes. */
export function useDraft(place: string): string {
  return useSyncExternalStore(subscribe, () => readDraft(place))
}
