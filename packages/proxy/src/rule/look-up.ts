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
 * @throws {PolicyRefusal} `not_found`, the same for what another has and for what nobody has; `upstream_failed`
 */
export async function requireState(
  thing: Thing,
  must: ThingState,
  context: RuleContext,
): Promise<void> {
  const holder = await findHolder(thing, context)
  const isMet = (holder === 'caller' && must !== 'new') || (holder === 'nobody' && must !== 'own')
  if (!isMet) throw notFound(`The ${thing.kind} is held by ${holder}, and must be ${must}.`)
}

function idsOfList(value: unknown, isOwn: (entry: unknown) => boolean): ReadonlySet<unknown> {
  const entries: readonly unknown[] = Array.isArray(value) ? value : []
  return new Set(entries.filter(isOwn).map((entry) => ownMember(entry, 'id')))
}

/**
 * Refuses ids of messages of which one is not in a thread of the caller. The upstream finds a message by its id from any
 * thread; so they are asked for from one of the caller's, and must each name the caller as their owner.
 * @throws {PolicyRefusal} `not_found`, `upstream_failed`; `request_invalid` for more than 100 ids
 */
export async function requireOwnMessages(
  ids: readonly string[],
  agentId: string | undefined,
  context: RuleContext,
): Promise<void> {
  const asked = [...new Set(ids)]
  if (asked.length > MAX_IDS)
    throw new PolicyRefusal('request_invalid', `A request names at most ${MAX_IDS} messages.`)
  if (asked.length === 0) return
  const { ownerKey } = context.caller
  const isOwn = (entry: unknown) => ownMember(entry, 'resourceId') === ownerKey
  const agent = agentId === undefined ? '' : `&agentId=${encodeURIComponent(agentId)}`
  const threads = await context.ask(
    `${context.prefix}/memory/threads?page=0&perPage=1&resourceId=${ownerKey}${agent}`,
  )
  const [thread] = idsOfList(ownMember(threads.body, 'threads'), isOwn)
  if (threads.status !== 200 || typeof thread !== 'string')
    throw notFound('The caller has no thread, and so no message.')
  const include = encodeURIComponent(JSON.stringify(asked.map((id) => ({ id }))))
  const found = await context.ask(
    `${context.prefix}/memory/threads/${encodeURIComponent(thread)}/messages?page=0&perPage=1&include=${include}${agent}`,
  )
  const own = idsOfList(ownMember(found.body, 'messages'), isOwn)
  if (found.status !== 200 || !asked.every((id) => own.has(id)))
    throw notFound('A message is not one of the caller.')
}
