import {
  createMemorySchedules,
  MAX_TRIGGERS,
  type ClaimedFire,
  type DueFires,
  type NewSchedule,
  type NextFire,
  type ScheduleStorage,
} from '@signet/core'
import { describe, expect, it } from 'vitest'
import { ALICE, BOB } from '@signet/test-support/store/memory'
import { describeStores } from '@signet/test-support/store/stores'

const START = 1_900_000_000_000
const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** Each minute, whatever the pattern says. */
const next: NextFire = (_cadence, after) => (Math.floor(after / MINUTE) + 1) * MINUTE
/** The first minute behind the start. */
const FIRST = next({ cron: '', timezone: '' }, START) ?? 0

const RULES = { limit: 100, next }
const CLAIM = {
  ttlMs: MINUTE / 2,
  limit: 50,
  maxOfOwner: 50,
  going: new Map<string, number>(),
  next,
}

const scheduleOf = (id: string, more: Partial<NewSchedule> = {}): NewSchedule => ({
  id,
  target: { kind: 'agent', id: 'clerk' },
  cron: '* * * * *',
  timezone: 'UTC',
  overlap: 'skip',
  job: { prompt: 'Report.' },
  caller: { user: { sub: 'alice' } },
  ttlMs: DAY,
  ...more,
})

/** What the rules need of a storage. */
interface Opened {
  readonly schedules: ScheduleStorage
  /** Sets the clock forward, or back. */
  pass(ms: number): void
}

function onlyFire({ fires }: DueFires): ClaimedFire {
  const [fire] = fires
  if (fire === undefined || fires.length > 1) throw new Error(`${fires.length} fires began.`)
  return fire
}

const outcomesOf = async (schedules: ScheduleStorage, id: string) =>
  (await schedules.triggers(ALICE, id, { limit: 1000 }))?.map(({ outcome }) => outcome)

function declareRules(open: () => Promise<Opened>): void {
  it('keeps a schedule for its owner alone', async () => {
    const { schedules } = await open()
    const given = scheduleOf('s', { name: 'daily', threadId: 't', resourceId: 'alice' })
    const { ttlMs, ...kept } = given
    await schedules.create(ALICE, given, RULES)
    expect(await schedules.get(ALICE, 's')).toStrictEqual({
      ...kept,
      status: 'active',
      pausedBy: undefined,
      createdAt: START,
      updatedAt: START,
      expiresAt: START + ttlMs,
      nextAt: FIRST,
      lastAt: undefined,
      lastRunId: undefined,
    })
    expect(await schedules.get(BOB, 's')).toBeUndefined()
    expect(await schedules.list(BOB, {})).toEqual([])
    expect(await schedules.update(BOB, 's', { status: 'paused' }, next)).toBeUndefined()
    expect(await schedules.trigger(BOB, 's')).toBeUndefined()
    expect(await schedules.triggers(BOB, 's', { limit: 1 })).toBeUndefined()
    expect(await schedules.delete(BOB, 's')).toBe(false)
    expect((await schedules.get(ALICE, 's'))?.status).toBe('active')
  })

  it('lets two owners have a schedule of the same id', async () => {
    const { schedules } = await open()
    await schedules.create(ALICE, scheduleOf('s'), RULES)
    await schedules.create(BOB, scheduleOf('s', { job: { prompt: 'Other.' } }), RULES)
    expect(await schedules.delete(ALICE, 's')).toBe(true)
    expect((await schedules.get(BOB, 's'))?.job).toEqual({ prompt: 'Other.' })
  })

  it('refuses a second schedule of an id, and one too many', async () => {
    const { schedules } = await open()
    const rules = { ...RULES, limit: 2 }
    await schedules.create(ALICE, scheduleOf('a'), rules)
    await expect(schedules.create(ALICE, scheduleOf('a'), rules)).rejects.toMatchObject({
      code: 'schedule_exists',
    })
    await schedules.create(ALICE, scheduleOf('b'), rules)
    await expect(schedules.create(ALICE, scheduleOf('c'), rules)).rejects.toMatchObject({
      code: 'schedule_limit',
    })
    // One that is there is not one too many.
    await expect(schedules.create(ALICE, scheduleOf('a'), rules)).rejects.toMatchObject({
      code: 'schedule_exists',
    })
    await schedules.create(BOB, scheduleOf('c'), rules)
  })

  it('lists by target, status, thread and name, the newest first', async () => {
    const { schedules, pass } = await open()
    await schedules.create(ALICE, scheduleOf('a', { name: 'x', threadId: 't' }), RULES)
    pass(1)
    const workflow = { target: { kind: 'workflow', id: 'clerk' } } as const
    await schedules.create(ALICE, scheduleOf('b', workflow), RULES)
    await schedules.update(ALICE, 'b', { status: 'paused' }, next)
    const ids = async (query: Parameters<ScheduleStorage['list']>[1]) =>
      (await schedules.list(ALICE, query)).map(({ id }) => id)
    expect(await ids({})).toEqual(['b', 'a'])
    expect(await ids({ kind: 'agent', target: 'clerk' })).toEqual(['a'])
    expect(await ids({ kind: 'workflow', target: 'other' })).toEqual([])
    expect(await ids({ status: 'paused' })).toEqual(['b'])
    expect(await ids({ threadId: 't' })).toEqual(['a'])
    expect(await ids({ name: 'x' })).toEqual(['a'])
    expect(await ids({ name: 'y' })).toEqual([])
  })

  it('fires when the time has come, and not before', async () => {
    const { schedules, pass } = await open()
    await schedules.create(ALICE, scheduleOf('s'), RULES)
    expect((await schedules.claimDue(CLAIM)).fires).toEqual([])
    pass(FIRST - START)
    const { schedule, trigger, lease } = onlyFire(await schedules.claimDue(CLAIM))
    expect(schedule).toMatchObject({ id: 's', nextAt: FIRST + MINUTE, lastAt: FIRST })
    expect(trigger).toMatchObject({
      scheduleId: 's',
      kind: 'schedule-fire',
      outcome: 'running',
      scheduledAt: FIRST,
      firedAt: FIRST,
      startedAt: FIRST,
    })
    expect((await schedules.claimDue(CLAIM)).fires).toEqual([])
    expect(await schedules.finish(lease, { outcome: 'succeeded' })).toBe(true)
    expect((await schedules.get(ALICE, 's'))?.lastRunId).toBe(trigger.id)
    expect(await schedules.triggers(ALICE, 's', { limit: 10 })).toMatchObject([
      { id: trigger.id, outcome: 'succeeded', endedAt: FIRST },
    ])
  })

  it('ends a fire once', async () => {
    const { schedules, pass } = await open()
    await schedules.create(ALICE, scheduleOf('s'), RULES)
    pass(MINUTE)
    const { lease } = onlyFire(await schedules.claimDue(CLAIM))
    expect(await schedules.finish({ ...lease, owner: BOB }, { outcome: 'failed' })).toBe(false)
    expect(await schedules.finish({ ...lease, triggerId: 'x' }, { outcome: 'failed' })).toBe(false)
    expect(await schedules.finish(lease, { outcome: 'succeeded' })).toBe(true)
    expect(await schedules.finish(lease, { outcome: 'failed' })).toBe(false)
    expect(await outcomesOf(schedules, 's')).toEqual(['succeeded'])
  })

  it('fires once for all times that were missed', async () => {
    const { schedules, pass } = await open()
    await schedules.create(ALICE, scheduleOf('s'), RULES)
    pass(5 * HOUR)
    const { schedule, trigger, lease } = onlyFire(await schedules.claimDue(CLAIM))
    expect(trigger).toMatchObject({ scheduledAt: FIRST, firedAt: START + 5 * HOUR })
    expect(schedule.nextAt).toBe(FIRST + 5 * HOUR)
    await schedules.finish(lease, { outcome: 'succeeded' })
    expect((await schedules.claimDue(CLAIM)).fires).toEqual([])
  })

  it('does not repeat a fire when the clock is set back', async () => {
    const { schedules, pass } = await open()
    await schedules.create(ALICE, scheduleOf('s'), RULES)
    pass(HOUR)
    const { lease } = onlyFire(await schedules.claimDue(CLAIM))
    await schedules.finish(lease, { outcome: 'succeeded' })
    pass(-HOUR)
    expect((await schedules.claimDue(CLAIM)).fires).toEqual([])
    pass(HOUR + MINUTE)
    expect((await schedules.claimDue(CLAIM)).fires).toHaveLength(1)
  })

  it('skips a fire while the one before goes on', async () => {
    const { schedules, pass } = await open()
    await schedules.create(ALICE, scheduleOf('s'), RULES)
    pass(MINUTE)
    const { lease } = onlyFire(await schedules.claimDue(CLAIM))
    await schedules.beat(lease, HOUR)
    pass(MINUTE)
    expect((await schedules.claimDue(CLAIM)).fires).toEqual([])
    expect(await schedules.triggers(ALICE, 's', { limit: 1 })).toMatchObject([
      { outcome: 'skipped', failure: { code: 'schedule_overlap' } },
    ])
    await schedules.finish(lease, { outcome: 'succeeded' })
    expect((await schedules.claimDue(CLAIM)).fires).toEqual([])
    pass(MINUTE)
    onlyFire(await schedules.claimDue(CLAIM))
  })

  it('lets one fire wait for the end of the one before, where it is to queue', async () => {
    const { schedules, pass } = await open()
    await schedules.create(ALICE, scheduleOf('s', { overlap: 'queue' }), RULES)
    pass(MINUTE)
    const { lease } = onlyFire(await schedules.claimDue(CLAIM))
    await schedules.beat(lease, HOUR)
    for (const _ of [1, 2]) {
      pass(MINUTE)
      expect((await schedules.claimDue(CLAIM)).fires).toEqual([])
    }
    expect(await outcomesOf(schedules, 's')).toEqual(['skipped', 'pending', 'running'])
    await schedules.finish(lease, { outcome: 'succeeded' })
    const { trigger } = onlyFire(await schedules.claimDue(CLAIM))
    expect(trigger).toMatchObject({ outcome: 'running', scheduledAt: FIRST + MINUTE })
  })

  it('leaves out the fire that waits where it is paused, and lets it fire by hand', async () => {
    const { schedules, pass } = await open()
    await schedules.create(ALICE, scheduleOf('s', { overlap: 'queue' }), RULES)
    pass(MINUTE)
    const { lease } = onlyFire(await schedules.claimDue(CLAIM))
    await schedules.beat(lease, HOUR)
    pass(MINUTE)
    await schedules.claimDue(CLAIM)
    expect(await outcomesOf(schedules, 's')).toEqual(['pending', 'running'])
    await schedules.update(ALICE, 's', { status: 'paused' }, next)
    expect(await schedules.triggers(ALICE, 's', { limit: 1 })).toMatchObject([
      { outcome: 'skipped', failure: { code: 'schedule_paused' }, endedAt: START + 2 * MINUTE },
    ])
    await schedules.finish(lease, { outcome: 'succeeded' })
    expect(await schedules.claimDue(CLAIM)).toEqual({ fires: [], seen: 0 })
    expect(await outcomesOf(schedules, 's')).toEqual(['skipped', 'succeeded'])
    await schedules.trigger(ALICE, 's')
    const { cron: _cron, ...rest } = scheduleOf('s')
    const settings = { ...rest, cron: '0 * * * *' }
    await schedules.update(ALICE, 's', { settings }, next)
    expect(onlyFire(await schedules.claimDue(CLAIM)).trigger.kind).toBe('manual')
  })

  it('leaves out the fire that waits where the one before pauses it, and where it has expired', async () => {
    const { schedules, pass } = await open()
    const queue = { overlap: 'queue', ttlMs: 3 * MINUTE } as const
    for (const id of ['a', 'b']) await schedules.create(ALICE, scheduleOf(id, queue), RULES)
    pass(MINUTE)
    const { fires } = await schedules.claimDue(CLAIM)
    for (const { lease } of fires) await schedules.beat(lease, HOUR)
    pass(MINUTE)
    await schedules.claimDue(CLAIM)
    const failure = { code: 'token_revoked', message: 'The token was revoked.' }
    const leaseOf = (id: string) => {
      const lease = fires.find(({ schedule }) => schedule.id === id)?.lease
      if (lease === undefined) throw new Error(`${id} did not fire.`)
      return lease
    }
    await schedules.finish(leaseOf('a'), { outcome: 'skipped', failure, pause: failure })
    pass(2 * MINUTE)
    expect((await schedules.claimDue(CLAIM)).fires).toEqual([])
    await schedules.finish(leaseOf('b'), { outcome: 'succeeded' })
    expect((await schedules.claimDue(CLAIM)).fires).toEqual([])
    expect(await outcomesOf(schedules, 'a')).toEqual(['skipped', 'skipped'])
    expect(await outcomesOf(schedules, 'b')).toEqual(['skipped', 'skipped', 'succeeded'])
  })

  it('lets the fire that waits run where its pattern has no later one', async () => {
    const { schedules, pass } = await open()
    const twice: NextFire = (_cadence, after) => {
      if (after < FIRST) return FIRST
      return after < FIRST + MINUTE ? FIRST + MINUTE : undefined
    }
    const claim = { ...CLAIM, next: twice }
    await schedules.create(ALICE, scheduleOf('s', { overlap: 'queue' }), { limit: 1, next: twice })
    pass(FIRST - START)
    const { lease } = onlyFire(await schedules.claimDue(claim))
    await schedules.beat(lease, HOUR)
    pass(MINUTE)
    await schedules.claimDue(claim)
    expect((await schedules.get(ALICE, 's'))?.pausedBy?.code).toBe('schedule_over')
    await schedules.finish(lease, { outcome: 'succeeded' })
    expect(onlyFire(await schedules.claimDue(claim)).trigger.scheduledAt).toBe(FIRST + MINUTE)
  })

  it('ends a fire as interrupted whose lease has lapsed, and fires on', async () => {
    const { schedules, pass } = await open()
    await schedules.create(ALICE, scheduleOf('s'), RULES)
    pass(FIRST - START)
    const { lease } = onlyFire(await schedules.claimDue(CLAIM))
    pass(CLAIM.ttlMs)
    expect((await schedules.claimDue(CLAIM)).fires).toEqual([])
    expect(await schedules.triggers(ALICE, 's', { limit: 10 })).toMatchObject([
      { outcome: 'failed', failure: { code: 'interrupted' } },
    ])
    expect(await schedules.beat(lease, MINUTE)).toBe(false)
    expect(await schedules.finish(lease, { outcome: 'succeeded' })).toBe(false)
    pass(MINUTE)
    onlyFire(await schedules.claimDue(CLAIM))
  })

  it('keeps the lease of a fire that beats', async () => {
    const { schedules, pass } = await open()
    await schedules.create(ALICE, scheduleOf('s'), RULES)
    pass(MINUTE)
    const { lease } = onlyFire(await schedules.claimDue(CLAIM))
    for (const _ of [1, 2, 3]) {
      pass(CLAIM.ttlMs - 1)
      expect(await schedules.beat(lease, CLAIM.ttlMs)).toBe(true)
      await schedules.claimDue(CLAIM)
    }
    expect(await schedules.finish(lease, { outcome: 'succeeded' })).toBe(true)
  })

  it('does not fire while it is paused, and has no backlog when it goes on', async () => {
    const { schedules, pass } = await open()
    await schedules.create(ALICE, scheduleOf('s'), RULES)
    const paused = await schedules.update(ALICE, 's', { status: 'paused' }, next)
    expect(paused).toMatchObject({ status: 'paused', nextAt: undefined, pausedBy: undefined })
    pass(HOUR)
    expect((await schedules.claimDue(CLAIM)).seen).toBe(0)
    const active = await schedules.update(ALICE, 's', { status: 'active' }, next)
    expect(active).toMatchObject({ status: 'active', nextAt: FIRST + HOUR })
    expect((await schedules.claimDue(CLAIM)).fires).toEqual([])
  })

  it('is paused by a fire that says why, until somebody resumes it', async () => {
    const { schedules, pass } = await open()
    await schedules.create(ALICE, scheduleOf('s'), RULES)
    pass(MINUTE)
    const { lease } = onlyFire(await schedules.claimDue(CLAIM))
    const failure = { code: 'token_revoked', message: 'The token was revoked.' }
    await schedules.finish(lease, { outcome: 'skipped', failure, pause: failure })
    expect(await schedules.get(ALICE, 's')).toMatchObject({
      status: 'paused',
      pausedBy: failure,
      nextAt: undefined,
    })
    pass(HOUR)
    expect((await schedules.claimDue(CLAIM)).seen).toBe(0)
    const active = await schedules.update(ALICE, 's', { status: 'active' }, next)
    expect(active).toMatchObject({ status: 'active', pausedBy: undefined })
  })

  it('is paused at its end, and fires on once that is renewed', async () => {
    const { schedules, pass } = await open()
    await schedules.create(ALICE, scheduleOf('s', { ttlMs: MINUTE / 2 }), RULES)
    pass(MINUTE)
    expect((await schedules.claimDue(CLAIM)).fires).toEqual([])
    expect(await schedules.get(ALICE, 's')).toMatchObject({
      status: 'paused',
      pausedBy: { code: 'schedule_expired' },
    })
    expect(await schedules.trigger(ALICE, 's')).toMatchObject({ outcome: 'skipped' })
    const renewal = { caller: { user: { sub: 'later' } }, ttlMs: DAY }
    await schedules.update(ALICE, 's', { status: 'active', renewal }, next)
    pass(MINUTE)
    expect(onlyFire(await schedules.claimDue(CLAIM)).schedule.caller).toEqual(renewal.caller)
  })

  it('is paused where its pattern never fires again', async () => {
    const { schedules, pass } = await open()
    const once: NextFire = (_cadence, after) => (after < FIRST ? FIRST : undefined)
    await schedules.create(ALICE, scheduleOf('s'), { limit: 1, next: once })
    pass(MINUTE)
    onlyFire(await schedules.claimDue({ ...CLAIM, next: once }))
    expect(await schedules.get(ALICE, 's')).toMatchObject({
      status: 'paused',
      pausedBy: { code: 'schedule_over' },
    })
  })

  it('is paused where nobody can tell when it fires next, and the others fire on', async () => {
    const { schedules, pass } = await open()
    const picky: NextFire = (cadence, after) => {
      if (cadence.timezone !== 'UTC') throw new RangeError('There is no such time zone.')
      return next(cadence, after)
    }
    await schedules.create(ALICE, scheduleOf('bad', { timezone: 'Mars/Olympus' }), RULES)
    await schedules.create(BOB, scheduleOf('good'), RULES)
    pass(MINUTE)
    const claim = { ...CLAIM, next: picky }
    // The time of both has come.
    const { fires } = await schedules.claimDue(claim)
    expect(fires.map(({ schedule }) => schedule.id).toSorted()).toEqual(['bad', 'good'])
    for (const { lease } of fires) await schedules.finish(lease, { outcome: 'succeeded' })
    const paused = { status: 'paused', pausedBy: { code: 'schedule_unusable' }, nextAt: undefined }
    expect(await schedules.get(ALICE, 'bad')).toMatchObject(paused)
    expect(await schedules.update(ALICE, 'bad', { status: 'active' }, picky)).toMatchObject(paused)
    pass(MINUTE)
    expect(onlyFire(await schedules.claimDue(claim)).schedule.id).toBe('good')
  })

  it('fires by hand, also while it is paused, and keeps its cadence', async () => {
    const { schedules } = await open()
    await schedules.create(ALICE, scheduleOf('s'), RULES)
    await schedules.update(ALICE, 's', { status: 'paused' }, next)
    const asked = await schedules.trigger(ALICE, 's')
    expect(asked).toMatchObject({ kind: 'manual', outcome: 'pending', scheduledAt: START })
    const { trigger, schedule } = onlyFire(await schedules.claimDue(CLAIM))
    expect(trigger).toMatchObject({ id: asked?.id, outcome: 'running' })
    expect(schedule).toMatchObject({ status: 'paused', nextAt: undefined })
  })

  it('does not fire by hand twice at once', async () => {
    const { schedules } = await open()
    await schedules.create(ALICE, scheduleOf('s'), RULES)
    await schedules.trigger(ALICE, 's')
    expect(await schedules.trigger(ALICE, 's')).toMatchObject({ outcome: 'skipped' })
    onlyFire(await schedules.claimDue(CLAIM))
    expect(await schedules.trigger(ALICE, 's')).toMatchObject({ outcome: 'skipped' })
  })

  it('fires next by its new pattern, as of now', async () => {
    const { schedules, pass } = await open()
    await schedules.create(ALICE, scheduleOf('s'), RULES)
    pass(10 * MINUTE)
    const { cron: _cron, ...rest } = scheduleOf('s')
    const settings = { ...rest, cron: '0 * * * *', job: { prompt: 'New.' } }
    expect(await schedules.update(ALICE, 's', { settings }, next)).toMatchObject({
      cron: '0 * * * *',
      job: { prompt: 'New.' },
      nextAt: FIRST + 10 * MINUTE,
      updatedAt: START + 10 * MINUTE,
    })
    expect((await schedules.claimDue(CLAIM)).fires).toEqual([])
  })

  it('loses the lease of a fire whose schedule is deleted', async () => {
    const { schedules, pass } = await open()
    await schedules.create(ALICE, scheduleOf('s'), RULES)
    pass(MINUTE)
    const { lease } = onlyFire(await schedules.claimDue(CLAIM))
    expect(await schedules.delete(ALICE, 's')).toBe(true)
    expect(await schedules.beat(lease, MINUTE)).toBe(false)
    expect(await schedules.finish(lease, { outcome: 'succeeded' })).toBe(false)
    expect(await schedules.triggers(ALICE, 's', { limit: 1 })).toBeUndefined()
  })

  it('keeps the newest fires alone', async () => {
    const { schedules, pass } = await open()
    await schedules.create(ALICE, scheduleOf('s'), RULES)
    for (let count = 0; count < MAX_TRIGGERS + 5; count++) {
      pass(MINUTE)
      const { lease } = onlyFire(await schedules.claimDue(CLAIM))
      await schedules.finish(lease, { outcome: 'succeeded' })
    }
    const triggers = (await schedules.triggers(ALICE, 's', { limit: 1000 })) ?? []
    expect(triggers).toHaveLength(MAX_TRIGGERS)
    expect(triggers[0]?.firedAt).toBe(START + (MAX_TRIGGERS + 5) * MINUTE)
    const [from, to] = [START + 10 * MINUTE, START + 12 * MINUTE]
    const some = await schedules.triggers(ALICE, 's', { from, to, limit: 2 })
    expect(some?.map(({ firedAt }) => firedAt)).toEqual([to, to - MINUTE])
  })

  it('lets so many of an owner fire at once, and those of others all the same', async () => {
    const { schedules, pass } = await open()
    for (const id of ['a', 'b', 'c', 'd']) await schedules.create(ALICE, scheduleOf(id), RULES)
    await schedules.create(BOB, scheduleOf('e'), RULES)
    pass(MINUTE)
    const claim = { ...CLAIM, maxOfOwner: 2 }
    const ownersOf = ({ fires }: DueFires) => fires.map(({ lease }) => lease.owner).toSorted()
    const full = new Map([[ALICE, 2]])
    expect(await schedules.claimDue({ ...claim, limit: 1, going: full })).toMatchObject({
      fires: [{ lease: { owner: BOB } }],
      seen: 1,
    })
    const some = await schedules.claimDue({ ...claim, going: new Map([[ALICE, 1]]) })
    expect(ownersOf(some)).toEqual([ALICE])
    expect(await schedules.claimDue({ ...claim, going: full })).toEqual({ fires: [], seen: 0 })
    expect(ownersOf(await schedules.claimDue(claim))).toEqual([ALICE, ALICE])
    expect(ownersOf(await schedules.claimDue(claim))).toEqual([ALICE])
  })

  it('looks at so many at a time', async () => {
    const { schedules, pass } = await open()
    for (const id of ['a', 'b', 'c']) await schedules.create(ALICE, scheduleOf(id), RULES)
    pass(MINUTE)
    expect(await schedules.claimDue({ ...CLAIM, limit: 2 })).toMatchObject({ seen: 2 })
    expect(await schedules.claimDue({ ...CLAIM, limit: 2 })).toMatchObject({ seen: 1 })
  })
}

describe('schedules in memory', () => {
  declareRules(async () => {
    let time = START
    return {
      schedules: createMemorySchedules(() => time),
      pass: (ms) => void (time += ms),
    }
  })

  it('are not changed from outside', async () => {
    const schedules = createMemorySchedules(() => START)
    const job = { prompt: 'Report.' }
    const made = await schedules.create(ALICE, scheduleOf('s', { job }), RULES)
    job.prompt = 'Other.'
    Object.assign(made.caller, { user: 'bob' })
    expect(await schedules.get(ALICE, 's')).toMatchObject({
      job: { prompt: 'Report.' },
      caller: { user: { sub: 'alice' } },
    })
  })
})

describeStores('schedules in a store', (stores) => {
  declareRules(async () => {
    let time = START
    const { schedules } = await stores.open(undefined, { now: () => time })
    return { schedules, pass: (ms) => void (time += ms) }
  })

  it.each<readonly [string, Partial<NewSchedule>, string]>([
    ['a foreign owner key', {}, 'alice'],
    ['an id that no database keeps', { id: 'a\0' }, ALICE],
    ['an empty id', { id: '' }, ALICE],
    ['a thread that can be none', { threadId: '' }, ALICE],
    ['a job that is not JSON', { job: { n: 1n } }, ALICE],
    ['a job that is too large', { job: { text: 'x'.repeat(131_072) } }, ALICE],
  ])('refuse %s', async (_case, more, owner) => {
    const { schedules } = await stores.open()
    await expect(schedules.create(owner, scheduleOf('s', more), RULES)).rejects.toMatchObject({
      code: 'value_invalid',
    })
  })

  it('are as many as an owner may have, however many are made at once', async () => {
    const options = await stores.locate()
    const [first, second] = [await stores.open(options), await stores.open(options)]
    const rules = { ...RULES, limit: 3 }
    const made = await Promise.allSettled(
      Array.from({ length: 20 }, async (_each, index) => {
        const { schedules } = index % 2 === 0 ? first : second
        return await schedules.create(ALICE, scheduleOf(`s${index}`), rules)
      }),
    )
    const refused = made.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []))
    expect(refused).toHaveLength(17)
    for (const reason of refused) expect(reason).toMatchObject({ code: 'schedule_limit' })
    expect(await first.schedules.list(ALICE, {})).toHaveLength(3)
    await second.schedules.create(BOB, scheduleOf('s'), rules)
  })

  it('fire once, however many instances look at once', async () => {
    const options = await stores.locate()
    let time = START
    const probe = { now: () => time }
    const [first, second] = [await stores.open(options, probe), await stores.open(options, probe)]
    const ids = ['a', 'b', 'c', 'd', 'e']
    for (const id of ids) await first.schedules.create(ALICE, scheduleOf(id), RULES)
    time = FIRST
    const racers = Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? first : second))
    const claims = await Promise.all(racers.map(({ schedules }) => schedules.claimDue(CLAIM)))
    const fired = claims.flatMap(({ fires }) => fires.map(({ schedule }) => schedule.id))
    expect(fired.toSorted()).toEqual(ids)
    for (const id of ids) expect(await outcomesOf(second.schedules, id)).toEqual(['running'])
  })

  it('go by the clock of the database', async () => {
    const { schedules } = await stores.open()
    const made = await schedules.create(ALICE, scheduleOf('s'), RULES)
    expect(Math.abs(made.createdAt - Date.now())).toBeLessThan(HOUR)
  })
})
