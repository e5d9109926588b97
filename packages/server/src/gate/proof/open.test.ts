import type { ProofRegister } from '@signet/auth'
import { createLogRecorder } from '@signet/test-support/application/application'
import { describe, expect, it } from 'vitest'
import type { RedisLink } from '../../limit/redis-link.js'
import { openProofs } from './open.js'

const { logger } = createLogRecorder()

function setUp() {
  const asked: string[] = []
  const store: ProofRegister = {
    register() {
      asked.push('store')
      return true
    },
  }
  const redis: RedisLink = {
    async client() {
      asked.push('redis')
      return undefined
    },
    succeeded: () => undefined,
    failed: () => undefined,
    close: () => undefined,
  }
  return { asked, store, redis }
}

describe('where a server remembers used proofs', () => {
  it('is the store where there is no Redis', async () => {
    const { asked, store } = setUp()
    expect(await openProofs({ redis: undefined, store, logger })?.register('one', 1)).toBe(true)
    expect(asked).toStrictEqual(['store'])
  })

  it('is Redis where there is one, and never the store in its place', async () => {
    const { asked, store, redis } = setUp()
    const proofs = openProofs({ redis, store, logger })
    await expect(proofs?.register('one', 1)).rejects.toThrow('Redis does not answer')
    expect(asked).toStrictEqual(['redis'])
  })

  it('is nowhere where nothing is shared: a provider remembers them in its process', () => {
    expect(openProofs({ redis: undefined, store: undefined, logger })).toBeUndefined()
  })

  it('is not asked before the first proof', () => {
    const { asked, store, redis } = setUp()
    openProofs({ redis, store, logger })
    openProofs({ redis: undefined, store, logger })
    expect(asked).toStrictEqual([])
  })
})
