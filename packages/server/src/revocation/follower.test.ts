import type { RevocableToken, Revocation, RevocationEntry, RevocationLog } from '@signet/auth'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createLogRecorder } from '@signet/test-support/application/application'
import { createDeferred, type Deferred } from '@signet/test-support/time/deferred'
import { RevocationFollower } from './follower.js'

const POLL = 250
const STALE = 30_000

const ofId = (tokenId: string): Revocation => ({ kind: 'token-id', issuer: 'local', tokenId })

/** A log in memory that a test can stop, break and hold. */
class TestLog implements RevocationLog {
  readonly entries: RevocationEntry[] = []
  /** The sequence and the limit of each read. */
  readonly reads: { readonly after: number; readonly limit: number }[] = []
  error: Error | undefined
  /** Reads wait for this. */
  gate: Deferred<void> | undefined
  maxInFlight = 0
  #inFlight = 0
  readonly #listeners = new Set<() => void>()

  get listeners(): number {
    return this.#listeners.size
  }

  /** Appends as another instance would; sequences need not be without gaps. */
  add(revocation: Revocation, gap = 1): RevocationEntry {
    const sequence = (this.entries.at(-1)?.sequence ?? 0) + gap
    const entry = { sequence, revocation, createdAt: 0 }
    this.entries.push(entry)
    return entry
  }

  hint(): void {
    for (const listener of this.#listeners) listener()
  }

  async append(revocation: Revocation): Promise<RevocationEntry> {
    if (this.error !== undefined) throw this.error
    return this.add(revocation)
  }

  async readAfter(after: number, limit: number): Promise<readonly RevocationEntry[]> {
    this.reads.push({ after, limit })
    this.#inFlight++
    this.maxInFlight = Math.max(this.maxInFlight, this.#inFlight)
    try {
      await this.gate?.promise
      if (this.error !== undefined) throw this.error
      return this.entries.filter(({ sequence }) => sequence > after).slice(0, limit)
    } finally {
      this.#inFlight--
    }
  }

  async lastSequence(): Promise<number> {
    return this.entries.at(-1)?.sequence ?? 0
  }

  onAppend(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }
}

const tokenOf = (tokenId: string): RevocableToken => ({
  issuer: 'local',
  subject: 'alice',
  tokenId,
  sessionId: undefined,
  issuedAt: 0,
  digest: () => 'none',
})

const unavailable = { name: 'RequestError', code: 'storage_unavailable' }

function create() {
  const log = new TestLog()
  const news: number[] = []
  const { logger, lines } = createLogRecorder()
  const follower = new RevocationFollower({
    log,
    pollMs: POLL,
    staleAfterMs: STALE,
    onNew: () => void news.push(log.reads.length),
    logger,
  })
  const isRevoked = (tokenId: string) => follower.isRevoked(tokenOf(tokenId))
  return { log, follower, isRevoked, news, lines }
}

const ofSubject = (at: number): Revocation => ({
  kind: 'subject',
  issuer: 'local',
  subject: 'alice',
  at,
})

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms)

beforeEach(() => {
  vi.useFakeTimers()
})

afterEach(() => {
  vi.useRealTimers()
})

describe('RevocationFollower: the first read', () => {
  it('comes when it begins, so that no request waits for it', async () => {
    const { log, follower } = create()
    await follower.begin()
    expect(log.reads).toHaveLength(1)
    expect(follower.untilCurrent()).toBeUndefined()
  })

  it('is not waited for beyond five seconds', async () => {
    const { log, follower } = create()
    log.gate = createDeferred<void>()
    const beginning = follower.begin()
    await pass(5000)
    await beginning
    expect(log.reads).toHaveLength(1)
  })

  it('lets the age grow from the start on, as long as it has not come', async () => {
    const { log, follower } = create()
    log.gate = createDeferred<void>()
    void follower.begin()
    await pass(40_000)
    expect(follower.ageMs()).toBe(40_000)
  })

  it('reads nothing, and starts no timer, before it is asked', async () => {
    const { log } = create()
    await pass(10 * POLL)
    expect(log.reads).toStrictEqual([])
    expect(log.listeners).toBe(0)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('lets the first request wait until all of the log has been read, page by page', async () => {
    const { log, follower, isRevoked } = create()
    for (let count = 0; count < 2500; count++) log.add(ofId(`token-${count}`), 3)
    await follower.untilCurrent()
    expect(log.reads.map(({ after }) => after)).toStrictEqual([0, 2999, 5999])
    expect([isRevoked('token-0'), isRevoked('token-2499')]).toStrictEqual([true, true])
    expect(isRevoked('token-2500')).toBe(false)
  })

  it('reads once for all who wait for it', async () => {
    const { log, follower } = create()
    log.gate = createDeferred()
    const waiting = [follower.untilCurrent(), follower.untilCurrent(), follower.untilCurrent()]
    await pass(1000)
    log.gate.resolve()
    await Promise.all(waiting)
    expect(log.reads).toHaveLength(1)
  })

  it('lets nobody in where it fails, nor waits for the next one', async () => {
    const { log, follower } = create()
    log.error = new Error('no database')
    await expect(follower.untilCurrent()).rejects.toMatchObject(unavailable)
    log.gate = createDeferred()
    await pass(POLL)
    await expect(follower.untilCurrent()).rejects.toMatchObject(unavailable)
    expect(log.reads).toHaveLength(2)
    log.error = undefined
    log.gate.resolve()
    await pass(0)
    expect(await follower.untilCurrent()).toBeUndefined()
  })

  it('keeps nobody waiting for longer than five seconds where it hangs', async () => {
    const { log, follower } = create()
    log.gate = createDeferred()
    const outcome = Promise.resolve(follower.untilCurrent()).catch((error: unknown) => error)
    await pass(4999)
    let isSettled = false
    void outcome.then(() => (isSettled = true))
    await pass(0)
    expect(isSettled).toBe(false)
    await pass(1)
    expect(await outcome).toMatchObject(unavailable)
    expect(log.reads).toHaveLength(1)
    log.gate.resolve()
    await pass(0)
    expect(await follower.untilCurrent()).toBeUndefined()
  })
})

describe('RevocationFollower: reading on', () => {
  it('reads on from its last entry each 250 ms, and tells of what is new only', async () => {
    const { log, follower, isRevoked, news } = create()
    log.add(ofId('a'), 7)
    await follower.untilCurrent()
    expect(news).toStrictEqual([1])
    await pass(POLL)
    log.add(ofId('b'))
    await pass(POLL - 1)
    expect(isRevoked('b')).toBe(false)
    await pass(1)
    expect(isRevoked('b')).toBe(true)
    await pass(POLL)
    expect(log.reads.map(({ after }) => after)).toStrictEqual([0, 6, 6, 7])
    expect(news).toStrictEqual([1, 3])
  })

  it.each<readonly [string, (log: TestLog) => void]>([
    ['ends before the entry that was read last', (log) => void log.entries.splice(1)],
    ['is empty', (log) => void log.entries.splice(0)],
    [
      'has another entry in its place',
      (log) => {
        log.entries.splice(1)
        for (const id of ['x', 'y', 'z']) log.add(ofId(id))
      },
    ],
    [
      'has a gap in its place',
      (log) => {
        log.entries.splice(1)
        log.add(ofId('x'), 9)
      },
    ],
  ])(
    'reads a log that was restored, and %s, from its start, says so once, and keeps what it knew',
    async (_case, restore) => {
      const { log, follower, isRevoked, lines } = create()
      for (const id of ['a', 'b', 'c']) log.add({ ...ofId(id), forgetAt: 2 ** 40 })
      await follower.untilCurrent()
      restore(log)
      await pass(POLL)
      log.add(ofId('later'))
      await pass(2 * POLL)
      for (const { revocation } of log.entries) {
        expect(revocation.kind === 'token-id' && isRevoked(revocation.tokenId)).toBe(true)
      }
      expect(['a', 'b', 'c'].map(isRevoked)).toStrictEqual([true, true, true])
      expect(lines.filter(({ level }) => level === 'error')).toHaveLength(1)
    },
  )

  it('takes no log for restored whose last entry was forgotten', async () => {
    const { log, follower, isRevoked, lines } = create()
    log.add({ ...ofId('a'), forgetAt: 1 })
    await follower.untilCurrent()
    log.add(ofId('b'))
    log.entries.shift()
    await pass(POLL)
    expect(isRevoked('b')).toBe(true)
    expect(log.reads.at(-1)).toMatchObject({ after: 0 })
    expect(lines).toStrictEqual([])
  })

  it('has one read in flight, however long it takes', async () => {
    const { log, follower } = create()
    await follower.untilCurrent()
    log.gate = createDeferred()
    await pass(20 * POLL)
    log.hint()
    await pass(20 * POLL)
    expect(log.reads).toHaveLength(2)
    expect(log.maxInFlight).toBe(1)
  })

  it('counts what this process appends before that is durable for its caller, and again in its place', async () => {
    const { log, follower, isRevoked, news } = create()
    await follower.untilCurrent()
    log.add(ofId('of another'))
    const entry = await follower.append(ofId('own'))
    expect(entry).toMatchObject({ sequence: 2, revocation: ofId('own') })
    expect([isRevoked('own'), isRevoked('of another')]).toStrictEqual([true, false])
    expect(news).toHaveLength(1)
    await pass(POLL)
    expect(log.reads.at(-1)).toMatchObject({ after: 0 })
    expect([isRevoked('own'), isRevoked('of another')]).toStrictEqual([true, true])
  })

  it('counts nothing that could not be appended', async () => {
    const { log, follower, isRevoked, news } = create()
    await follower.untilCurrent()
    log.error = new Error('no database')
    await expect(follower.append(ofId('own'))).rejects.toBe(log.error)
    expect(isRevoked('own')).toBe(false)
    expect(news).toStrictEqual([])
  })

  it('takes every kind of revocation', async () => {
    const { log, follower } = create()
    log.add({ kind: 'token', digest: 'ab' })
    log.add({ kind: 'session', issuer: 'local', sessionId: 's' })
    log.add({ kind: 'subject', issuer: 'local', subject: 'bob', at: 100 })
    await follower.untilCurrent()
    const token = { ...tokenOf('x'), digest: () => 'AB'.toLowerCase() }
    expect(follower.isRevoked(token)).toBe(true)
    expect(follower.isRevoked({ ...tokenOf('x'), sessionId: 's' })).toBe(true)
    expect(follower.isRevoked({ ...tokenOf('x'), subject: 'bob', issuedAt: 100 })).toBe(true)
    expect(follower.isRevoked({ ...tokenOf('x'), subject: 'bob', issuedAt: 101 })).toBe(false)
    expect(follower.isRevoked(tokenOf('x'))).toBe(false)
  })
})

describe('RevocationFollower: hints', () => {
  it('hasten the next read', async () => {
    const { log, follower, isRevoked } = create()
    await follower.untilCurrent()
    log.add(ofId('a'))
    log.hint()
    await pass(10)
    expect(isRevoked('a')).toBe(true)
  })

  it('may be lost: what they would have told of is found by the next read', async () => {
    const { log, follower, isRevoked } = create()
    await follower.untilCurrent()
    log.add(ofId('a'))
    await pass(POLL)
    expect(isRevoked('a')).toBe(true)
  })

  it('that come during a read are followed by another: it may have missed what they tell of', async () => {
    const { log, follower, isRevoked } = create()
    await follower.untilCurrent()
    const first = createDeferred()
    log.gate = first
    await pass(POLL)
    // The read that is held has asked already.
    const entriesThen = log.entries.length
    log.gate = undefined
    log.hint()
    first.resolve()
    await pass(0)
    log.add(ofId('a'))
    expect(entriesThen).toBe(0)
    expect(isRevoked('a')).toBe(false)
    await pass(10)
    expect(isRevoked('a')).toBe(true)
  })

  it('in a storm neither pile up nor put the read off', async () => {
    const { log, follower, isRevoked } = create()
    await follower.untilCurrent()
    log.add(ofId('a'))
    for (let ms = 0; ms < 1000; ms++) {
      for (let count = 0; count < 5; count++) log.hint()
      await pass(1)
      if (ms === 20) expect(isRevoked('a')).toBe(true)
    }
    expect(log.maxInFlight).toBe(1)
    expect(log.reads.length).toBeLessThanOrEqual(102)
    expect(vi.getTimerCount()).toBe(1)
  })
})

describe('RevocationFollower: a log that cannot be read', () => {
  it('is trusted for as long as it was said, then nobody gets in until it can be read again', async () => {
    const { log, follower, isRevoked, lines } = create()
    await follower.untilCurrent()
    log.error = new Error('no database')
    await pass(STALE)
    expect(await follower.untilCurrent()).toBeUndefined()
    await pass(1)
    await expect(follower.untilCurrent()).rejects.toMatchObject(unavailable)
    log.error = undefined
    log.add(ofId('a'))
    await pass(POLL)
    expect(await follower.untilCurrent()).toBeUndefined()
    expect(isRevoked('a')).toBe(true)
    expect(lines.map(({ level }) => level)).toStrictEqual(['warn', 'info'])
  })

  it('counts from when the last good read began, not from when it ended', async () => {
    const { log, follower } = create()
    log.gate = createDeferred()
    const waiting = follower.untilCurrent()
    await pass(4000)
    log.gate.resolve()
    await waiting
    log.error = new Error('no database')
    await pass(STALE - 4000)
    expect(await follower.untilCurrent()).toBeUndefined()
    await pass(1)
    await expect(follower.untilCurrent()).rejects.toMatchObject(unavailable)
  })

  it('answers at once while reads of it hang, once one has failed', async () => {
    const { log, follower } = create()
    await follower.untilCurrent()
    log.error = new Error('no database')
    await pass(STALE + 1)
    log.gate = createDeferred()
    await pass(POLL)
    const reads = log.reads.length
    await expect(follower.untilCurrent()).rejects.toMatchObject(unavailable)
    expect(log.reads).toHaveLength(reads)
  })

  it('is read on from where it was left in the middle of a page', async () => {
    const { log, follower, isRevoked } = create()
    for (let count = 0; count < 1500; count++) log.add(ofId(`token-${count}`))
    const { readAfter } = log
    log.readAfter = async (after, limit) => {
      if (after > 0) throw new Error('broken off')
      return readAfter.call(log, after, limit)
    }
    await expect(follower.untilCurrent()).rejects.toMatchObject(unavailable)
    expect(isRevoked('token-999')).toBe(true)
    log.readAfter = readAfter
    log.reads.length = 0
    await pass(POLL)
    expect(log.reads.map(({ after }) => after)).toStrictEqual([999])
    expect(isRevoked('token-1499')).toBe(true)
  })

  it('waits for a read after the process itself stood still, which is no failure of the log', async () => {
    const { follower } = create()
    await follower.untilCurrent()
    const later = performance.now() + 10 * STALE
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => later)
    expect(await follower.untilCurrent()).toBeUndefined()
    clock.mockRestore()
  })
})

describe('RevocationFollower: a machine that was suspended', () => {
  const HOUR = 3_600_000

  /** Only the clock of the machine knows of that time, and no timer ran. */
  const setClock = (ms: number) => vi.setSystemTime(Date.now() + ms)

  it('reads before it judges, and then knows what was revoked meanwhile', async () => {
    const { log, follower, isRevoked } = create()
    await follower.untilCurrent()
    setClock(HOUR)
    expect(follower.ageMs()).toBe(HOUR)
    log.add(ofId('a'))
    await follower.untilCurrent()
    expect(isRevoked('a')).toBe(true)
    expect(follower.ageMs()).toBe(0)
  })

  it('lets nobody in where the log cannot be read then', async () => {
    const { log, follower } = create()
    await follower.untilCurrent()
    setClock(HOUR)
    log.error = new Error('away')
    await expect(follower.untilCurrent()).rejects.toMatchObject(unavailable)
  })

  it('counts the time that it slept while it waits for the first read', async () => {
    const { follower } = create()
    setClock(HOUR)
    expect(follower.ageMs()).toBe(HOUR)
  })

  it('ages as before where its clock was set back', async () => {
    const { log, follower } = create()
    await follower.untilCurrent()
    log.error = new Error('away')
    setClock(-HOUR)
    expect(await follower.untilCurrent()).toBeUndefined()
    await pass(STALE + 1)
    await expect(follower.untilCurrent()).rejects.toMatchObject(unavailable)
  })
})

describe('RevocationFollower: its end', () => {
  it('leaves no timer and no listener, and reads no more', async () => {
    const { log, follower } = create()
    await follower.untilCurrent()
    expect(log.listeners).toBe(1)
    follower.close()
    expect(log.listeners).toBe(0)
    expect(vi.getTimerCount()).toBe(0)
    await pass(10 * STALE)
    expect(log.reads).toHaveLength(1)
    await expect(follower.untilCurrent()).rejects.toMatchObject(unavailable)
  })

  it('does not go on after a read that was running, nor tells of its failure', async () => {
    const { log, follower, lines } = create()
    await follower.untilCurrent()
    log.gate = createDeferred()
    await pass(POLL)
    follower.close()
    log.gate.reject(new Error('closed'))
    await pass(10 * POLL)
    expect(log.reads).toHaveLength(2)
    expect(vi.getTimerCount()).toBe(0)
    expect(lines).toStrictEqual([])
  })

  it('before its beginning leaves it unbegun', async () => {
    const { log, follower } = create()
    follower.close()
    await expect(follower.untilCurrent()).rejects.toMatchObject(unavailable)
    expect(log.reads).toStrictEqual([])
  })
})

describe('RevocationFollower: reading on', () => {
  it('takes in all that was appended before it was called, and tells the last entry', async () => {
    const { log, follower, isRevoked } = create()
    await follower.untilCurrent()
    log.add(ofId('token-1'), 5)
    expect(isRevoked('token-1')).toBe(false)
    expect(await follower.readOn()).toBe(5)
    expect(isRevoked('token-1')).toBe(true)
  })

  it('reads again where the read in flight may have begun before the append', async () => {
    const { log, follower, isRevoked } = create()
    log.gate = createDeferred()
    void follower.untilCurrent()
    await pass(1)
    const reading = follower.readOn()
    await pass(1)
    log.add(ofId('token-1'))
    log.gate.resolve()
    expect(await reading).toBe(1)
    expect(log.reads).toHaveLength(2)
    expect(isRevoked('token-1')).toBe(true)
  })

  it.each([
    ['the log cannot be read', new Error('no database')],
    ['it is closed', undefined],
  ])('is refused where %s, however recent what is known', async (_case, error) => {
    const { log, follower } = create()
    await follower.untilCurrent()
    log.error = error
    if (error === undefined) follower.close()
    await expect(follower.readOn()).rejects.toMatchObject(unavailable)
    log.error = undefined
  })

  it('reads once more for all who ask while a read is in flight', async () => {
    const { log, follower } = create()
    await follower.untilCurrent()
    const asking = Array.from({ length: 50 }, () => follower.readOn())
    expect(new Set(await Promise.all(asking))).toStrictEqual(new Set([0]))
    expect(log.reads).toHaveLength(3)
  })
})

describe('RevocationFollower: a subject, by the place in the log', () => {
  const made = (judgedUpTo: number) => ({ ...tokenOf('j'), issuedAt: 10 ** 9, judgedUpTo })

  it('ends what was judged before an entry that revokes until its own time', async () => {
    const { log, follower } = create()
    log.add(ofSubject(0), 5)
    await follower.untilCurrent()
    expect([follower.isRevoked(made(4)), follower.isRevoked(made(5))]).toStrictEqual([true, false])
  })

  it('ends by time alone what an entry revokes that looks back', async () => {
    const { log, follower } = create()
    log.add(ofSubject(-1), 5)
    await follower.untilCurrent()
    expect(follower.isRevoked(made(4))).toBe(false)
  })
})
