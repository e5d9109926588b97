import { useSyncExternalStore } from 'react'
import { decodeToken } from '../../../text/decode-token.js'
import {
  currentToken,
  getSession,
  subscribeSession,
  type Session,
} from '../../../session/session.js'

/** How many drafts are remembered: the oldest goes first. */
const MAX_DRAFTS = 100

/** What was written and not sent, by the chats that it was written in. It does not outlive the page. */
const drafts = new Map<string, string>()
const listeners = new Set<() => void>()

function change(): void {
  for (const listener of listeners) listener()
}

/** Whose drafts they are. Another token of the same caller is not another owner. */
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

/** The place of a chat with an agent, in a thread or before its first question. */
export function placeOf(agentId: string, threadId = ''): string {
  return `${agentId}/${threadId}`
}

/** What is written in a chat now. */
export function readDraft(place: string): string {
  return drafts.get(place) ?? ''
}

/** Remembers what is written in a chat. */
export function writeDraft(place: string, text: string): void {
  drafts.delete(place)
  if (text !== '') drafts.set(place, text)
  const [oldest] = drafts.keys()
  if (drafts.size > MAX_DRAFTS && oldest !== undefined) drafts.delete(oldest)
  change()
}

/** What is written in a chat; the component follows it. */
export function useDraft(place: string): string {
  return useSyncExternalStore(subscribe, () => readDraft(place))
}
