import type { ProofRegister } from '@signet/auth'
import { earliestNow, waitAtMost } from '@signet/auth/internal'
import { COMMAND_MS, reasonOf, type RedisLink } from '../../limit/redis-link.js'

/**
 * How far the clocks of two instances may differ, in milliseconds: a proof is kept so much longer, because another
 * instance, whose clock is behind, still takes it.
 */
const CLOCK_DIFFERENCE_MS = 300_000
const PREFIX = 'signet:proof:'

/** How long Redis keeps a proof, in milliseconds. @throws {RangeError} for what is not a time */
function lifetimeOf(expiresAt: number): number {
  if (!Number.isFinite(expiresAt)) throw new RangeError('expiresAt must be a finite number.')
  return Math.max(1, Math.ceil(expiresAt - earliestNow()) + CLOCK_DIFFERENCE_MS)
}

/** What Redis does not do in time counts as not done, although it may do it later. */
async function inTime<Value>(command: Promise<Value>): Promise<Value> {
  const late = Symbol('late')
  const reply = await waitAtMost(
    command.then((value) => ({ value })),
    COMMAND_MS,
    { late },
  )
  if (typeof reply === 'object') return reply.value
  throw new Error('The command timed out')
}

/**
 * Makes a register of DPoP proofs in Redis: of all instances that are given a proof at once, only the one that sets its
 * key takes it (RFC 9449 section 11.1). While Redis is away it rejects, because nobody knows then which proofs were used.
 */
export function createRedisRegister(link: RedisLink): ProofRegister {
  return {
    async register(key, expiresAt) {
      const lifetime = lifetimeOf(expiresAt)
      const client = await link.client()
      if (client === undefined) throw new Error('Redis does not answer: not connected.')
      let reply: unknown
      let reason: string | undefined
      try {
        reply = await inTime(
          client.set(`${PREFIX}${key}`, '', {
            condition: 'NX',
            expiration: { type: 'PX', value: lifetime },
          }),
        )
      } catch (error) {
        link.failed(error)
        reason = reasonOf(error)
      }
      // Without a cause: the text of an error could hold an address with a password.
      if (reason !== undefined) throw new Error(`Redis does not answer: ${reason}.`)
      link.succeeded()
      if (reply === 'OK') return true
      if (reply === null) return false
      throw new Error('Redis answers a SET with what is not a reply to one.')
    },
  }
}
