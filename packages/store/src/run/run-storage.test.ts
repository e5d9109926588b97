import {
  argumentsDigest,
  createMemoryRuns,
  type ClaimedRun,
  type ClaimRefusal,
  type NewRun,
  type NewRunApproval,
  type RunLease,
  type RunStorage,
} from '@signet/core'
import { sql } from 'kysely'
import { describe, expect, it } from 'vitest'
import { ALICE, BOB } from '@signet/test-support/store/memory'
import { describeStores } from '@signet/test-support/store/stores'
import { createDatabase } from '../database/database.js'
import { libsqlDriver } from '../database/driver/libsql.js'
import { postgresDriver } from '../database/driver/postgres.js'

const START = 1_900_000_000_000
const MINUTE = 60_000
const asker = { issuer: 'local', subject: 'alice' }
const decider = { issuer: 'local', subject: 'bob' }
const ARGS = { to: 'x', amount: 1 }

const runOf = (id: string, more: Partial<NewRun> = {}): NewRun => ({
  id,
  kind: 'agent',
  target: 'clerk',
  snapshot: { at: 1 },
  ...more,
})

const approvalOf = (toolCallId: string, more: Partial<NewRunApproval> = {}): NewRunApproval => ({
  toolCallId,
  toolId: 'pay',
  toolName: 'pay_tool',
  args: ARGS,
  digest: argumentsDigest(ARGS),
  byOther: false,
  asker,
  ttlMs: MINUTE,
  ...more,
})

const decisionOf = (toolCallId: string, state: 'approved' | 'declined' = 'approved') => ({
  toolCallId,
  state,
  decider,
  digest: argumentsDigest({ amount: 1, to: 'x' }),
})

const claimBy = (holder: string, toolCallId?: string) => ({
  holder,
  ttlMs: MINUTE,
  ...(toolCallId !== undefined && { decision: decisionOf(toolCallId) }),
})

/** A change of steps. */
const stepsOf = (steps: Readonly<Record<string, unknown>>) => ({
  steps: new Map(Object.entries(steps)),
})

function requireClaimed(claimed: ClaimedRun | ClaimRefusal): ClaimedRun {
  if (typeof claimed === 'string') throw new Error(`The run was not claimed: ${claimed}`)
  return claimed
}

/** What the rules need of a storage. */
interface Opened {
  readonly runs: RunStorage
  /** Sets the clock forward. */
  pass(ms: number): void
}

async function suspend(runs: RunStorage, id: string, ...approvals: readonly NewRunApproval[]) {
  await runs.create(ALICE, runOf(id), { status: 'suspended', approvals, ttlMs: MINUTE })
}

function declareRules(open: () => Promise<Opened>): void {
  it('keeps a suspended run for its owner alone', async () => {
    const { runs } = await open()
    const run = runOf('r', { threadId: 't', resourceId: 'alice', caller: { sub: 'alice' } })
    await runs.create(ALICE, run, { status: 'suspended', approvals: [approvalOf('c')], ttlMs: 5 })
    expect(await runs.get(ALICE, 'r')).toStrictEqual({
      ...run,
      status: 'suspended',
      attempt: 0,
      createdAt: START,
      suspendedAt: START,
      endedAt: undefined,
      dueAt: undefined,
      expiresAt: START + 5,
      result: undefined,
      failure: undefined,
    })
    expect(await runs.get(BOB, 'r')).toBeUndefined()
    expect(await runs.approvalsOf(BOB, ['r'])).toStrictEqual([])
    expect(await runs.claim(BOB, 'r', claimBy('h', 'c'))).toBe('missing')
    expect(await runs.cancel(BOB, 'r')).toBe(false)
    expect(await runs.list(BOB, { kind: 'agent', perPage: 9 })).toMatchObject({ total: 0 })
  })

  it('has one run of an id for each owner', async () => {
    const { runs } = await open()
    await suspend(runs, 'r')
    await runs.create(BOB, runOf('r'), { status: 'suspended' })
    await expect(suspend(runs, 'r')).rejects.toMatchObject({ code: 'run_exists' })
  })

  it('lists by agent, thread and status, the newest first, without snapshots and callers', async () => {
    const { runs, pass } = await open()
    for (const [id, more] of Object.entries({
      a: { threadId: 't' },
      b: { target: 'other' },
      c: { caller: { sub: 'alice' } },
    })) {
      await runs.create(ALICE, runOf(id, more), { status: 'suspended' })
      pass(1)
    }
    await runs.create(ALICE, runOf('w', { kind: 'workflow' }), { status: 'suspended' })
    const idsOf = async (query: object) => {
      const page = await runs.list(ALICE, { kind: 'agent', perPage: 9, ...query })
      return [page.total, ...page.runs.map(({ id }) => id)]
    }
    expect(await idsOf({})).toStrictEqual([3, 'c', 'b', 'a'])
    expect(await idsOf({ target: 'clerk' })).toStrictEqual([2, 'c', 'a'])
    expect(await idsOf({ threadId: 't' })).toStrictEqual([1, 'a'])
    expect(await idsOf({ status: 'failed' })).toStrictEqual([0])
    expect(await idsOf({ perPage: 2, page: 1 })).toStrictEqual([3, 'a'])
    expect(await idsOf({ perPage: 2, page: 9 })).toStrictEqual([3])
    const [newest] = (await runs.list(ALICE, { kind: 'agent', perPage: 1 })).runs
    expect(newest).not.toHaveProperty('caller')
    expect(newest).not.toHaveProperty('snapshot')
  })

  it('is taken up once by one of all that approve it at once', async () => {
    const { runs } = await open()
    await suspend(runs, 'r', approvalOf('c'))
    const claims = await Promise.all(
      Array.from({ length: 8 }, (_, index) => runs.claim(ALICE, 'r', claimBy(`h${index}`, 'c'))),
    )
    expect(claims.filter((claimed) => typeof claimed !== 'string')).toHaveLength(1)
    expect(new Set(claims.filter((claimed) => typeof claimed === 'string'))).toStrictEqual(
      new Set(['running']),
    )
    expect(await runs.approvalsOf(ALICE, ['r'])).toMatchObject([
      { toolCallId: 'c', state: 'approved', decider, decidedAt: START },
    ])
  })

  it('lets a call be decided on once, also in a later leg', async () => {
    const { runs } = await open()
    await suspend(runs, 'r', approvalOf('c'), approvalOf('d'))
    const { lease, run } = requireClaimed(await runs.claim(ALICE, 'r', claimBy('h', 'c')))
    expect(run).toMatchObject({ status: 'running', attempt: 1, snapshot: { at: 1 } })
    expect(await runs.suspend(lease, { snapshot: { at: 2 }, ttlMs: MINUTE })).toBe('held')
    expect(await runs.claim(ALICE, 'r', claimBy('h', 'c'))).toBe('decided')
    expect(await runs.claim(ALICE, 'r', claimBy('h', 'e'))).toBe('missing')
    const next = requireClaimed(await runs.claim(ALICE, 'r', claimBy('h', 'd')))
    expect(next.run).toMatchObject({ attempt: 2, snapshot: { at: 2 } })
  })

  it('is not taken up by who has read it before another leg', async () => {
    const { runs } = await open()
    await suspend(runs, 'r', approvalOf('c'), approvalOf('d'))
    const { lease } = requireClaimed(await runs.claim(ALICE, 'r', claimBy('h', 'c')))
    await runs.suspend(lease, { snapshot: { at: 2 } })
    expect(await runs.claim(ALICE, 'r', { ...claimBy('h', 'd'), attempt: 0 })).toBe('running')
    expect(await runs.approvalsOf(ALICE, ['r'])).toMatchObject([{}, { state: 'waiting' }])
    requireClaimed(await runs.claim(ALICE, 'r', { ...claimBy('h', 'd'), attempt: 1 }))
  })

  it('lets another decide, once, and waits on', async () => {
    const { runs, pass } = await open()
    await suspend(runs, 'r', approvalOf('c'), approvalOf('d'))
    expect(await runs.decide(BOB, 'r', decisionOf('c'))).toBe('missing')
    const other = { ...decisionOf('c'), digest: argumentsDigest(1) }
    expect(await runs.decide(ALICE, 'r', other)).toBe('changed')
    const outcomes = await Promise.all(
      (['approved', 'declined'] as const).map((state) =>
        runs.decide(ALICE, 'r', decisionOf('c', state)),
      ),
    )
    expect(outcomes.toSorted()).toStrictEqual(['decided', undefined])
    expect(await runs.get(ALICE, 'r')).toMatchObject({ status: 'suspended', attempt: 0 })
    pass(MINUTE)
    expect(await runs.decide(ALICE, 'r', decisionOf('d'))).toBe('expired')
    await runs.cancel(ALICE, 'r')
    expect(await runs.decide(ALICE, 'r', decisionOf('d'))).toBe('ended')
  })

  it('takes a call that has the id of an earlier one for a call of its own', async () => {
    const { runs } = await open()
    await suspend(runs, 'r', approvalOf('c'))
    const { lease } = requireClaimed(await runs.claim(ALICE, 'r', claimBy('h', 'c')))
    await runs.suspend(lease, { snapshot: {}, approvals: [approvalOf('c')] })
    requireClaimed(await runs.claim(ALICE, 'r', claimBy('h', 'c')))
    const states = (await runs.approvalsOf(ALICE, ['r'])).map(({ state }) => state)
    expect(states).toStrictEqual(['approved', 'approved'])
  })

  it('is not taken up for other arguments, and waits on', async () => {
    const { runs } = await open()
    await suspend(runs, 'r', approvalOf('c'))
    const decision = { ...decisionOf('c'), digest: argumentsDigest({ to: 'x', amount: 2 }) }
    expect(await runs.claim(ALICE, 'r', { ...claimBy('h'), decision })).toBe('changed')
    expect(await runs.get(ALICE, 'r')).toMatchObject({ status: 'suspended', attempt: 0 })
    expect(await runs.approvalsOf(ALICE, ['r'])).toMatchObject([{ state: 'waiting' }])
    requireClaimed(await runs.claim(ALICE, 'r', claimBy('h', 'c')))
  })

  it('is not taken up once it has expired, or the approval has', async () => {
    const { runs, pass } = await open()
    await runs.create(ALICE, runOf('short'), { status: 'suspended', ttlMs: 5 })
    await runs.create(ALICE, runOf('call'), {
      status: 'suspended',
      approvals: [approvalOf('c', { ttlMs: 5 })],
      ttlMs: MINUTE,
    })
    pass(5)
    expect(await runs.claim(ALICE, 'short', claimBy('h'))).toBe('expired')
    expect(await runs.claim(ALICE, 'call', claimBy('h', 'c'))).toBe('expired')
    const page = await runs.list(ALICE, { kind: 'agent', status: 'suspended', perPage: 9 })
    expect(page.runs.map(({ id }) => id)).toStrictEqual(['call'])
    expect(await runs.prune(MINUTE, 100)).toBe(1)
    expect(await runs.get(ALICE, 'short')).toMatchObject({
      status: 'failed',
      failure: { code: 'approval_expired' },
      endedAt: START + 5,
    })
    expect(await runs.claim(ALICE, 'short', claimBy('h'))).toBe('ended')
  })

  it('lets a lost lease write nothing', async () => {
    const { runs, pass } = await open()
    const lease = await runs.create(ALICE, runOf('r', { kind: 'workflow' }), {
      status: 'running',
      holder: 'first',
      ttlMs: 10,
    })
    if (lease === undefined) throw new Error('There is not a lease.')
    expect(await runs.record(lease, stepsOf({ one: { n: 1 } }))).toBe(true)
    expect(await runs.beat(lease, 10)).toBe('held')
    const due = { kind: 'workflow', holder: 'second', ttlMs: 10, limit: 5 } as const
    expect(await runs.claimDue(due)).toStrictEqual([])
    pass(10)
    expect(await runs.claimDue({ ...due, kind: 'agent' })).toStrictEqual([])
    const [taken] = await runs.claimDue(due)
    expect(taken?.lease).toMatchObject({ runId: 'r', holder: 'second', attempt: 2 })
    const forged: readonly RunLease[] = [
      lease,
      { ...lease, attempt: 2 },
      { ...lease, holder: 'second' },
      { ...lease, owner: BOB, holder: 'second', attempt: 2 },
    ]
    for (const each of forged) {
      expect(await runs.beat(each, 10)).toBe('lost')
      expect(await runs.record(each, stepsOf({ two: 2 }))).toBe(false)
      expect(await runs.suspend(each, { snapshot: {} })).toBe('lost')
      expect(await runs.wait(each, {}, 1)).toBe('lost')
      expect(await runs.finish(each, { status: 'success' })).toBe(false)
    }
    expect(await runs.steps(ALICE, 'r')).toStrictEqual(new Map([['one', { n: 1 }]]))
    expect(await runs.steps(BOB, 'r')).toStrictEqual(new Map())
  })

  it('keeps what a step came to last, and not what is dropped', async () => {
    const { runs } = await open()
    const running = { status: 'running', holder: 'h', ttlMs: 10 } as const
    const lease = await runs.create(ALICE, runOf('r'), running)
    const other = await runs.create(ALICE, runOf('s'), running)
    if (lease === undefined || other === undefined) throw new Error('There is not a lease.')
    await runs.record(other, stepsOf({ '0:a/1:b': 'other' }))
    await runs.record(lease, stepsOf({ '0:a': undefined, '0:a/1:b': 1, '0:ab': 2 }))
    expect(await runs.record(lease, { ...stepsOf({ '0:a': 3 }), drops: '0:a/' })).toBe(true)
    expect(await runs.steps(ALICE, 'r')).toStrictEqual(
      new Map([
        ['0:a', 3],
        ['0:ab', 2],
      ]),
    )
    expect(await runs.steps(ALICE, 's')).toStrictEqual(new Map([['0:a/1:b', 'other']]))
  })

  it('waits for somebody who begins it, where nothing says when it is due', async () => {
    const { runs, pass } = await open()
    await runs.create(ALICE, runOf('p', { kind: 'workflow' }), { status: 'pending' })
    pass(MINUTE)
    const due = { kind: 'workflow', holder: 'h', ttlMs: MINUTE, limit: 5 } as const
    expect(await runs.claimDue(due)).toStrictEqual([])
    expect(await runs.claim(ALICE, 'p', claimBy('h'))).toBe('running')
    const change = stepsOf({ input: { n: 1 } })
    const caller = { sub: 'alice' }
    const start = { ...claimBy('h'), from: 'pending', caller, change } as const
    expect(await runs.claim(BOB, 'p', start)).toBe('missing')
    expect(await runs.claim(ALICE, 'p', { ...start, attempt: 1 })).toBe('running')
    expect(await runs.steps(ALICE, 'p')).toStrictEqual(new Map())
    const claims = await Promise.all([runs.claim(ALICE, 'p', start), runs.claim(ALICE, 'p', start)])
    const claimed = claims.find((each) => typeof each !== 'string')
    expect(claims).toContain('running')
    expect(claimed).toMatchObject({ run: { caller: { sub: 'alice' }, attempt: 1 } })
    expect(await runs.steps(ALICE, 'p')).toStrictEqual(new Map([['input', { n: 1 }]]))
    await suspend(runs, 's')
    expect(await runs.claim(ALICE, 's', start)).toBe('running')
  })

  it('has another revision after each change, for its owner alone', async () => {
    const { runs } = await open()
    const seen: unknown[] = []
    const note = async () => seen.push(await runs.revision(ALICE, 'r'))
    await runs.create(ALICE, runOf('r'), { status: 'pending' })
    await note()
    const start = { ...claimBy('h'), from: 'pending' } as const
    const { lease } = requireClaimed(await runs.claim(ALICE, 'r', start))
    await note()
    for (const n of [1, 2]) {
      await runs.record(lease, stepsOf({ one: n }))
      await note()
    }
    await runs.beat(lease, MINUTE)
    expect(await runs.revision(ALICE, 'r')).toBe(seen.at(-1))
    await runs.suspend(lease, { snapshot: {} })
    await note()
    await runs.cancel(ALICE, 'r')
    await note()
    expect(new Set(seen).size).toBe(6)
    expect(seen).not.toContain(undefined)
    expect(await runs.revision(BOB, 'r')).toBeUndefined()
    expect(await runs.revision(ALICE, 'none')).toBeUndefined()
  })

  it('is begun only by who has its workflow', async () => {
    const { runs } = await open()
    await runs.create(ALICE, runOf('p', { kind: 'workflow' }), { status: 'pending', inMs: 0 })
    const due = { kind: 'workflow', holder: 'h', ttlMs: MINUTE, limit: 5 } as const
    expect(await runs.claimDue({ ...due, targets: [] })).toStrictEqual([])
    expect(await runs.claimDue({ ...due, targets: ['other'] })).toStrictEqual([])
    expect(await runs.claimDue({ ...due, targets: ['other', 'clerk'] })).toHaveLength(1)
  })

  it('is listed by its resource and its time, and counted by how it stands', async () => {
    const { runs, pass } = await open()
    for (const [id, resourceId] of Object.entries({ a: 'x', b: 'y\0', c: 'x' })) {
      await runs.create(ALICE, runOf(id, { kind: 'workflow', resourceId }), { status: 'pending' })
      pass(1)
    }
    await suspend(runs, 'agent')
    const idsOf = async (query: object) => {
      const page = await runs.list(ALICE, { kind: 'workflow', perPage: 9, ...query })
      return [page.total, ...page.runs.map(({ id }) => id)]
    }
    expect(await idsOf({ resourceId: 'x' })).toStrictEqual([2, 'c', 'a'])
    expect(await idsOf({ resourceId: 'y\0' })).toStrictEqual([1, 'b'])
    expect(await idsOf({ createdFrom: START + 1 })).toStrictEqual([2, 'c', 'b'])
    expect(await idsOf({ createdTo: START })).toStrictEqual([1, 'a'])
    await runs.cancel(ALICE, 'a')
    const other = runOf('d', { kind: 'workflow', target: 'other' })
    await runs.create(ALICE, other, { status: 'suspended' })
    const counts = await runs.count(ALICE, 'workflow')
    expect(counts.toSorted((one, two) => one.target.localeCompare(two.target))).toStrictEqual([
      { target: 'clerk', status: 'pending', count: 2 },
      { target: 'other', status: 'suspended', count: 1 },
    ])
    expect(await runs.count(ALICE, 'agent')).toStrictEqual([
      { target: 'clerk', status: 'suspended', count: 1 },
    ])
    expect(await runs.count(BOB, 'workflow')).toStrictEqual([])
  })

  it('is deleted by its owner alone, also where a leg runs', async () => {
    const { runs } = await open()
    const running = { status: 'running', holder: 'h', ttlMs: MINUTE } as const
    const lease = await runs.create(ALICE, runOf('r'), running)
    if (lease === undefined) throw new Error('There is not a lease.')
    await runs.record(lease, stepsOf({ one: 1 }))
    expect(await runs.delete(BOB, 'r')).toBe(false)
    expect(await runs.delete(ALICE, 'r')).toBe(true)
    expect(await runs.delete(ALICE, 'r')).toBe(false)
    expect(await runs.beat(lease, 1)).toBe('lost')
    expect(await runs.record(lease, stepsOf({ two: 2 }))).toBe(false)
    expect(await runs.steps(ALICE, 'r')).toStrictEqual(new Map())
  })

  it('begins what is due, once', async () => {
    const { runs, pass } = await open()
    const due = { kind: 'workflow', holder: 'h', ttlMs: MINUTE, limit: 5 } as const
    await runs.create(ALICE, runOf('p', { kind: 'workflow' }), { status: 'pending', inMs: 10 })
    expect(await runs.claimDue(due)).toStrictEqual([])
    pass(10)
    const claims = await Promise.all([runs.claimDue(due), runs.claimDue(due), runs.claimDue(due)])
    expect(claims.flat().map(({ lease }) => lease.attempt)).toStrictEqual([1])
    const [claimed] = claims.flat()
    if (claimed === undefined) throw new Error('Nothing was claimed.')
    expect(await runs.wait(claimed.lease, { at: 2 }, 10)).toBe('held')
    expect(await runs.claimDue(due)).toStrictEqual([])
    pass(10)
    expect(await runs.claimDue(due)).toMatchObject([{ run: { snapshot: { at: 2 }, attempt: 2 } }])
  })

  it('ends with a result or a reason, and then without a snapshot', async () => {
    const { runs, pass } = await open()
    await suspend(runs, 'r', approvalOf('c'), approvalOf('d'))
    const { lease } = requireClaimed(await runs.claim(ALICE, 'r', claimBy('h', 'c')))
    const failure = { code: 'access_denied', message: 'The role is lost.' }
    pass(7)
    expect(await runs.finish(lease, { status: 'failed', failure, result: { n: 1 } })).toBe(true)
    const run = await runs.get(ALICE, 'r')
    expect(run).toMatchObject({ status: 'failed', failure, result: { n: 1 }, endedAt: START + 7 })
    expect(run).not.toHaveProperty('snapshot')
    const states = (await runs.approvalsOf(ALICE, ['r'])).map(({ state }) => state)
    expect(states).toStrictEqual(['approved', 'ended'])
    expect(await runs.claim(ALICE, 'r', claimBy('h', 'd'))).toBe('ended')
    expect(await runs.beat(lease, 1)).toBe('lost')
    expect(await runs.cancel(ALICE, 'r')).toBe(false)
  })

  it('is canceled at once where it waits, else by the beat of its leg', async () => {
    const { runs } = await open()
    await suspend(runs, 'r', approvalOf('c'))
    expect(await runs.cancel(ALICE, 'r')).toBe(true)
    expect(await runs.get(ALICE, 'r')).toMatchObject({ status: 'canceled', endedAt: START })
    expect(await runs.approvalsOf(ALICE, ['r'])).toMatchObject([{ state: 'ended' }])
    await suspend(runs, 's', approvalOf('c'))
    const { lease } = requireClaimed(await runs.claim(ALICE, 's', claimBy('h', 'c')))
    expect(await runs.cancel(ALICE, 's')).toBe(true)
    expect(await runs.get(ALICE, 's')).toMatchObject({ status: 'running' })
    expect(await runs.beat(lease, 1)).toBe('canceled')
  })

  it.each(['suspend', 'wait'] as const)(
    'is canceled where its leg would %s behind it',
    async (way) => {
      const { runs, pass } = await open()
      const other = { byOther: true }
      await suspend(runs, 'r', approvalOf('c', other), approvalOf('d', other))
      const { lease } = requireClaimed(await runs.claim(ALICE, 'r', claimBy('h', 'c')))
      expect(await runs.cancel(ALICE, 'r')).toBe(true)
      const suspension = { snapshot: {}, approvals: [approvalOf('e', other)], ttlMs: MINUTE }
      const ended =
        way === 'suspend' ? runs.suspend(lease, suspension) : runs.wait(lease, { at: 2 }, 10)
      expect(await ended).toBe('canceled')
      const run = await runs.get(ALICE, 'r')
      expect(run).toMatchObject({ status: 'canceled', endedAt: START })
      expect([run?.dueAt, run?.expiresAt]).toStrictEqual([undefined, undefined])
      expect(run).not.toHaveProperty('snapshot')
      const states = (await runs.approvalsOf(ALICE, ['r'])).map(({ state }) => state)
      expect(states).toStrictEqual(['approved', 'ended'])
      expect(await runs.listApprovals({ perPage: 9 })).toMatchObject({ total: 0 })
      expect(await runs.claim(ALICE, 'r', claimBy('h', 'd'))).toBe('ended')
      expect(await runs.decide(ALICE, 'r', decisionOf('d'))).toBe('ended')
      expect(await runs.beat(lease, 1)).toBe('lost')
      pass(MINUTE)
      const due = { kind: 'agent', holder: 'i', ttlMs: 10, limit: 5 } as const
      expect(await runs.claimDue(due)).toStrictEqual([])
    },
  )

  it('is canceled at once where its leg is dead, and who takes it up learns what was asked', async () => {
    const { runs, pass } = await open()
    const running = { status: 'running', holder: 'h', ttlMs: 10 } as const
    await runs.create(ALICE, runOf('dead'), running)
    await runs.create(ALICE, runOf('asked'), running)
    expect(await runs.cancel(ALICE, 'asked')).toBe(true)
    pass(10)
    expect(await runs.cancel(ALICE, 'dead')).toBe(true)
    expect(await runs.get(ALICE, 'dead')).toMatchObject({ status: 'canceled' })
    const due = { kind: 'agent', holder: 'i', ttlMs: 10, limit: 5 } as const
    expect(await runs.claimDue(due)).toMatchObject([{ run: { id: 'asked' }, isCancelAsked: true }])
  })

  it('is deleted once it has ended for so long, with what belongs to it', async () => {
    const { runs, pass } = await open()
    await suspend(runs, 'r', approvalOf('c'))
    await suspend(runs, 's', approvalOf('c'))
    await runs.cancel(ALICE, 'r')
    pass(100)
    expect(await runs.prune(100, 10)).toBe(0)
    pass(1)
    expect(await runs.prune(100, 10)).toBe(1)
    expect(await runs.get(ALICE, 'r')).toBeUndefined()
    expect(await runs.approvalsOf(ALICE, ['r'])).toStrictEqual([])
    expect(await runs.get(ALICE, 's')).toBeDefined()
  })

  it('shows approvers what waits for another, by its tool, and not what its owner decides', async () => {
    const { runs, pass } = await open()
    const other = { byOther: true }
    await suspend(runs, 'own', approvalOf('c'))
    await suspend(runs, 'r', approvalOf('c', other), approvalOf('d', { ...other, toolId: 'mail' }))
    pass(1)
    const later = approvalOf('e', { ...other, ttlMs: 10, asker: decider })
    await runs.create(BOB, runOf('r'), { status: 'suspended', approvals: [later] })
    const callsOf = async (query: object) => {
      const { approvals, total } = await runs.listApprovals({ perPage: 9, ...query })
      return [total, ...approvals.map(({ toolCallId }) => toolCallId).toSorted()]
    }
    expect(await callsOf({})).toStrictEqual([3, 'c', 'd', 'e'])
    expect(await callsOf({ toolIds: ['mail'] })).toStrictEqual([1, 'd'])
    expect(await callsOf({ toolIds: [] })).toStrictEqual([0])
    expect(await callsOf({ perPage: 1, page: 0 })).toStrictEqual([3, 'e'])
    const { approvals } = await runs.listApprovals({ toolIds: ['mail'], perPage: 1 })
    const [approval] = approvals
    expect(approval).toMatchObject({ runId: 'r', target: 'clerk', args: ARGS, asker })
    expect(await runs.findApproval(approval?.id ?? '')).toStrictEqual({ owner: ALICE, approval })
    expect(await runs.findApproval('none')).toBeUndefined()
    pass(10)
    expect(await callsOf({})).toStrictEqual([2, 'c', 'd'])
    await runs.cancel(ALICE, 'r')
    expect(await callsOf({})).toStrictEqual([0])
  })
}

describe('runs in memory', () => {
  declareRules(async () => {
    let time = START
    return { runs: createMemoryRuns(() => time), pass: (ms) => void (time += ms) }
  })

  it('are bounded: those that have ended make room, those that wait do not', async () => {
    const runs = createMemoryRuns()
    for (let index = 0; index < 1000; index++) {
      await runs.create(ALICE, runOf(`r${index}`), { status: 'suspended' })
    }
    await expect(runs.create(ALICE, runOf('more'), { status: 'suspended' })).rejects.toMatchObject({
      code: 'runs_full',
    })
    await runs.create(BOB, runOf('more'), { status: 'suspended' })
    await runs.cancel(ALICE, 'r500')
    await runs.create(ALICE, runOf('more'), { status: 'suspended' })
    expect(await runs.get(ALICE, 'r500')).toBeUndefined()
  })

  it('are bounded by what they hold', async () => {
    const runs = createMemoryRuns()
    const snapshot = { text: 'x'.repeat(16 * 1024 * 1024) }
    const begin = async (id: string) =>
      await runs.create(ALICE, runOf(id, { snapshot }), { status: 'suspended' })
    await begin('a')
    await expect(begin('b')).rejects.toMatchObject({ code: 'runs_full' })
    expect(await runs.get(ALICE, 'b')).toBeUndefined()
    await runs.cancel(ALICE, 'a')
    await begin('b')
  })
})

describeStores('runs in a store', (stores) => {
  declareRules(async () => {
    let time = START
    const { runs } = await stores.open(undefined, { now: () => time })
    return { runs, pass: (ms) => void (time += ms) }
  })

  it.each<readonly [string, Partial<NewRun>, string]>([
    ['a foreign owner key', {}, 'alice'],
    ['an id that no database keeps', { id: 'a\0' }, ALICE],
    ['an empty id', { id: '' }, ALICE],
    ['a thread that can be none', { threadId: '' }, ALICE],
    ['a snapshot that is not JSON', { snapshot: { n: 1n } }, ALICE],
  ])('refuse %s', async (_case, more, owner) => {
    const { runs } = await stores.open()
    await expect(
      runs.create(owner, runOf('r', more), { status: 'suspended' }),
    ).rejects.toMatchObject({ code: 'value_invalid' })
  })

  it('are at most 10,000 of an owner and a kind that have not ended', async () => {
    const options = await stores.locate()
    const { runs } = await stores.open(options)
    const database = createDatabase(
      options.databaseUrl ? postgresDriver(options.databaseUrl) : libsqlDriver(options.directory),
    )
    await database.write((tx) =>
      sql`
        with recursive numbers(n) as (select 1 union all select n + 1 from numbers where n < 10000)
        insert into signet_run
          (owner, id, kind, target, status, attempt, is_cancel_asked, created_at, ended_at)
        select
          ${sql.lit(ALICE)}, 'r' || n, 'workflow', 'clerk',
          case when n = 1 then 'success' else 'suspended' end, 0, 0, 1, case when n = 1 then 1 end
        from numbers
      `.execute(tx),
    )
    await database.close()
    const create = async (owner: string, id: string, kind: NewRun['kind']) =>
      await runs.create(owner, runOf(id, { kind }), { status: 'pending' })
    await create(ALICE, 'last', 'workflow')
    await expect(create(ALICE, 'more', 'workflow')).rejects.toMatchObject({ code: 'runs_full' })
    expect(await runs.get(ALICE, 'more')).toBeUndefined()
    await expect(create(ALICE, 'last', 'workflow')).rejects.toMatchObject({ code: 'run_exists' })
    await create(ALICE, 'answer', 'agent')
    await create(BOB, 'more', 'workflow')
    await runs.cancel(ALICE, 'r2')
    await create(ALICE, 'more', 'workflow')
  })

  it('keep JSON with whatever texts it has', async () => {
    const { runs } = await stores.open()
    const snapshot = { text: 'a\0b\ud800', __proto__: 1, list: [null, 1.5, ''] }
    await runs.create(ALICE, runOf('r', { snapshot }), { status: 'suspended' })
    expect((await runs.get(ALICE, 'r'))?.snapshot).toStrictEqual(snapshot)
  })

  it('are those of all who open the same database, by the clock of the database', async () => {
    const options = await stores.locate()
    const [first, second] = [await stores.open(options), await stores.open(options)]
    await suspend(first.runs, 'r', approvalOf('c'))
    const claims = await Promise.all([
      first.runs.claim(ALICE, 'r', claimBy('a', 'c')),
      second.runs.claim(ALICE, 'r', claimBy('b', 'c')),
    ])
    expect(claims.filter((claimed) => typeof claimed !== 'string')).toHaveLength(1)
    const expiresAt = (await second.runs.approvalsOf(ALICE, ['r']))[0]?.expiresAt ?? 0
    expect(Math.abs(expiresAt - MINUTE - Date.now())).toBeLessThan(MINUTE)
  })
})
