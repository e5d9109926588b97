import type { Principal } from '@signet/auth'
import type { ServerConfig } from '@signet/core'
import { networkOf } from '../http/address.js'
import type { Route } from '../route/route.js'
import {
  WINDOW_SECONDS,
  type Count,
  type Counter,
  type LimitPolicy,
  type LimitStanding,
} from './limit.js'
import { LimitError } from './limit-error.js'
import { BodyBudget } from './body-budget.js'
import type { CountBody } from './count-body.js'
import { createMemoryCounter } from './memory-counter.js'
import { createRedisCounter } from './redis-counter.js'
import type { RedisLink } from './redis-link.js'
import { readLimits, type LimitSettings } from './settings.js'
import { createSlots, type Slots } from './slots.js'

/** Whose request it is. */
interface Client {
  /** Undefined where there was no socket. */
  readonly address: string | undefined
  /** Undefined for a stranger. */
  readonly principal: Principal | undefined
}

/** A request that may go on. */
interface Admission {
  /** How the client stands with the limit that counted the request; undefined where nothing is told of that. */
  readonly standing: LimitStanding | undefined | Promise<LimitStanding | undefined>
  /** Gives back the slot of the request; undefined where it has none. To be called when the request is over. */
  readonly release: (() => void) | undefined
}

/** The bytes of one body. */
interface HeldBody {
  readonly count: CountBody
  /** The bytes are no longer held. To be called when the request is over. */
  readonly release: () => void
}

/** How often callers may ask. It is asked behind the gate, and before a byte of the body is read. */
export interface Limits {
  readonly settings: LimitSettings
  /** As whom a request counts: its principal; a stranger's, and any where callers are not told apart, by its network. */
  callerOf(client: Client): string
  /**
   * Counts a request of a known caller, and takes its slot.
   * @throws {LimitError} also by `standing`, where the count is not of this process
   */
  admit(client: Client, route: Route): Admission
  /** Begins to count the body of a request, also of a stranger's. */
  holdBody(client: Client): HeldBody
  /**
   * Counts a credential that was refused. No other refusal is counted so.
   * @returns a promise where the count is not of this process
   * @throws {LimitError} where too many of its address were refused
   */
  countRefused(client: Client): void | Promise<void>
  /**
   * Counts a request of a known caller who may not, or who asks for what there is not: like any request.
   * @throws {LimitError}
   */
  countDenied(client: Client): Admission['standing']
}

/** What limits stand on. */
export interface LimitOptions {
  readonly config: ServerConfig['limits']
  /** What stands before the names of options in messages. */
  readonly optionPath: string
  /** Whether callers are told apart: else limits are by address. */
  readonly isAuthEnabled: boolean
  /** Where the counts per minute are shared. Default: they are of this process. */
  readonly redis: RedisLink | undefined
}

interface MinuteLimit {
  readonly policy: LimitPolicy
  readonly counter: Counter
}

interface SlotLimit {
  readonly policy: LimitPolicy
  readonly slots: Slots
}

/**
 * Everything that may have a model or a tool at work, and what belongs to it. Routes of the application are requests like
 * others.
 */
function isAnswer({ access, isPrefixed }: Route): boolean {
  return isPrefixed && [access].flat().some((rule) => rule.split(':')[1] === 'execute')
}

function standingOf({ policy }: MinuteLimit, { used, resetsInMs }: Count): LimitStanding {
  const resetSeconds = Math.max(1, Math.ceil(resetsInMs / 1000))
  return { policy, remaining: Math.max(0, policy.quota - used), resetSeconds }
}

/** All callers together hold twice as many bytes of bodies as one. */
const CALLERS_WITH_ALL = 2

function createBodies(
  quota: number | false,
): { readonly policy: LimitPolicy; readonly budget: BodyBudget } | undefined {
  if (quota === false) return undefined
  const policy = {
    name: 'bodies-at-once',
    quota,
    unit: 'content-bytes',
    windowSeconds: undefined,
  } as const
  return { policy, budget: new BodyBudget({ perCaller: quota, total: CALLERS_WITH_ALL * quota }) }
}

/** The length keeps apart what a separator, which any subject may hold, would not. */
function keyOf({ issuer, subject }: Principal): string {
  return `${issuer.length}:${issuer}${subject}`
}

/** A count of this process is there at once, and nothing then waits for it. */
function whenCounted<Value>(
  count: Count | Promise<Count>,
  use: (count: Count) => Value,
): Value | Promise<Value> {
  return count instanceof Promise ? count.then(use) : use(count)
}

/** How a request stands. @throws {LimitError} where it is one too many */
function settle(limit: MinuteLimit, count: Count): LimitStanding {
  const { name, quota } = limit.policy
  const standing = standingOf(limit, count)
  if (count.used <= quota) return standing
  throw new LimitError(`The caller has sent too many requests in a minute (${name}).`, standing)
}

/** Takes a slot. @throws {LimitError} */
function takeSlot({ policy, slots }: SlotLimit, caller: string): () => void {
  const giveBack = slots.take(caller)
  if (giveBack !== undefined) return giveBack
  throw new LimitError(`The caller has too many requests at once (${policy.name}).`, {
    policy,
    remaining: 0,
    resetSeconds: undefined,
  })
}

/** Looks at the failures of an address. @throws {LimitError} where they are one too many */
function requireFew(limit: MinuteLimit, count: Count): void {
  if (count.used <= limit.policy.quota) return
  const message = 'Too many credentials from this address were refused.'
  throw new LimitError(message, standingOf(limit, count))
}

/** A body that nothing limits. */
const UNLIMITED: HeldBody = { count() {}, release() {} }

/**
 * Makes the limits of a server. Connects to nothing before the first request that counts.
 * @throws {StartError} `option_invalid`
 */
export function createLimits(options: LimitOptions): Limits {
  const { config, optionPath, isAuthEnabled, redis } = options
  const settings = readLimits(config, optionPath)

  function perMinute(name: LimitPolicy['name'], quota: number | false): MinuteLimit | undefined {
    if (quota === false) return undefined
    const policy = { name, quota, windowSeconds: WINDOW_SECONDS }
    const counter = redis === undefined ? createMemoryCounter() : createRedisCounter(redis, policy)
    return { policy, counter }
  }

  function atOnce(name: LimitPolicy['name'], quota: number | false): SlotLimit | undefined {
    if (quota === false) return undefined
    const policy = { name, quota, unit: 'concurrent-requests', windowSeconds: undefined } as const
    return { policy, slots: createSlots(quota) }
  }

  const answers = perMinute('answers', settings.answersPerMinute)
  const requests = perMinute('requests', settings.requestsPerMinute)
  const failures = perMinute('failures', settings.failuresPerMinute)
  const answersAtOnce = atOnce('answers-at-once', settings.answersAtOnce)
  const requestsAtOnce = atOnce('requests-at-once', settings.requestsAtOnce)
  const bodies = createBodies(settings.bodyBytesAtOnce)
  const isAnswerRoute = new WeakMap<Route, boolean>()

  function callerOf({ address, principal }: Client): string {
    if (principal !== undefined && (isAuthEnabled || address === undefined)) return keyOf(principal)
    return address === undefined ? '' : networkOf(address)
  }

  function countAnswer(caller: string): Admission['standing'] {
    if (answers === undefined) return undefined
    return whenCounted(answers.counter.count(caller), (count) => settle(answers, count))
  }

  /** Counts a request that has no model at work. @throws {LimitError} */
  function countRequest(caller: string): Admission['standing'] {
    if (requests === undefined) return undefined
    const { quota } = requests.policy
    return whenCounted(requests.counter.count(caller), (count) =>
      // To tell how a cheap request stands would cost more than to count it, until it matters
      // (draft-ietf-httpapi-ratelimit-headers-11 section 6.2).
      count.used > quota / 2 ? settle(requests, count) : undefined,
    )
  }

  return {
    settings,
    callerOf,
    admit(client, route) {
      let isAnswered = isAnswerRoute.get(route)
      if (isAnswered === undefined) isAnswerRoute.set(route, (isAnswered = isAnswer(route)))
      const caller = callerOf(client)
      const slots = isAnswered ? answersAtOnce : requestsAtOnce
      const release = slots && takeSlot(slots, caller)
      try {
        return { standing: isAnswered ? countAnswer(caller) : countRequest(caller), release }
      } catch (error) {
        release?.()
        throw error
      }
    },
    holdBody(client) {
      if (bodies === undefined) return UNLIMITED
      const { policy, budget } = bodies
      const held = budget.hold(callerOf(client))
      return {
        count(bytes, isStillToCome = false) {
          if (held.wouldExceed(bytes)) {
            throw new LimitError('The server holds too many bytes of request bodies at once.', {
              policy,
              remaining: 0,
              resetSeconds: undefined,
            })
          }
          if (!isStillToCome) held.add(bytes)
        },
        release: () => held.release(),
      }
    },
    countRefused({ address }) {
      if (failures === undefined || address === undefined) return undefined
      const counting = failures.counter.count(networkOf(address))
      return whenCounted(counting, (count) => requireFew(failures, count))
    },
    countDenied: (client) => countRequest(callerOf(client)),
  }
}
