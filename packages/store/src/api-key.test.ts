import type { ApiKeyRecord, ApiKeyStore } from '@signet/auth'
import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import { names } from '@signet/test-support/store/memory'
import { describeStores } from '@signet/test-support/store/stores'

const invalid = expect.objectContaining({ name: 'StorageError', code: 'value_invalid' })
const exists = expect.objectContaining({ name: 'StorageError', code: 'api_key_exists' })

const digestOf = (id: string) => createHash('sha256').update(id).digest('hex')

function apiKey(id: string, facts: Partial<ApiKeyRecord> = {}): ApiKeyRecord {
  return {
    id,
    name: `key ${id}`,
    digest: digestOf(id),
    scopes: ['agents:execute', 'tools:execute:get-weather'],
    maker: { sub: 'alice', scope: 'a b', nested: { list: [1, null, true] } },
    makerIssuer: 'local',
    makerSubject: 'alice',
    createdAt: 1000,
    expiresAt: undefined,
    lastUsedAt: undefined,
    revokedAt: undefined,
    ...facts,
  }
}

const idsOf = (keys: readonly ApiKeyRecord[]) => keys.map(({ id }) => id)

describeStores('API keys', (stores) => {
  it.each<readonly [string, ApiKeyRecord]>([
    ['with nothing optional', apiKey('k')],
    ['with every time', apiKey('k', { expiresAt: 2000, lastUsedAt: 1500, revokedAt: 1600 })],
    ['without scopes', apiKey('k', { scopes: [] })],
    [
      'of odd texts',
      apiKey('k', {
        name: '\0\ud800 \'"',
        scopes: ['\0'],
        makerIssuer: '\udfff',
        makerSubject: '\0',
        maker: { '\0': '\ud800' },
      }),
    ],
    ['of a long maker', apiKey('k', { makerSubject: 'é'.repeat(8192), name: '\0'.repeat(255) })],
  ])('come back as they were %s', async (_, record) => {
    const { apiKeys } = await stores.open()
    await apiKeys.create(record)
    const { makerIssuer: issuer, makerSubject: subject } = record
    expect(await apiKeys.find(record.id)).toStrictEqual(record)
    expect(await apiKeys.findByDigest(record.digest)).toStrictEqual(record)
    const mine = await apiKeys.list({ maker: { issuer, subject }, page: 0, perPage: 9 })
    expect(mine).toStrictEqual({ keys: [record], total: 1 })
  })

  it('are found by nothing but their own id and digest', async () => {
    const { apiKeys } = await stores.open()
    await apiKeys.create(apiKey('k'))
    expect(await apiKeys.find('K')).toBeUndefined()
    expect(await apiKeys.find('k ')).toBeUndefined()
    expect(await apiKeys.find(digestOf('k'))).toBeUndefined()
    expect(await apiKeys.findByDigest(digestOf('other'))).toBeUndefined()
    expect(await apiKeys.revoke('other', 5)).toBeUndefined()
  })

  it.each<readonly [string, Partial<Record<keyof ApiKeyRecord, unknown>>]>([
    ['an empty id', { id: '' }],
    ['an id with NUL', { id: 'a\0' }],
    ['no digest', { digest: undefined }],
    ['the key instead of its digest', { digest: `sgn_${'a'.repeat(60)}` }],
    ['a name that is no text', { name: 7 }],
    ['a name that is too long', { name: 'x'.repeat(256) }],
    ['scopes that are no list', { scopes: 'agents:execute' }],
    ['scopes that are no texts', { scopes: [1] }],
    ['too many scopes', { scopes: names('agents:execute:', 5000) }],
    ['no maker', { maker: undefined }],
    ['a maker that is a list', { maker: [] }],
    ['a maker that is too large', { maker: { text: 'x'.repeat(65_536) } }],
    ['no issuer', { makerIssuer: undefined }],
    ['no subject', { makerSubject: undefined }],
    ['a subject that is too long', { makerSubject: 'x'.repeat(8193) }],
    ['no time', { createdAt: undefined }],
    ['a time that is none', { expiresAt: NaN }],
    ['a time that is a fraction', { expiresAt: 1.5 }],
  ])('are refused with %s', async (_, facts) => {
    const { apiKeys } = await stores.open()
    const record = { ...apiKey('k'), ...facts } as ApiKeyRecord
    await expect(apiKeys.create(record)).rejects.toEqual(invalid)
    expect((await apiKeys.list({ page: 0, perPage: 9 })).total).toBe(0)
  })

  it.each<readonly [string, (apiKeys: ApiKeyStore) => Promise<unknown>]>([
    ['an id that is none', (apiKeys) => apiKeys.find('')],
    ['a digest that is none', (apiKeys) => apiKeys.findByDigest('abc')],
    ['a page below 0', (apiKeys) => apiKeys.list({ page: -1, perPage: 1 })],
    ['nothing on a page', (apiKeys) => apiKeys.list({ page: 0, perPage: 0 })],
    [
      'a maker without a subject',
      (apiKeys) => apiKeys.list({ maker: { issuer: 'local' } as never, page: 0, perPage: 1 }),
    ],
    ['a time of revocation that is none', (apiKeys) => apiKeys.revoke('k', NaN)],
    ['a time of use that is none', (apiKeys) => apiKeys.touch([{ id: 'k', at: Infinity }])],
    ['a use of no key', (apiKeys) => apiKeys.touch([{ id: '', at: 1 }])],
  ])('are not asked for by %s', async (_, ask) => {
    const { apiKeys } = await stores.open()
    await apiKeys.create(apiKey('k'))
    await expect(ask(apiKeys)).rejects.toEqual(invalid)
    expect(await apiKeys.find('k')).toStrictEqual(apiKey('k'))
  })

  it('never share an id or a digest', async () => {
    const { apiKeys } = await stores.open()
    await apiKeys.create(apiKey('k'))
    await expect(apiKeys.create(apiKey('k', { digest: digestOf('l') }))).rejects.toEqual(exists)
    await expect(apiKeys.create(apiKey('l', { digest: digestOf('k') }))).rejects.toEqual(exists)
    expect((await apiKeys.list({ page: 0, perPage: 9 })).keys).toStrictEqual([apiKey('k')])
  })

  it('are listed the newest first, page by page', async () => {
    const { apiKeys } = await stores.open()
    const times = [5, 1, 3, 3, 2]
    for (const [index, createdAt] of times.entries()) {
      await apiKeys.create(apiKey(`k${index}`, { createdAt }))
    }
    const pages = [0, 1, 2, 3].map((page) => apiKeys.list({ page, perPage: 2 }))
    const listed = await Promise.all(pages)
    expect(listed.map(({ total }) => total)).toStrictEqual([5, 5, 5, 5])
    expect(listed.map(({ keys }) => idsOf(keys))).toStrictEqual([
      ['k0', 'k3'],
      ['k2', 'k4'],
      ['k1'],
      [],
    ])
    const farthest = await apiKeys.list({ page: Number.MAX_SAFE_INTEGER, perPage: 99 })
    expect(farthest).toStrictEqual({ keys: [], total: 5 })
  })

  it('are listed of one maker alone: of this issuer and this subject', async () => {
    const { apiKeys } = await stores.open()
    const makers = [
      ['local', 'alice'],
      ['local', 'bob'],
      ['https://issuer', 'alice'],
      ['local","alice', ''],
    ] as const
    for (const [index, [makerIssuer, makerSubject]] of makers.entries()) {
      await apiKeys.create(apiKey(`k${index}`, { makerIssuer, makerSubject }))
    }
    for (const [index, [issuer, subject]] of makers.entries()) {
      const page = await apiKeys.list({ maker: { issuer, subject }, page: 0, perPage: 9 })
      expect(page.total).toBe(1)
      expect(idsOf(page.keys)).toStrictEqual([`k${index}`])
    }
    const maker = { issuer: 'local', subject: 'Alice' }
    expect(await apiKeys.list({ maker, page: 0, perPage: 9 })).toStrictEqual({ keys: [], total: 0 })
    expect((await apiKeys.list({ page: 0, perPage: 9 })).total).toBe(4)
  })

  it('are revoked once: the first time counts', async () => {
    const { apiKeys } = await stores.open()
    await apiKeys.create(apiKey('k'))
    await apiKeys.create(apiKey('l'))
    const revoked = apiKey('k', { revokedAt: 7 })
    expect(await apiKeys.revoke('k', 7)).toStrictEqual(revoked)
    expect(await apiKeys.revoke('k', 3)).toStrictEqual(revoked)
    expect(await apiKeys.revoke('k', 9)).toStrictEqual(revoked)
    expect(await apiKeys.findByDigest(digestOf('k'))).toStrictEqual(revoked)
    expect(await apiKeys.find('l')).toStrictEqual(apiKey('l'))
  })

  it('say when they were last used, and never go back', async () => {
    const { apiKeys } = await stores.open()
    for (const id of ['k', 'l', 'm']) await apiKeys.create(apiKey(id))
    const lastUses = async () =>
      await Promise.all(['k', 'l', 'm'].map(async (id) => (await apiKeys.find(id))?.lastUsedAt))
    await apiKeys.touch([])
    await apiKeys.touch([
      { id: 'k', at: 5 },
      { id: 'nobody', at: 5 },
      { id: 'k', at: 9 },
      { id: 'k', at: 7 },
      { id: 'l', at: 3 },
    ])
    expect(await lastUses()).toStrictEqual([9, 3, undefined])
    await apiKeys.touch([
      { id: 'k', at: 8 },
      { id: 'l', at: 4 },
    ])
    expect(await lastUses()).toStrictEqual([9, 4, undefined])
  })

  it('are used and revoked by many at once, and nothing is lost', async () => {
    const options = await stores.locate()
    const both = [await stores.open(options), await stores.open(options)] as const
    const ids = names('k', 10)
    for (const id of ids) await both[0].apiKeys.create(apiKey(id))
    const work = Array.from({ length: 20 }, async (_, index) => {
      const { apiKeys } = both[index % 2 === 0 ? 0 : 1]
      const order = index % 3 === 0 ? ids.toReversed() : ids
      await apiKeys.touch(order.map((id) => ({ id, at: index })))
      await apiKeys.revoke(`k${index % 10}`, 100 + index)
    })
    await Promise.all(work)
    const { keys } = await both[1].apiKeys.list({ page: 0, perPage: 99 })
    expect(keys.map(({ lastUsedAt }) => lastUsedAt)).toStrictEqual(ids.map(() => 19))
    expect(keys.every(({ revokedAt = 0 }) => revokedAt >= 100)).toBe(true)
  })

  it('are there for all who open the same database, also later', async () => {
    const options = await stores.locate()
    const first = await stores.open(options)
    const second = await stores.open(options)
    await first.apiKeys.create(apiKey('k'))
    await second.apiKeys.revoke('k', 7)
    expect(await first.apiKeys.find('k')).toStrictEqual(apiKey('k', { revokedAt: 7 }))
    await Promise.all([first.close(), second.close()])
    const third = await stores.open(options)
    expect(await third.apiKeys.find('k')).toStrictEqual(apiKey('k', { revokedAt: 7 }))
  })
})
