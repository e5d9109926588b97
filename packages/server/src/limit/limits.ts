import type { Principal } from '@signet/auth'
import type { Logger, ServerConfig } from '@signet/core'
import { networkOf } from '../arrival/address.js'
import { errorCode, STATUS } from '../error/error-response.js'
import type { Exchange } from '../exchange.js'
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
import { createRedisLink } from './redis-link.js'
import { readLimits, type LimitSettings } from './settings.js'
import { createSlots, type Slots } from './slots.js'

/** How often callers may ask. It is asked behind the gate, and before a byte of the body is read. */
export interface Limits {
  readonly settings: LimitSettings
  /** As whom a request counts: its principal; a stranger's, and any where callers are not told apart, by its network. */
  callerOf(exchange: Exchange): string
  /**
   * Lets a request of a known caller through, and notes how it stands, where that is worth telling. It keeps its
   * slot until the exchange is over.
   * @throws {LimitError}
   */
  admit(exchange: Exchange, route: Route): void | Promise<void>
  /**
   * Begins to count the body of a request, also of a stranger's. Its bytes are held until the exchange is over.
   * @returns counts bytes that have come, or only looks at those that are to come; throws a `LimitError` where they
   *   are too many
   */
  holdBody(exchange: Exchange): CountBody
  /**
   * What to refuse a request with whose credential was refused: the same, or too many of these came from its
   * address. No other refusal is counted.
   */
  refusal(exchange: Exchange, error: unknown): Promise<unknown>
  /**
   * What to refuse a known caller with who may not, or asks for what there is not: the same, or they ask too
   * often. It counts like any request.
   */
  denial(exchange: Exchange, error: unknown): Promise<unknown>
  /** Parts from Redis. */
  close(): void
}

/** What limits stand on. */
export interface LimitOptions {
  readonly config: ServerConfig['limits']
  /** Whether callers are told apart: else limits are by address. */
  readonly isAuthEnabled: boolean
  /** Where the counts per minute are shared. Default: they are of this process. */
  readonly redisUrl: string | undefined
  readonly logger: Logger
}

interface MinuteLimit {
  readonly policy: LimitPolicy
  readonly counter: Counter
}

interface SlotLimit {
  readonly policy: LimitPolicy
  readonly slots: Slots
}

/** Everything that has a model or a tool at work. Routes of the application are requests like others. */
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
function whenCounted(
  count: Count | Promise<Count>,
  use: (count: Count) => void,
): void | Promise<void> {
  return count instanceof Promise ? count.then(use) : use(count)
}

/**
 * Makes the limits of a server. Connects to nothing before the first request that counts.
 * @throws {StartError} `option_invalid` or `redis_missing`
 */
export function createLimits(options: LimitOptions): Limits {
  const { config, isAuthEnabled, redisUrl, logger } = options
  const settings = readLimits(config)
  const link = redisUrl === undefined ? undefined : createRedisLink(redisUrl, logger)

  function perMinute(name: LimitPolicy['name'], quota: number | false): MinuteLimit | undefined {
    if (quota === false) return undefined
    const policy = { name, quota, windowSeconds: WINDOW_SECONDS }
    const counter = link === undefined ? createMemoryCounter() : createRedisCounter(link, policy)
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

  function callerOf({ address, principal }: Exchange): string {
    if (principal !== undefined && (isAuthEnabled || address === undefined)) return keyOf(principal)
    return address === undefined ? '' : networkOf(address)
  }

  /** Takes a slot until the exchange is over. @throws {LimitError} */
  function takeSlot(exchange: Exchange, limit: SlotLimit | undefined, caller: string): void {
    if (limit === undefined) return
    const giveBack = limit.slots.take(caller)
    if (giveBack !== undefined) return exchange.onEnd(giveBack)
    const { policy } = limit
    exchange.limit = { policy, remaining: 0, resetSeconds: undefined }
    throw new LimitError(
      `The caller has as many at once as they may (${policy.name}).`,
      exchange.limit,
    )
  }

  /** Counts a request that has no model at work. @throws {LimitError} */
  function countRequest(exchange: Exchange, caller: string): void | Promise<void> {
    if (requests === undefined) return undefined
    const { quota } = requests.policy
    return whenCounted(requests.counter.count(caller), (count) => {
      // To tell how a cheap request stands would cost more than to count it, until it matters
      // (draft-ietf-httpapi-ratelimit-headers-11 section 6.2).
      if (count.used > quota / 2) settle(exchange, requests, count)
    })
  }

  /** Notes how a request stands. @throws {LimitError} where it is one too many */
  function settle(exchange: Exchange, limit: MinuteLimit, count: Count): void {
    const { name, quota } = limit.policy
    exchange.limit = standingOf(limit, count)
    if (count.used <= quota) return
    throw new LimitError(`The caller asks too often (${name}).`, exchange.limit)
  }

  return {
    settings,
    callerOf,
    admit(exchange, route) {
      let isAnswered = isAnswerRoute.get(route)
      if (isAnswered === undefined) isAnswerRoute.set(route, (isAnswered = isAnswer(route)))
      const caller = callerOf(exchange)
      takeSlot(exchange, isAnswered ? answersAtOnce : requestsAtOnce, caller)
      if (!isAnswered) return countRequest(exchange, caller)
      if (answers === undefined) return undefined
      return whenCounted(answers.counter.count(caller), (count) => settle(exchange, answers, count))
    },
    holdBody(exchange) {
      if (bodies === undefined) return () => {}
      const { policy, budget } = bodies
      const held = budget.hold(callerOf(exchange))
      exchange.onEnd(() => held.release())
      return (bytes, isStillToCome = false) => {
        if (held.wouldExceed(bytes)) {
          exchange.limit = { policy, remaining: 0, resetSeconds: undefined }
          throw new LimitError('Too many bytes of bodies are held at once.', exchange.limit)
        }
        if (!isStillToCome) held.add(bytes)
      }
    },
    async denial(exchange, error) {
      try {
        await countRequest(exchange, callerOf(exchange))
        return error
      } catch (limitError) {
        return limitError
      }
    },
    async refusal(exchange, error) {
      const { address } = exchange
      if (failures === undefined || address === undefined) return error
      if (STATUS[errorCode(error)] !== 401) return error
      const count = await failures.counter.count(networkOf(address))
      if (count.used <= failures.policy.quota) return error
      exchange.limit = standingOf(failures, count)
      return new LimitError('Too many credentials of this address were refused.', exchange.limit)
    },
    close() {
      link?.close()
    },
  }
}
