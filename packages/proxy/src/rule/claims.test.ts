import { ownerKey } from '@signet/core'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createThreadClaims, type NewThing } from './claims.js'

const ALICE = ownerKey({ resourceId: 'alice' })
const BOB = ownerKey({ resourceId: 'bob' })
const NOT_FOUND = expect.objectContaining({ name: 'PolicyRefusal', code: 'not_found' })
const MINUTE_MS = 60_000

const thread = (id: string): NewThing => ({ kind: 'thread', id })

/** A register that two proxies share. */
function sharedRegister() {
  const owners = new Map<string, string>()
  const calls: { readonly id: string; readonly owner: string; readonly holdMs: number }[] = []
  return {
    calls,
    owners,
    register(id: string, owner: string, holdMs: number): Promise<boolean> {
      calls.push({ id, owner, holdMs })
      if (!owners.has(id)) owners.set(id, owner)
      return Promise.resolve(owners.get(id) === owner)
    },
  }
}

afterEach(() => void vi.useRealTimers())

describe('claims on new ids', () => {
  it('are one for the requests of an owner, and no other owner gets the id meanwhile', () => {
    const claims = createThreadClaims()
    const held = [claims.hold([thread('a')], ALICE), claims.hold([thread('a')], ALICE)]
    expect(() => claims.hold([thread('a')], BOB)).toThrow(NOT_FOUND)
    held[0]?.release()
    held[0]?.release()
    expect(() => claims.hold([thread('b'), thread('a')], BOB)).toThrow(NOT_FOUND)
    held[1]?.release()
    expect(claims.hold([thread('a')], BOB)).toBeDefined()
  })

  it('are of one kind: a schedule may have the id of a thread', () => {
    const claims = createThreadClaims()
    claims.hold([thread('a')], ALICE)
    expect(claims.hold([{ kind: 'schedule', id: 'a' }], BOB)).toBeDefined()
  })

  it('are not shared where there is nothing to share them by', async () => {
    const held = createThreadClaims().hold([thread('a')], ALICE)
    await expect(held.share([thread('a')])).resolves.toBeUndefined()
  })
})

describe('claims of two proxies', () => {
  it('are given to one of two owners', async () => {
    const register = sharedRegister()
    const [first, second] = [createThreadClaims(register), createThreadClaims(register)]
    const held = first.hold([thread('a')], ALICE)
    await held.share([thread('a')])
    const other = second.hold([thread('a')], BOB)
    await expect(other.share([thread('a')])).rejects.toThrow(NOT_FOUND)
    await expect(second.hold([thread('b')], BOB).share([thread('b')])).resolves.toBeUndefined()
    await expect(second.hold([thread('c')], ALICE).share([thread('c')])).resolves.toBeUndefined()
    other.release()
    await expect(second.hold([thread('a')], ALICE).share([thread('a')])).resolves.toBeUndefined()
  })

  it('tell the register nothing of what a client wrote', async () => {
    const register = sharedRegister()
    const things = [thread('a'), thread('x'.repeat(512)), thread('a')]
    await createThreadClaims(register).hold(things, ALICE).share(things)
    expect(register.calls).toHaveLength(2)
    for (const { id } of register.calls) expect(id).toMatch(/^[\w-]{43}$/)
  })

  it('are registered again while they are held, and no longer', async () => {
    vi.useFakeTimers()
    const register = sharedRegister()
    const claims = createThreadClaims(register)
    const held = claims.hold([thread('a'), thread('old')], ALICE)
    await held.share([thread('a')])
    await vi.advanceTimersByTimeAsync(10 * MINUTE_MS)
    expect(register.calls).toHaveLength(11)
    expect(new Set(register.calls.map(({ id }) => id)).size).toBe(1)
    // The register would forget it later than it is registered anew.
    for (const { holdMs } of register.calls) expect(holdMs).toBeGreaterThan(2 * MINUTE_MS)
    held.release()
    await vi.advanceTimersByTimeAsync(10 * MINUTE_MS)
    expect(register.calls).toHaveLength(11)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('outlive a register that fails for a while, and are refused where it fails at first', async () => {
    vi.useFakeTimers()
    const register = sharedRegister()
    const down = new Error('storage_unavailable')
    const claims = createThreadClaims(register)
    const held = claims.hold([thread('a')], ALICE)
    await held.share([thread('a')])
    const spy = vi.spyOn(register, 'register').mockRejectedValue(down)
    await vi.advanceTimersByTimeAsync(2 * MINUTE_MS)
    expect(spy).toHaveBeenCalledTimes(2)
    await expect(claims.hold([thread('b')], ALICE).share([thread('b')])).rejects.toBe(down)
    held.release()
  })
})
