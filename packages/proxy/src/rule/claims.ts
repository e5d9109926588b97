import { createHash } from 'node:crypto'
import type { NewIdRegister } from '@signet/core'
import type { ThingKind } from '../policy/route-policy.js'
import { notFound } from './refusal.js'

/** A thing that does not exist yet, by the id that a client chose for it. */
export interface NewThing {
  readonly kind: ThingKind
  readonly id: string
}

interface Claim {
  readonly ownerKey: string
  requests: number
  /** Whether it is in the register, too. */
  isShared: boolean
}

/** Ids that are held for a request. */
interface HeldIds {
  /**
   * Makes sure that the things are nobody else's at the other proxies either. To be called once the upstream was asked
   * whether they exist: a thing that was made before that is found there, and one that is made later is in the register.
   * @throws {PolicyRefusal} `not_found` where another owner has one of them
   * @throws what the register throws
   */
  share(things: readonly NewThing[]): Promise<void>
  /** Ends the claim in this process; more than once is as good as once. */
  release(): void
}

/** Ids of things that do not exist yet, and that requests under way are about to make. */
export interface ThreadClaims {
  /**
   * Holds ids for an owner until the request is over: two owners who choose the same new id at the same time are not both
   * let through.
   * @throws {PolicyRefusal} `not_found` while another owner holds one of them
   */
  hold(things: readonly NewThing[], ownerKey: string): HeldIds
}

/** So long an id is kept in the register, in milliseconds; what is still held is registered again in time. */
const HOLD_MS = 300_000
const RENEW_MS = 60_000

/** The name of a thing in the register: of one length, and nothing that a client wrote. */
function nameOf({ kind, id }: NewThing): string {
  return createHash('sha256')
    .update(JSON.stringify([kind, id]))
    .digest('base64url')
}

/**
 * Makes a register of claims. It is as large as the requests that are under way.
 * @param register - shared by all proxies before the same upstream. Default: this process is the only one
 */
export function createThreadClaims(register?: NewIdRegister): ThreadClaims {
  const claims = new Map<string, Claim>()
  let timer: NodeJS.Timeout | undefined

  function renew(): void {
    for (const [name, { ownerKey, isShared }] of claims) {
      // Where it fails, the next one is in time: the register keeps an id for several of them.
      if (isShared) register?.register(name, ownerKey, HOLD_MS).catch(() => undefined)
    }
  }

  function drop(name: string): void {
    const claim = claims.get(name)
    if (claim === undefined) return
    claim.requests -= 1
    if (claim.requests === 0) claims.delete(name)
    if (claims.size > 0) return
    clearInterval(timer)
    timer = undefined
  }

  return {
    hold(things, ownerKey) {
      const asked = [...new Set(things.map(nameOf))]
      for (const name of asked) {
        const claim = claims.get(name)
        if (claim !== undefined && claim.ownerKey !== ownerKey)
          throw notFound('Another owner is about to make the thing.')
      }
      for (const name of asked) {
        const claim = claims.get(name)
        if (claim === undefined) claims.set(name, { ownerKey, requests: 1, isShared: false })
        else claim.requests += 1
      }
      let isHeld = true
      return {
        async share(made) {
          if (register === undefined) return
          const outcomes = await Promise.all(
            [...new Set(made.map(nameOf))].map(async (name) => {
              const isTheirs = await register.register(name, ownerKey, HOLD_MS)
              const claim = claims.get(name)
              if (isTheirs && isHeld && claim !== undefined) claim.isShared = true
              return isTheirs
            }),
          )
          if (outcomes.includes(false))
            throw notFound('Another owner is about to make the thing, at another proxy.')
          if (isHeld && made.length > 0) timer ??= setInterval(renew, RENEW_MS).unref()
        },
        release() {
          if (!isHeld) return
          isHeld = false
          for (const name of asked) drop(name)
        },
      }
    },
  }
}
