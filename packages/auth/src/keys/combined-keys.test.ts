import { describe, expect, it } from 'vitest'
import { createTestKeyPair } from '../test/key-pair.js'
import { combineKeys } from './combined-keys.js'
import type { KeySource } from './key-source.js'
import { publicKeys } from './public-keys.js'
import { secretKeys } from './secret.js'

const secret = secretKeys('correct horse battery staple, twice')
const ec = publicKeys(createTestKeyPair('ES256').publicPem)

/** A source whose generation and trust are set, and that notes who asked it to stay fresh. */
function watched(source: KeySource) {
  const asked: unknown[] = []
  const state = { generation: 0, isTrusted: true }
  const keys: KeySource = {
    find: (header) => source.find(header),
    get generation() {
      return state.generation
    },
    isTrusted: () => state.isTrusted,
    keepFresh: (header) => void asked.push(header.alg),
  }
  return { keys, state, asked }
}

describe('combineKeys', () => {
  const parts = [
    { keys: secret, algorithms: ['HS256'] },
    { keys: ec, algorithms: ['ES256'] },
  ] as const

  it('asks the one source that serves the algorithm of a token (RFC 8725 section 3.1)', async () => {
    const keys = combineKeys(parts)
    expect(keys.find({ alg: 'HS256' })).toStrictEqual(secret.find({}))
    expect(keys.find({ alg: 'ES256' })).toStrictEqual(ec.find({}))
  })

  it.each(['HS384', 'RS256', 'none', 'hs256', '', '__proto__', 'constructor', null, 7, ['HS256']])(
    'has no key for %j',
    (alg) => {
      expect(combineKeys(parts).find({ alg })).toStrictEqual([])
    },
  )

  it('has all keys for whoever asks without a token, and none by an inherited alg', async () => {
    const all = [...(await secret.find({})), ...(await ec.find({}))]
    await expect(combineKeys(parts).find({})).resolves.toStrictEqual(all)
    await expect(combineKeys(parts).find(Object.create({ alg: 'HS256' }))).resolves.toStrictEqual(
      all,
    )
  })

  it('is of another generation once one of its sources is', () => {
    const [one, other] = [watched(secret), watched(ec)]
    const keys = combineKeys([
      { keys: one.keys, algorithms: ['HS256'] },
      { keys: other.keys, algorithms: ['ES256'] },
    ])
    const seen = [keys.generation]
    one.state.generation++
    seen.push(keys.generation)
    other.state.generation++
    seen.push(keys.generation)
    expect(new Set(seen).size).toBe(3)
    expect(combineKeys(parts).generation).toBe(0)
  })

  it('trusts a source, and keeps it fresh, for its own tokens alone', () => {
    const [one, other] = [watched(secret), watched(ec)]
    const keys = combineKeys([
      { keys: one.keys, algorithms: ['HS256'] },
      { keys: other.keys, algorithms: ['ES256'] },
    ])
    other.state.isTrusted = false
    expect(keys.isTrusted?.({ alg: 'HS256' })).toBe(true)
    expect(keys.isTrusted?.({ alg: 'ES256' })).toBe(false)
    keys.keepFresh?.({ alg: 'ES256' })
    expect([one.asked, other.asked]).toStrictEqual([[], ['ES256']])
    expect(combineKeys(parts).isTrusted?.({ alg: 'ES256' })).toBe(true)
  })
})
