import { MAX_AUDIT_CHARACTERS, type AuditQuery, type AuditRecord } from '@signet/core'
import { expect, it } from 'vitest'
import { names } from '@signet/test-support/store/memory'
import { describeStores } from '@signet/test-support/store/stores'

const invalid = expect.objectContaining({ name: 'StorageError', code: 'value_invalid' })

function record(facts: Partial<AuditRecord> = {}): AuditRecord {
  return {
    at: 1000,
    requestId: 'r',
    issuer: 'local',
    subject: 'alice',
    actor: undefined,
    action: 'agents:execute',
    resource: 'weather-agent',
    isAllowed: true,
    code: undefined,
    status: 200,
    address: '127.0.0.1',
    durationMs: 12.5,
    inputTokens: 7,
    outputTokens: 0,
    count: 1,
    ...facts,
  }
}

const STRANGERS = record({
  requestId: undefined,
  issuer: undefined,
  subject: undefined,
  action: 'none',
  resource: undefined,
  isAllowed: false,
  code: 'token_missing',
  status: 401,
  inputTokens: undefined,
  outputTokens: undefined,
  count: 12_345,
})

describeStores('the audit', (stores) => {
  it.each([
    ['a request', record()],
    ['one that acts for another', record({ actor: 'app', at: Number.MAX_SAFE_INTEGER })],
    ['several of strangers', STRANGERS],
    ['odd texts', record({ subject: '\0\ud800', resource: '\'"\\', address: '::1%\0', at: -1 })],
    ['the longest texts', record({ subject: '\0'.repeat(MAX_AUDIT_CHARACTERS), code: '' })],
  ])('gives back %s as it was', async (_, given) => {
    const { audit } = await stores.open()
    await audit.append([given])
    const stored = { sequence: expect.any(Number), ...given }
    expect(await audit.list({ limit: 9 })).toStrictEqual([stored])
    const { subject, address } = given
    const filter = { ...(subject && { subject }), ...(address && { address }) }
    expect(await audit.list({ ...filter, limit: 9 })).toStrictEqual([stored])
  })

  it.each<readonly [string, Partial<Record<keyof AuditRecord, unknown>>]>([
    ['no time', { at: undefined }],
    ['a time that is a fraction', { at: 0.5 }],
    ['no action', { action: undefined }],
    ['a subject that is no text', { subject: 7 }],
    ['a subject that is too long', { subject: 'x'.repeat(MAX_AUDIT_CHARACTERS + 1) }],
    ['no decision', { isAllowed: undefined }],
    ['a decision that is a number', { isAllowed: 1 }],
    ['a status that is none', { status: 200.5 }],
    ['a negative duration', { durationMs: -1 }],
    ['a duration that is none', { durationMs: NaN }],
    ['a negative count of tokens', { inputTokens: -1 }],
    ['a record of nothing', { count: 0 }],
  ])('refuses %s, and with it all that comes along', async (_, facts) => {
    const { audit } = await stores.open()
    const wrong = { ...record(), ...facts } as AuditRecord
    await expect(audit.append([record(), wrong])).rejects.toEqual(invalid)
    expect(await audit.list({ limit: 9 })).toStrictEqual([])
  })

  it.each<readonly [string, Partial<Record<keyof AuditQuery, unknown>>]>([
    ['no limit', { limit: undefined }],
    ['a limit of nothing', { limit: 0 }],
    ['a subject that is no text', { subject: 7 }],
    ['a subject that is too long', { subject: 'x'.repeat(MAX_AUDIT_CHARACTERS + 1) }],
    ['a decision that is none', { isAllowed: 'true' }],
    ['a time that is none', { from: NaN }],
    ['a sequence that is none', { before: -1 }],
  ])('is not asked with %s', async (_, facts) => {
    const { audit } = await stores.open()
    const query = { limit: 1, ...facts } as AuditQuery
    await expect(audit.list(query)).rejects.toEqual(invalid)
  })

  it('stores many at once in their order, and nothing of nothing', async () => {
    const { audit } = await stores.open()
    await audit.append([])
    await audit.append(names('r', 2100).map((requestId) => record({ requestId })))
    const listed = await audit.list({ limit: 9999 })
    expect(listed.map(({ requestId }) => requestId)).toStrictEqual(names('r', 2100).toReversed())
  })

  it('stores records of many callers at once, each with what is its own, in their order', async () => {
    const { audit } = await stores.open()
    const records = names('r', 700).map((requestId, index) =>
      record({
        requestId,
        subject: `"\0${index % 7}`,
        status: 200 + (index % 3),
        isAllowed: index % 3 === 0,
        durationMs: index / 8,
      }),
    )
    await audit.append(records)
    const listed = await audit.list({ limit: 999 })
    const stored = records.map((given) => ({ sequence: expect.any(Number), ...given }))
    expect(listed.toReversed()).toStrictEqual(stored)
  })

  it('is listed the newest first, page by page', async () => {
    const { audit } = await stores.open()
    await audit.append(names('r', 5).map((requestId) => record({ requestId })))
    const pages: (string | undefined)[][] = []
    let before: number | undefined
    do {
      const page = await audit.list({ limit: 2, ...(before !== undefined && { before }) })
      pages.push(page.map(({ requestId }) => requestId))
      before = page.at(-1)?.sequence
    } while (before !== undefined)
    expect(pages).toStrictEqual([['r4', 'r3'], ['r2', 'r1'], ['r0'], []])
  })

  it('is listed as it was stored, also where the clock was set back', async () => {
    const { audit } = await stores.open()
    for (const at of [5000, 6000, 1000, 1500]) await audit.append([record({ at })])
    const page = await audit.list({ limit: 3 })
    expect(page.map(({ at }) => at)).toStrictEqual([1500, 1000, 6000])
    const before = page.at(-1)?.sequence ?? 0
    expect((await audit.list({ limit: 3, before })).map(({ at }) => at)).toStrictEqual([5000])
  })

  it('is filtered in the order in which the requests came, whenever their answers ended', async () => {
    const { audit } = await stores.open()
    const times = [5, 1, 3, 3, 9, 3, 2]
    await audit.append(times.map((at, index) => record({ at, requestId: `r${index}` })))
    const listed: (string | undefined)[] = []
    let before: number | undefined
    for (let page = 0; page < times.length; page++) {
      const [next] = await audit.list({ subject: 'alice', limit: 1, before })
      listed.push(next?.requestId)
      before = next?.sequence
    }
    expect(listed).toStrictEqual(['r4', 'r0', 'r5', 'r3', 'r2', 'r6', 'r1'])
    expect(await audit.list({ subject: 'alice', limit: 1, before })).toEqual([])
  })

  it('goes on after a page whose last record has been forgotten', async () => {
    const { audit } = await stores.open()
    await audit.append([1, 2, 3, 4].map((at) => record({ at })))
    const page = await audit.list({ limit: 2 })
    expect(page.map(({ at }) => at)).toStrictEqual([4, 3])
    const before = page[1]?.sequence ?? 0
    expect((await audit.list({ limit: 9, before })).map(({ at }) => at)).toStrictEqual([2, 1])
    await audit.prune(4, 9)
    expect(await audit.list({ limit: 9, before })).toStrictEqual([])
  })

  it('is filtered by each of its names, and by all together', async () => {
    const { audit } = await stores.open()
    const one = record({ requestId: 'one', code: 'scope_insufficient', isAllowed: false, at: 500 })
    const other = record({
      at: 600,
      requestId: 'other',
      issuer: 'https://issuer',
      subject: 'bob',
      action: 'tools:execute',
      resource: 'get-weather',
      code: 'rate_limited',
      isAllowed: true,
      address: '::1',
    })
    await audit.append([one, other, STRANGERS])
    const found = async (query: Omit<AuditQuery, 'limit'>) =>
      (await audit.list({ ...query, limit: 9 })).map(({ requestId }) => requestId)
    const filters: Omit<AuditQuery, 'limit'>[] = [
      { subject: 'alice' },
      { issuer: 'local' },
      { action: 'agents:execute' },
      { resource: 'weather-agent' },
      { code: 'scope_insufficient' },
      { requestId: 'one' },
      { to: 500 },
    ]
    for (const filter of filters) expect(await found(filter)).toStrictEqual(['one'])
    expect(await found({ address: '127.0.0.1' })).toStrictEqual([undefined, 'one'])
    expect(await found({ isAllowed: false })).toStrictEqual([undefined, 'one'])
    expect(await found({ isAllowed: true })).toStrictEqual(['other'])
    expect(await found({ from: 600 })).toStrictEqual([undefined, 'other'])
    expect(await found({ from: 500, to: 600 })).toStrictEqual(['other', 'one'])
    expect(await found({ from: 501, to: 599 })).toStrictEqual([])
    const all = Object.assign({ isAllowed: false, address: '127.0.0.1', from: 1 }, ...filters)
    expect(await found(all)).toStrictEqual(['one'])
    expect(await found({ ...all, code: 'rate_limited' })).toStrictEqual([])
    expect(await found({ ...all, isAllowed: true })).toStrictEqual([])
    for (const subject of ['Alice', 'alice ', '', '%', "' or 1=1 --"]) {
      expect(await found({ subject })).toStrictEqual([])
    }
  })

  it('forgets what is older, the oldest first and a bounded number at a time', async () => {
    const { audit } = await stores.open()
    const times = [3, 1, 5, 2, 4]
    await audit.append(times.map((at) => record({ at })))
    const left = async () => (await audit.list({ from: 0, limit: 9 })).map(({ at }) => at)
    expect(await audit.prune(1, 9)).toBe(0)
    expect(await audit.prune(4, 2)).toBe(2)
    expect(await left()).toStrictEqual([5, 4, 3])
    expect(await audit.prune(4, 2)).toBe(1)
    expect(await audit.prune(4, 2)).toBe(0)
    expect(await left()).toStrictEqual([5, 4])
    await expect(audit.prune(NaN, 1)).rejects.toEqual(invalid)
    await expect(audit.prune(9, 0)).rejects.toEqual(invalid)
    expect(await left()).toStrictEqual([5, 4])
  })

  it('never gives a sequence again, also where all was forgotten', async () => {
    const { audit } = await stores.open()
    await audit.append([record({ at: 1 }), record({ at: 1 })])
    const [last] = await audit.list({ limit: 1 })
    await audit.prune(2, 9)
    await audit.append([record()])
    const [next] = await audit.list({ limit: 1 })
    expect(next?.sequence).toBeGreaterThan(last?.sequence ?? Infinity)
  })

  it('is one for all who open the same database, also later', async () => {
    const options = await stores.locate()
    const both = [await stores.open(options), await stores.open(options)] as const
    await Promise.all(
      names('r', 30).map((requestId, index) =>
        both[index % 2 === 0 ? 0 : 1].audit.append([record({ requestId })]),
      ),
    )
    const listed = await both[0].audit.list({ limit: 99 })
    expect(new Set(listed.map(({ requestId }) => requestId)).size).toBe(30)
    expect(await both[1].audit.list({ limit: 99 })).toStrictEqual(listed)
    await Promise.all(both.map((store) => store.close()))
    expect(await (await stores.open(options)).audit.list({ limit: 99 })).toStrictEqual(listed)
  })
})
