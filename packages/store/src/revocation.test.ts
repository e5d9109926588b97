import type { NewRevocation, Revocation, RevocationLog } from '@signet/auth'
import { setImmediate } from 'node:timers/promises'
import { expect, it, vi } from 'vitest'
import { recordAt } from '@signet/test-support/http/audit-record'
import { names } from '@signet/test-support/store/memory'
import { describeStores } from '@signet/test-support/store/stores'

const invalid = expect.objectContaining({ name: 'StorageError', code: 'value_invalid' })
const DIGEST = 'a'.repeat(64)
const HOUR_MS = 3_600_000

const tokenId = (id: string, facts: { readonly forgetAt?: number } = {}): Revocation => ({
  kind: 'token-id',
  issuer: 'local',
  tokenId: id,
  ...facts,
})

const idsOf = (entries: Awaited<ReturnType<RevocationLog['readAfter']>>) =>
  entries.map(({ revocation }) => (revocation.kind === 'token-id' ? revocation.tokenId : ''))

describeStores('the log of revocations', (stores) => {
  it.each<readonly [string, Revocation]>([
    ['a token by its id', tokenId('j')],
    ['a token by its digest', { kind: 'token', digest: DIGEST, forgetAt: 1.5 }],
    ['a session', { kind: 'session', issuer: 'https://issuer', sessionId: 's', forgetAt: 2 ** 40 }],
    ['a subject', { kind: 'subject', issuer: 'local', subject: 'alice', at: 1_700_000_000.25 }],
    ['a subject for a time', { kind: 'subject', issuer: 'i', subject: 's', at: 0, forgetAt: 9e9 }],
    ['all that everybody was given', { kind: 'all', at: 1_700_000_000 }],
    ['odd texts', { kind: 'token-id', issuer: 'a\0\ud800', tokenId: `'"\\\u{1f600}` }],
    ['long texts', tokenId('\0'.repeat(8192))],
  ])('gives back %s as it was', async (_, revocation) => {
    const { revocations } = await stores.open(undefined, { now: () => 1234 })
    const entry = await revocations.append(revocation)
    expect(entry).toStrictEqual({ sequence: expect.any(Number), revocation, createdAt: 1234 })
    expect(await revocations.readAfter(0, 10)).toStrictEqual([entry])
  })

  it.each<readonly [string, unknown]>([
    ['of no kind', { issuer: 'local', tokenId: 'j' }],
    ['of an unknown kind', { kind: 'everything' }],
    ['without an issuer', { kind: 'token-id', tokenId: 'j' }],
    ['without a name', { kind: 'session', issuer: 'local' }],
    ['of a name that is no text', { kind: 'token-id', issuer: 'local', tokenId: 7 }],
    ['of a name that is too long', tokenId('x'.repeat(8193))],
    ['of a digest that is none', { kind: 'token', digest: 'a'.repeat(63) }],
    ['of a subject until no time', { kind: 'subject', issuer: 'i', subject: 's', at: NaN }],
    ['of everybody until no time', { kind: 'all', at: NaN }],
    ['of a time that is none', { ...tokenId('j'), forgetAt: NaN }],
  ])('refuses a revocation %s, and keeps nothing', async (_, revocation) => {
    const { revocations } = await stores.open()
    await expect(revocations.append(revocation as Revocation)).rejects.toEqual(invalid)
    expect(await revocations.readAfter(0, 10)).toStrictEqual([])
  })

  it('revokes what a subject was given until the append, not until it was asked for', async () => {
    let now = 1_700_000_000_900
    const { revocations } = await stores.open(undefined, { now: () => now })
    const appending = revocations.append({ kind: 'subject', issuer: 'local', subject: 'alice' })
    now += 250
    const entry = await appending
    expect(entry).toMatchObject({ createdAt: now, revocation: { at: 1_700_000_001 } })
    expect(await revocations.readAfter(0, 10)).toStrictEqual([entry])
  })

  it('never revokes until a time before the entry before, whatever the clock says', async () => {
    let now = 1_700_000_000_000
    const options = await stores.locate()
    const first = (await stores.open(options, { now: () => now })).revocations
    await first.append(tokenId('j'))
    now -= HOUR_MS
    // Another process, which has not seen the clock before.
    const second = (await stores.open(options, { now: () => now })).revocations
    const entry = await second.append({ kind: 'subject', issuer: 'local', subject: 'alice' })
    expect(entry).toMatchObject({ createdAt: 1_700_000_000_000, revocation: { at: 1_700_000_000 } })
  })

  it('takes its time from the database, or from what a file has recorded', async () => {
    const { revocations, audit } = await stores.open()
    vi.useFakeTimers({ toFake: ['Date'] })
    try {
      const realNow = Date.now()
      if (stores.driver === 'libsql') await audit.append([recordAt(realNow + 1000)])
      vi.setSystemTime(realNow - HOUR_MS)
      const { createdAt } = await revocations.append(tokenId('j'))
      expect(createdAt).toBeGreaterThanOrEqual(
        stores.driver === 'libsql' ? realNow + 1000 : realNow,
      )
      expect(createdAt).toBeLessThan(realNow + HOUR_MS)
    } finally {
      vi.useRealTimers()
    }
  })

  it.each([
    [23 * HOUR_MS, true],
    [25 * HOUR_MS, false],
  ])('takes over a time that lies %d ms ahead: %s', async (ahead, isTaken) => {
    const subject: NewRevocation = { kind: 'subject', issuer: 'local', subject: 'alice' }
    const options = await stores.locate()
    const later = Date.now() + ahead
    const wrong = await stores.open(options, { now: () => later })
    const first = await wrong.revocations.append(subject)
    const { revocations } = await stores.open(options)
    const second = await revocations.append(subject)
    expect(second.createdAt - later > -HOUR_MS).toBe(isTaken)
    // What was acknowledged stays.
    expect(await revocations.readAfter(0, 2)).toStrictEqual([first, second])
  })

  it.each([
    [23 * HOUR_MS, true],
    [25 * HOUR_MS, false],
  ])(
    'takes a record of the audit that lies %d ms ahead for the time of a file: %s',
    async (ahead, isTaken) => {
      const { revocations, audit } = await stores.open()
      const later = Date.now() + ahead
      await audit.append([recordAt(later)])
      const { createdAt } = await revocations.append(tokenId('j'))
      expect(createdAt >= later).toBe(isTaken && stores.driver === 'libsql')
      expect(createdAt).toBeGreaterThan(Date.now() - HOUR_MS)
    },
  )

  it('is read in pages, each entry after the one before', async () => {
    const { revocations } = await stores.open()
    for (const id of names('j', 7)) await revocations.append(tokenId(id))
    const first = await revocations.readAfter(0, 3)
    const second = await revocations.readAfter(first.at(-1)?.sequence ?? 0, 3)
    const third = await revocations.readAfter(second.at(-1)?.sequence ?? 0, 3)
    expect([...first, ...second, ...third].map(({ sequence }) => sequence)).toStrictEqual(
      [...first, ...second, ...third].map(({ sequence }) => sequence).sort((a, b) => a - b),
    )
    expect([first, second, third].map(idsOf)).toStrictEqual([
      ['j0', 'j1', 'j2'],
      ['j3', 'j4', 'j5'],
      ['j6'],
    ])
    expect(await revocations.readAfter(third.at(-1)?.sequence ?? 0, 3)).toStrictEqual([])
    expect(await revocations.readAfter(Number.MAX_SAFE_INTEGER, 3)).toStrictEqual([])
  })

  it('tells the sequence of its last entry, whoever has appended it', async () => {
    const options = await stores.locate()
    const [first, second] = [await stores.open(options), await stores.open(options)]
    expect(await first.revocations.lastSequence()).toBe(0)
    for (const id of names('j', 3)) {
      const { sequence } = await second.revocations.append(tokenId(id))
      expect(await first.revocations.lastSequence()).toBe(sequence)
    }
  })

  it.each([
    [-1, 1],
    [0.5, 1],
    [Infinity, 1],
    [0, 0],
    [0, 1.5],
  ])('refuses to read after %d at most %d', async (sequence, limit) => {
    const { revocations } = await stores.open()
    await expect(revocations.readAfter(sequence, limit)).rejects.toEqual(invalid)
  })

  it('never shows an entry below one that was read, whoever appends', async () => {
    const options = await stores.locate()
    const writers = [await stores.open(options), await stores.open(options)] as const
    const reader = (await stores.open(options)).revocations
    let isOver = false
    const appended = Promise.all(
      names('j', 90).map(async (id, index) => {
        const entry = await writers[index % 2 === 0 ? 0 : 1].revocations.append(tokenId(id))
        // Durable, and before any later entry: whoever reads from the start finds it.
        if (index % 9 === 0) {
          const below = await reader.readAfter(entry.sequence - 1, 1)
          expect(below).toStrictEqual([entry])
        }
        return entry
      }),
    ).finally(() => (isOver = true))
    const seen: number[] = []
    for (let isLast = false; !isLast; await setImmediate()) {
      isLast = isOver
      seen.push(...(await reader.readAfter(seen.at(-1) ?? 0, 1000)).map(({ sequence }) => sequence))
    }
    const entries = await appended
    const sequences = entries.map(({ sequence }) => sequence).sort((a, b) => a - b)
    expect(new Set(sequences).size).toBe(90)
    expect(seen).toStrictEqual(sequences)
  })

  it('forgets what may be forgotten, an hour later, and nothing else', async () => {
    let now = 0
    const { revocations } = await stores.open(undefined, { now: () => now })
    await revocations.append(tokenId('forever'))
    await revocations.append(tokenId('soon', { forgetAt: 10 }))
    await revocations.append(tokenId('later', { forgetAt: 20 }))
    const remaining = async () => idsOf(await revocations.readAfter(0, 10))
    now = HOUR_MS + 10_000
    await revocations.append(tokenId('a'))
    expect(await remaining()).toStrictEqual(['forever', 'soon', 'later', 'a'])
    now = HOUR_MS + 10_001
    await revocations.append(tokenId('b'))
    expect(await remaining()).toStrictEqual(['forever', 'later', 'a', 'b'])
    now = Number.MAX_SAFE_INTEGER
    await revocations.append(tokenId('c'))
    expect(await remaining()).toStrictEqual(['forever', 'a', 'b', 'c'])
  })

  it('forgets a bounded number at a time', async () => {
    let now = 0
    const { revocations } = await stores.open(undefined, { now: () => now })
    for (const id of names('old', 120)) await revocations.append(tokenId(id, { forgetAt: 1 }))
    now = 2 * HOUR_MS
    await revocations.append(tokenId('a'))
    expect(await revocations.readAfter(0, 999)).toHaveLength(21)
    await revocations.append(tokenId('b'))
    expect(idsOf(await revocations.readAfter(0, 999))).toStrictEqual(['a', 'b'])
  })

  it('never gives a sequence again, also where the last entries were forgotten', async () => {
    let now = 0
    const options = await stores.locate()
    const first = await stores.open(options, { now: () => now })
    const before = await first.revocations.append(tokenId('a', { forgetAt: 1 }))
    const last = await first.revocations.append(tokenId('b', { forgetAt: 1 }))
    await first.close()
    now = 2 * HOUR_MS
    const second = await stores.open(options, { now: () => now })
    const after = await second.revocations.append(tokenId('c', { forgetAt: 1 }))
    expect(idsOf(await second.revocations.readAfter(0, 9))).toStrictEqual(['c'])
    expect(before.sequence).toBeLessThan(last.sequence)
    expect(last.sequence).toBeLessThan(after.sequence)
  })

  it('is one for all who open the same database, also later', async () => {
    const options = await stores.locate()
    const first = await stores.open(options)
    const second = await stores.open(options)
    const entry = await first.revocations.append(tokenId('j'))
    expect(await second.revocations.readAfter(0, 9)).toStrictEqual([entry])
    await first.close()
    await second.close()
    const third = await stores.open(options)
    expect(await third.revocations.readAfter(0, 9)).toStrictEqual([entry])
  })
})
