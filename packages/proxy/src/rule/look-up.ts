import { ownMember } from '@signet/auth/internal'
import type { ThingKind, ThingState } from '../policy/route-policy.js'
import type { AskedAnswer, RuleContext } from './context.js'
import { notFound, PolicyRefusal } from './refusal.js'

/** A thing that a request names, with the agent whose memory holds it; without one, the memory of the application. */
export interface Thing {
  readonly kind: ThingKind
  readonly id: string
  readonly agentId: string | undefined
}

/** Who has a thing: the caller, somebody else, or nobody. */
type Holder = 'another' | 'caller' | 'nobody'

const MAX_IDS = 100

function member(value: unknown, path: string): unknown {
  return path.split('.').reduce(ownMember, value)
}

/** Who holds what an answer speaks of. What has no owner is another's: it is not the caller's. */
function holderOf(answer: AskedAnswer, at: string, ownerKey: string): Holder {
  if (answer.status === 404) return 'nobody'
  if (answer.status === 403) return 'another'
  if (answer.status === 200) {
    // Some stores answer null for what they do not have.
    if (answer.body === null) return 'nobody'
    return member(answer.body, at) === ownerKey ? 'caller' : 'another'
  }
  throw new PolicyRefusal(
    'upstream_failed',
    `The upstream answered ${answer.status} to the question whose something is.`,
  )
}

async function holderOfThread(id: string, agentId: string | undefined, context: RuleContext) {
  const query = agentId === undefined ? '' : `?agentId=${encodeURIComponent(agentId)}`
  const path = `${context.prefix}/memory/threads/${encodeURIComponent(id)}${query}`
  const answer = await context.ask(path)
  // An agent without a memory has no threads.
  if (answer.status === 400) return 'nobody'
  return holderOf(answer, 'resourceId', context.caller.ownerKey)
}

async function holderAt(path: string, at: string, context: RuleContext): Promise<Holder> {
  const answer = await context.ask(context.prefix + path)
  return holderOf(answer, at, context.caller.ownerKey)
}

async function holderOfConversation(id: string, context: RuleContext): Promise<Holder> {
  return holderAt(`/v1/conversations/${encodeURIComponent(id)}`, 'thread.resourceId', context)
}

/** A response belongs to whom its conversation belongs to. */
async function holderOfResponse(id: string, context: RuleContext): Promise<Holder> {
  const answer = await context.ask(`${context.prefix}/v1/responses/${encodeURIComponent(id)}`)
  if (answer.status !== 200) return holderOf(answer, 'conversation_id', context.caller.ownerKey)
  const conversation = ownMember(answer.body, 'conversation_id')
  if (typeof conversation !== 'string') return 'another'
  return holderOfConversation(conversation, context)
}

async function findHolder({ kind, id, agentId }: Thing, context: RuleContext): Promise<Holder> {
  switch (kind) {
    case 'thread':
      return holderOfThread(id, agentId, context)
    case 'conversation':
      return holderOfConversation(id, context)
    case 'response':
      return holderOfResponse(id, context)
    case 'schedule':
      return holderAt(`/schedules/${encodeURIComponent(id)}`, 'resourceId', context)
    case 'message':
      throw new TypeError('Messages are looked up together.')
  }
}

/**
 * Refuses a thing that is not in the state that it must be in.
 * @returns whether it does not exist yet
 * @throws {PolicyRefusal} `not_found`, the same for what another has and for what nobody has; `upstream_failed`
 */
export async function requireState(
  thing: Thing,
  must: ThingState,
  context: RuleContext,
): Promise<boolean> {
  const holder = await findHolder(thing, context)
  const isMet = (holder === 'caller' && must !== 'new') || (holder === 'nobody' && must !== 'own')
  if (!isMet) throw notFound(`The ${thing.kind} is held by ${holder}, and must be ${must}.`)
  return holder === 'nobody'
}

function entriesOf(answer: AskedAnswer, name: string, ownerKey: string): readonly unknown[] {
  if (answer.status !== 200) return []
  const list = ownMember(answer.body, name)
  const entries: readonly unknown[] = Array.isArray(list) ? list : []
  return entries.filter((entry) => ownMember(entry, 'resourceId') === ownerKey)
}

/** The threads of the caller that are read for a message: those that changed last. */
const MAX_THREADS = 50
const THREAD_QUERY = `page=0&perPage=${MAX_THREADS}&orderBy[field]=updatedAt&orderBy[direction]=DESC`
/** Pages of 100 messages, over all of those threads. */
const MAX_PAGES = 100
const PAGE_SIZE = 100

/** Takes from the ids those that a thread of the caller has. @returns how many pages it took */
async function findInThread(
  wanted: Set<unknown>,
  thread: string,
  agent: string,
  pages: number,
  context: RuleContext,
): Promise<number> {
  const base = `${context.prefix}/memory/threads/${encodeURIComponent(thread)}/messages`
  for (let page = 0; page < pages; page++) {
    // Each page is asked for only where the one before it did not hold all.
    const answer = await context.ask(`${base}?page=${page}&perPage=${PAGE_SIZE}${agent}`)
    for (const entry of entriesOf(answer, 'messages', context.caller.ownerKey))
      wanted.delete(ownMember(entry, 'id'))
    if (wanted.size === 0 || ownMember(answer.body, 'hasMore') !== true) return page + 1
  }
  return pages
}

/**
 * Refuses ids of messages of which one is not in a thread of the caller. The upstream says of no message whose it is: so
 * the threads of the caller are read, the 50 that changed last, and at most 10000 messages of them. What is not among
 * those is not found.
 * @throws {PolicyRefusal} `not_found`, `upstream_failed`; `request_invalid` for more than 100 ids
 */
export async function requireOwnMessages(
  ids: readonly string[],
  agentId: string | undefined,
  context: RuleContext,
): Promise<void> {
  const wanted = new Set<unknown>(ids)
  if (wanted.size > MAX_IDS)
    throw new PolicyRefusal('request_invalid', `A request names at most ${MAX_IDS} messages.`)
  if (wanted.size === 0) return
  const { ownerKey } = context.caller
  const agent = agentId === undefined ? '' : `&agentId=${encodeURIComponent(agentId)}`
  const threads = await context.ask(
    `${context.prefix}/memory/threads?${THREAD_QUERY}&resourceId=${ownerKey}${agent}`,
  )
  let pages = MAX_PAGES
  for (const entry of entriesOf(threads, 'threads', ownerKey).slice(0, MAX_THREADS)) {
    const thread = ownMember(entry, 'id')
    if (typeof thread !== 'string' || pages <= 0) continue
    pages -= await findInThread(wanted, thread, agent, pages, context)
    if (wanted.size === 0) return
  }
  throw notFound('A message is not one of the caller.')
}
