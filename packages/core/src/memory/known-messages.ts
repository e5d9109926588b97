import type { ModelMessage } from 'ai'
import type { AskedMessage } from '../message/messages.js'
import { ownId } from './own-id.js'
import { readInvocation } from './recall.js'
import type { MemoryMessage, MemoryStorage, MessagePlace } from './storage.js'
import { readUnanswered } from './unanswered.js'

// Chats send the whole conversation in each turn, each message with its id. What the thread has already is not asked, told
// or stored again.

/** A question without what its thread has already. */
export interface NewQuestion {
  /** What is to be asked and stored. The ids are those to store under. */
  readonly question: readonly AskedMessage[]
  /** What the model is shown before it. */
  readonly history: readonly MemoryMessage[]
}

/** Where the thread is whose messages may be known. */
export interface KnownThread {
  readonly storage: MemoryStorage
  readonly owner: string
  readonly threadId: string
  /** Its newest messages. */
  readonly remembered: readonly MemoryMessage[]
}

/** Whether a stored message can be what a client sends under its id. */
function isSame(place: MessagePlace, threadId: string, { role }: ModelMessage): boolean {
  const isOfUser = place.role === 'user'
  return place.threadId === threadId && isOfUser === (role === 'user')
}

/** A message of a question, and where the thread has it. */
interface Sent extends AskedMessage {
  readonly place: MessagePlace | undefined
}

/** Looks up where the messages stand that their client names. What is remembered need not be looked for. */
async function locate(
  question: readonly AskedMessage[],
  { storage, owner, threadId, remembered }: KnownThread,
): Promise<readonly Sent[]> {
  const places = new Map<string, MessagePlace>()
  for (const { id, role, content } of remembered) {
    places.set(id, { id, threadId, role, unanswered: readUnanswered(content) })
  }
  const look = async (ids: readonly string[]) => {
    const unknown = ids.filter((id) => !places.has(id))
    if (unknown.length === 0) return
    for (const place of await storage.findMessages(owner, unknown)) places.set(place.id, place)
  }
  await look(question.flatMap(({ id }) => id ?? []))
  const elsewhere: string[] = []
  const named = question.map(({ message, id }) => {
    const place = id === undefined ? undefined : places.get(id)
    if (place === undefined || isSame(place, threadId, message)) return { message, id }
    const other = ownId(threadId, place.id)
    elsewhere.push(other)
    return { message, id: other }
  })
  await look(elsewhere)
  return named.map(({ message, id }) => {
    const place = id === undefined ? undefined : places.get(id)
    return { message, id, place }
  })
}

/** The messages of the user at the end of a question, which it asks; that before them is what was said. */
function findAsked(sent: readonly Sent[]): ReadonlySet<Sent> {
  const start = sent.findLastIndex(({ message }) => message.role !== 'user') + 1
  const asked = sent.slice(start)
  const last = asked.at(-1)
  // Those before the last one count again only where they were never answered.
  return new Set(asked.filter((each) => each === last || each.place?.unanswered !== undefined))
}

/** The ids of the remembered calls that wait for a result. */
function waitingCalls(remembered: readonly MemoryMessage[]): ReadonlySet<string> {
  const calls = remembered.flatMap(({ content }) => content.parts.map(readInvocation))
  return new Set(calls.flatMap((call) => (call?.isAnswered === false ? call.toolCallId : [])))
}

function callsOf({ role, content }: ModelMessage): readonly string[] {
  if (role !== 'assistant' || typeof content === 'string') return []
  return content.flatMap((part) => (part.type === 'tool-call' ? [part.toolCallId] : []))
}

/** Whether memory has what was said behind one of its messages, be it under another id or not any more. */
function hasSequel(place: MessagePlace, remembered: readonly MemoryMessage[]): boolean {
  const index = remembered.findIndex(({ id }) => id === place.id)
  const next = remembered[index + 1]
  if (index < 0 || place.unanswered !== undefined) return true
  return next !== undefined && next.role !== 'user'
}

/** Leaves out what the thread has, but for what is asked and results that its calls wait for. */
function dropKnown(
  sent: readonly Sent[],
  asked: ReadonlySet<Sent>,
  remembered: readonly MemoryMessage[],
): AskedMessage[] {
  const waiting = waitingCalls(remembered)
  const dropped = new Set<string>()
  const kept: AskedMessage[] = []
  let isKnown = false
  for (const each of sent) {
    const { message, id, place } = each
    if (message.role === 'tool') {
      const content = message.content.filter(
        (part) =>
          part.type !== 'tool-result' ||
          waiting.has(part.toolCallId) ||
          !dropped.has(part.toolCallId),
      )
      if (content.length > 0) kept.push({ id, message: { ...message, content } })
      continue
    }
    if (place !== undefined) isKnown = hasSequel(place, remembered)
    else if (message.role === 'user') isKnown = false
    const isNew = place === undefined && !isKnown
    if (isNew || asked.has(each)) kept.push({ message, id })
    else for (const call of callsOf(message)) dropped.add(call)
  }
  return kept
}

/** What was said before a question that the thread has already; all of it before one that is new, or has no answer. */
function historyBefore(
  asked: ReadonlySet<Sent>,
  remembered: readonly MemoryMessage[],
): readonly MemoryMessage[] {
  const known = [...asked].flatMap(({ place }) => (place === undefined ? [] : [place]))
  const answered = known.find(({ unanswered }) => unanswered === undefined)
  if (answered === undefined) {
    const ids = new Set(known.map(({ id }) => id))
    return ids.size === 0 ? remembered : remembered.filter(({ id }) => !ids.has(id))
  }
  return remembered.slice(
    0,
    Math.max(
      0,
      remembered.findIndex(({ id }) => id === answered.id),
    ),
  )
}

/** Tells what of a question is new to its thread. A question without ids is all new, and nothing is looked up for it. */
export async function findNew(
  question: readonly AskedMessage[],
  thread: KnownThread,
): Promise<NewQuestion> {
  const { remembered } = thread
  if (question.every(({ id }) => id === undefined)) return { question, history: remembered }
  const sent = await locate(question, thread)
  const asked = findAsked(sent)
  return {
    question: dropKnown(sent, asked, remembered),
    history: historyBefore(asked, remembered),
  }
}
