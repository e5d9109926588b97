import { TokenError, type Principal } from '@signet/auth'
import {
  createMemoryRuns,
  Mastra,
  ownerKey,
  RequestContext,
  silentLogger,
  type JudgeCaller,
  type MastraConfig,
  type RunStorage,
} from '@signet/core'
import { createStep, createWorkflow, type Step } from '@signet/core/workflows'
import { describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { describeStores } from '@signet/test-support/store/stores'

const START = 1_900_000_000_000
const DAY = 86_400_000
/** Longer than a lease holds. */
const LAPSED = 10_000
const any = z.unknown()

type AnyStep = Step<string, unknown, unknown, unknown, unknown>
type Execute = Parameters<typeof createStep<'x', typeof any, typeof any>>[0]['execute']

const stepOf = (id: string, execute: Execute): AnyStep =>
  createStep({ id, inputSchema: any, outputSchema: any, execute }) as AnyStep

const flow = (id = 'flow') => createWorkflow({ id, inputSchema: any, outputSchema: any })

function principalOf(subject: string, isAllowed = true): Principal {
  const principal: Pick<Principal, 'subject' | 'issuer' | 'resourceId' | 'claims'> & object = {
    subject,
    issuer: 'local',
    resourceId: subject,
    claims: { sub: subject },
    permissions: { allows: () => isAllowed },
  } as never
  return principal as Principal
}

/** Who calls, and may be known again by their name. */
function callerOf(subject: string, isRevoked = () => false): RequestContext {
  const credential = { record: async () => ({ sub: subject }), isRevoked }
  return new RequestContext([['locale', 'de']], {
    principal: principalOf(subject),
    credential,
    client: { theme: 'dark' },
  })
}

const letIn: JudgeCaller = async ({ sub }) => ({
  principal: principalOf(String(sub)),
  isRevoked: () => false,
})

const ALICE = callerOf('alice')

/** What the rules need of a storage. */
interface Opened {
  readonly storage: RunStorage
  /** Sets the clock of the storage forward. */
  pass(ms: number): void
}

type Workflows = NonNullable<MastraConfig['workflows']>

/** An instance of an application. */
function instanceOf(storage: RunStorage, workflows: Workflows, judge: JudgeCaller = letIn) {
  const mastra = new Mastra({ workflows, logger: silentLogger })
  mastra.setRuns(storage)
  const runs = mastra.getWorkflowRuns()
  const attendant = runs.attend(judge)
  return {
    runs,
    ...attendant,
    workflow: mastra.getWorkflow('flow'),
    /** Starts a run of alice, and does not wait for it. */
    async start(runId: string, inputData: unknown = {}) {
      const run = await runs.open(mastra.getWorkflow('flow'), ALICE, { runId })
      const result = run.start({ inputData, requestContext: ALICE })
      result.catch(() => {})
      return { run, result }
    },
    async statusOf(runId: string) {
      return (await runs.find(mastra.getWorkflow('flow'), ALICE, runId))?.status
    },
  }
}

/** Something that a step waits for. */
function gate() {
  let open = () => {}
  const isOpen = new Promise<void>((resolve) => {
    open = resolve
  })
  let reach = () => {}
  const isReached = new Promise<void>((resolve) => {
    reach = resolve
  })
  return { open: () => open(), isReached, pass: () => (reach(), isOpen) }
}

function declareRules(open: () => Promise<Opened>): void {
  it('are begun by one of all that start them at once', async () => {
    const { storage } = await open()
    const execute = vi.fn<Execute>(async () => 1)
    const workflow = flow().then(stepOf('one', execute)).commit()
    const [here, there] = [instanceOf(storage, { workflow }), instanceOf(storage, { workflow })]
    await here.runs.open(here.workflow, ALICE, { runId: 'r' })
    const started = await Promise.all([here.start('r'), there.start('r'), there.start('r')])
    const ends = await Promise.allSettled(started.map(({ result }) => result))
    expect(ends.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    for (const end of ends) {
      if (end.status === 'rejected') expect(end.reason).toMatchObject({ code: 'run_started' })
    }
    expect(execute).toHaveBeenCalledTimes(1)
  })

  it('are resumed by one of all that resume them at once', async () => {
    const { storage } = await open()
    const told = vi.fn<(data: unknown) => void>()
    const ask = stepOf('ask', async ({ resumeData, suspend }) => {
      if (resumeData === undefined) return suspend({})
      told(resumeData)
      return resumeData
    })
    const workflow = flow().then(ask).commit()
    const [here, there] = [instanceOf(storage, { workflow }), instanceOf(storage, { workflow })]
    await (
      await here.start('r')
    ).result
    const found = await Promise.all(
      [here, there, there].map(({ runs, workflow: own }) => runs.find(own, ALICE, 'r')),
    )
    const ends = await Promise.allSettled(
      found.map((run, n) => run?.resume({ resumeData: n, requestContext: ALICE })),
    )
    expect(ends.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    for (const end of ends) {
      if (end.status !== 'rejected') continue
      expect(['run_busy', 'run_not_suspended']).toContain(Reflect.get(end.reason as object, 'code'))
    }
    expect(told).toHaveBeenCalledTimes(1)
    const again = await here.runs.find(here.workflow, ALICE, 'r')
    await expect(again?.resume({ requestContext: ALICE })).rejects.toMatchObject({
      code: 'run_not_suspended',
    })
    expect(again?.snapshot().result).toBe(told.mock.calls[0]?.[0])
  })

  it('are taken up from a dead instance after its last recorded step, by one', async () => {
    const { storage, pass } = await open()
    const first = vi.fn<Execute>(async () => ({ n: 1 }))
    const hang = gate()
    const seen = vi.fn<Execute>(async ({ inputData, requestContext, state }) => ({
      inputData,
      locale: requestContext.get('locale'),
      theme: requestContext.client['theme'],
      sub: requestContext.principal?.subject,
      state,
    }))
    const dying = flow()
      .then(stepOf('first', first))
      .then(
        stepOf('second', async () => {
          await hang.pass()
          return 'of the dead'
        }),
      )
      .commit()
    const living = flow().then(stepOf('first', first)).then(stepOf('second', seen)).commit()
    const dead = instanceOf(storage, { workflow: dying })
    const { result } = await dead.start('r', { x: 1 })
    await hang.isReached
    const survivors = [
      instanceOf(storage, { workflow: living }),
      instanceOf(storage, { workflow: living }),
    ]
    for (const each of survivors) expect(await each.takeUp()).toBe(0)
    pass(LAPSED)
    const taken = await Promise.all(survivors.map((each) => each.takeUp()))
    expect(taken.toSorted()).toStrictEqual([0, 1])
    await vi.waitFor(async () => expect(await survivors[0]?.statusOf('r')).toBe('success'))
    expect(first).toHaveBeenCalledTimes(1)
    expect(seen).toHaveBeenCalledTimes(1)
    // The one whose lease was taken over goes on, and records nothing.
    hang.open()
    await expect(result).rejects.toMatchObject({ code: 'run_busy' })
    const run = await dead.runs.find(dead.workflow, ALICE, 'r')
    expect(run?.snapshot()).toMatchObject({
      input: { x: 1 },
      result: { inputData: { n: 1 }, locale: 'de', theme: 'dark', sub: 'alice', state: {} },
    })
  })

  it('keep what they were resumed with where the leg is broken off', async () => {
    const { storage, pass } = await open()
    const hang = gate()
    let isDead = true
    const ask = stepOf('ask', async ({ resumeData, suspendData, suspend }) => {
      if (resumeData === undefined) return suspend({ q: 1 })
      if (isDead) await hang.pass()
      return { resumeData, suspendData }
    })
    const workflow = flow().then(ask).commit()
    const [dead, living] = [instanceOf(storage, { workflow }), instanceOf(storage, { workflow })]
    const { run, result } = await dead.start('r')
    await result
    const resumed = run.resume({ resumeData: { ok: true }, requestContext: ALICE })
    resumed.catch(() => {})
    await hang.isReached
    isDead = false
    pass(LAPSED)
    expect(await living.takeUp()).toBe(1)
    await vi.waitFor(async () => expect(await living.statusOf('r')).toBe('success'))
    hang.open()
    await expect(resumed).rejects.toMatchObject({ code: 'run_busy' })
    const found = await living.runs.find(living.workflow, ALICE, 'r')
    expect(found?.snapshot().result).toStrictEqual({
      resumeData: { ok: true },
      suspendData: { q: 1 },
    })
  })

  it('wait for a time as a row, and go on once over all instances', async () => {
    const { storage, pass } = await open()
    const execute = vi.fn<Execute>(async ({ inputData }) => inputData)
    const workflow = flow().sleep(DAY).then(stepOf('after', execute)).commit()
    const [here, there] = [instanceOf(storage, { workflow }), instanceOf(storage, { workflow })]
    const { run, result } = await here.start('r', { n: 1 })
    expect(await result).toMatchObject({ status: 'waiting' })
    await expect(run.resume({ requestContext: ALICE })).rejects.toMatchObject({
      code: 'run_not_suspended',
    })
    pass(DAY - 60_000)
    expect(await here.takeUp()).toBe(0)
    // An hour: the clock of the process does not move at all, and the run still does not sleep again.
    pass(3_600_000)
    const taken = await Promise.all([here, there, there].map((each) => each.takeUp()))
    expect(taken.toSorted()).toStrictEqual([0, 0, 1])
    await vi.waitFor(async () => expect(await there.statusOf('r')).toBe('success'))
    expect(execute).toHaveBeenCalledTimes(1)
  })

  it('sleep in each branch of its own', async () => {
    const { storage, pass } = await open()
    const nap = (id: string, ms: number) => flow(id).sleep(ms).commit()
    const workflow = flow()
      .parallel([nap('short', DAY), nap('long', 2 * DAY)] as never)
      .commit()
    const here = instanceOf(storage, { workflow: workflow as never })
    const { result } = await here.start('r', 7)
    expect(await result).toMatchObject({ status: 'waiting' })
    pass(DAY)
    expect(await here.takeUp()).toBe(1)
    await vi.waitFor(async () => expect(await here.statusOf('r')).toBe('waiting'))
    expect(await here.takeUp()).toBe(0)
    pass(2 * DAY)
    expect(await here.takeUp()).toBe(1)
    await vi.waitFor(async () => expect(await here.statusOf('r')).toBe('success'))
  })

  it('record nothing of a leg whose run was deleted, where another run has its id', async () => {
    const { storage } = await open()
    const gates = [gate(), gate()]
    let leg = 0
    const own = vi.fn<Execute>(async ({ inputData }) => {
      await gates[leg++]?.pass()
      return inputData
    })
    const workflow = flow().then(stepOf('one', own)).commit()
    const here = instanceOf(storage, { workflow })
    const old = await here.start('r', 'old')
    await gates[0]?.isReached
    expect(await here.runs.delete(here.workflow, ALICE, 'r')).toBe(true)
    const next = await here.start('r', 'new')
    await gates[1]?.isReached
    gates[0]?.open()
    await expect(old.result).rejects.toMatchObject({ code: 'run_busy' })
    expect(await here.statusOf('r')).toBe('running')
    gates[1]?.open()
    expect(await next.result).toMatchObject({ status: 'success', result: 'new' })
    expect((await here.runs.find(here.workflow, ALICE, 'r'))?.snapshot().result).toBe('new')
  })

  it('end where nobody starts or resumes them for 30 days', async () => {
    const { storage, pass } = await open()
    const ask = stepOf('ask', async ({ resumeData, suspend }) =>
      resumeData === undefined ? suspend({}) : resumeData,
    )
    const workflow = flow().then(ask).commit()
    const here = instanceOf(storage, { workflow })
    const { run: asking, result } = await here.start('asking')
    await result
    const pending = await here.runs.open(here.workflow, ALICE, { runId: 'pending' })
    pass(30 * DAY - 1)
    expect(await storage.prune(DAY, 9)).toBe(0)
    expect(await here.statusOf('asking')).toBe('suspended')
    expect(await here.statusOf('pending')).toBe('pending')
    pass(1)
    await expect(asking.resume({ resumeData: 1, requestContext: ALICE })).rejects.toMatchObject({
      code: 'run_not_suspended',
    })
    await expect(pending.start({ inputData: {}, requestContext: ALICE })).rejects.toMatchObject({
      code: 'run_started',
      message: expect.stringContaining('waited too long'),
    })
    expect(await storage.prune(DAY, 9)).toBe(2)
    for (const [runId, word] of [
      ['asking', 'resumed'],
      ['pending', 'started'],
    ] as const) {
      const ended = await here.runs.find(here.workflow, ALICE, runId)
      const message = `Nobody ${word} the run in time.`
      expect(ended?.snapshot()).toMatchObject({
        status: 'failed',
        error: { code: 'run_expired', message, isTold: true },
      })
    }
    pass(DAY + 1)
    expect(await storage.prune(DAY, 9)).toBe(2)
    expect(await here.statusOf('asking')).toBeUndefined()
  })

  it('are canceled by another instance', async () => {
    const { storage } = await open()
    const hang = gate()
    const aborted = vi.fn<() => void>()
    const workflow = flow()
      .then(
        stepOf('one', async ({ abortSignal }) => {
          abortSignal.addEventListener('abort', () => {
            aborted()
            hang.open()
          })
          await hang.pass()
        }),
      )
      .then(stepOf('never', aborted as never))
      .commit()
    const [here, there] = [instanceOf(storage, { workflow }), instanceOf(storage, { workflow })]
    const { result } = await here.start('r')
    await hang.isReached
    expect(await there.runs.cancel(there.workflow, callerOf('bob'), 'r')).toBe(false)
    expect(await there.runs.cancel(there.workflow, ALICE, 'r')).toBe(true)
    await here.takeUp()
    expect(await result).toMatchObject({ status: 'canceled' })
    expect(aborted).toHaveBeenCalledTimes(1)
    expect(await there.statusOf('r')).toBe('canceled')
  })

  it.each<readonly [string, (work: Execute) => AnyStep]>([
    [
      'suspends',
      (work) => stepOf('one', async (context) => (await work(context), context.suspend({}))),
    ],
    [
      'sleeps behind it',
      (work) => flow('one').then(stepOf('work', work)).sleep(DAY).commit() as never,
    ],
  ])('are canceled where the step at work then %s', async (_case, make) => {
    const { storage, pass } = await open()
    const hang = gate()
    const after = vi.fn<Execute>(async () => 1)
    const one = make(async () => await hang.pass())
    const workflow = flow().then(one).then(stepOf('after', after)).commit()
    const [here, there] = [instanceOf(storage, { workflow }), instanceOf(storage, { workflow })]
    const { run, result } = await here.start('r')
    await hang.isReached
    expect(await there.runs.cancel(there.workflow, ALICE, 'r')).toBe(true)
    hang.open()
    expect(await result).toMatchObject({ status: 'canceled' })
    expect(run.status).toBe('canceled')
    const found = await there.runs.find(there.workflow, ALICE, 'r')
    expect(found?.status).toBe('canceled')
    await expect(found?.resume({ requestContext: ALICE })).rejects.toMatchObject({
      code: 'run_not_suspended',
    })
    pass(2 * DAY)
    expect(await there.takeUp()).toBe(0)
    expect(after).not.toHaveBeenCalled()
  })

  it('are canceled where their instance ends, and not taken up by another', async () => {
    const { storage } = await open()
    const hang = gate()
    const execute = vi.fn<Execute>(async ({ suspend }) => {
      await hang.pass()
      return suspend({})
    })
    const workflow = flow().then(stepOf('one', execute)).sleep(DAY).commit()
    const [ending, other] = [instanceOf(storage, { workflow }), instanceOf(storage, { workflow })]
    const { result } = await ending.start('r')
    await hang.isReached
    const ended = ending.end()
    expect(await other.runs.cancel(other.workflow, ALICE, 'r')).toBe(true)
    hang.open()
    await ended
    expect(await result).toMatchObject({ status: 'canceled' })
    expect(await other.takeUp()).toBe(0)
    expect(execute).toHaveBeenCalledTimes(1)
  })

  it.each<readonly [string, JudgeCaller, string]>([
    [
      'is revoked',
      async () => {
        throw new TokenError('token_revoked', 'secret reason')
      },
      'token_revoked',
    ],
    [
      'has lost the permission',
      async () => ({ principal: principalOf('alice', false), isRevoked: () => false }),
      'scope_insufficient',
    ],
    [
      'owns something else now',
      async () => ({ principal: principalOf('bob'), isRevoked: () => false }),
      'access_denied',
    ],
  ])('end where their caller %s when they go on', async (_case, judge, code) => {
    const { storage, pass } = await open()
    const execute = vi.fn<Execute>(async () => 1)
    const workflow = flow().sleep(DAY).then(stepOf('after', execute)).commit()
    const here = instanceOf(storage, { workflow }, judge)
    await (
      await here.start('r')
    ).result
    pass(DAY)
    expect(await here.takeUp()).toBe(1)
    await vi.waitFor(async () => expect(await here.statusOf('r')).toBe('failed'))
    const run = await here.runs.find(here.workflow, ALICE, 'r')
    expect(run?.snapshot().error).toMatchObject({ code, isTold: true })
    expect(JSON.stringify(run?.snapshot())).not.toContain('secret reason')
    expect(execute).not.toHaveBeenCalled()
  })

  it('wait on while it is not known who their caller is', async () => {
    const { storage, pass } = await open()
    let isKnown = false
    const judge: JudgeCaller = async (record) => {
      if (!isKnown) throw new Error('The list cannot be read.')
      return await letIn(record)
    }
    const workflow = flow().sleep(DAY).commit()
    const here = instanceOf(storage, { workflow }, judge)
    await (
      await here.start('r')
    ).result
    pass(DAY)
    // More often than legs of a run may be broken off.
    for (let look = 0; look < 12; look++) {
      expect(await here.takeUp()).toBe(1)
      await vi.waitFor(async () => expect(await here.statusOf('r')).toBe('waiting'))
      pass(LAPSED)
    }
    isKnown = true
    pass(LAPSED)
    expect(await here.takeUp()).toBe(1)
    await vi.waitFor(async () => expect(await here.statusOf('r')).toBe('success'))
  })

  it('end while they are at work where their caller is revoked', async () => {
    const { storage } = await open()
    const hang = gate()
    let isRevoked = false
    const workflow = flow()
      .then(
        stepOf('one', async ({ abortSignal }) => {
          abortSignal.addEventListener('abort', hang.open)
          await hang.pass()
        }),
      )
      .commit()
    const here = instanceOf(storage, { workflow })
    const caller = callerOf('alice', () => isRevoked)
    const run = await here.runs.open(here.workflow, caller, { runId: 'r' })
    const result = run.start({ inputData: {}, requestContext: caller })
    await hang.isReached
    await here.takeUp()
    isRevoked = true
    await here.takeUp()
    expect(await result).toMatchObject({ status: 'failed' })
    const owner = ownerKey({ resourceId: 'alice' })
    expect((await storage.get(owner, 'r'))?.failure).toMatchObject({
      code: 'token_revoked',
    })
  })

  it('are let go of where the instance ends, and taken up at once', async () => {
    const { storage } = await open()
    const hang = gate()
    let isEnding = true
    const execute = vi.fn<Execute>(async ({ abortSignal }) => {
      if (!isEnding) return 'done'
      abortSignal.addEventListener('abort', hang.open)
      await hang.pass()
      throw abortSignal.reason
    })
    const workflow = flow().then(stepOf('one', execute)).commit()
    const [ending, other] = [instanceOf(storage, { workflow }), instanceOf(storage, { workflow })]
    const { result } = await ending.start('r')
    await hang.isReached
    await ending.end()
    expect(await result).toMatchObject({ status: 'waiting' })
    isEnding = false
    expect(await other.takeUp()).toBe(1)
    await vi.waitFor(async () => expect(await other.statusOf('r')).toBe('success'))
    expect(await ending.takeUp()).toBe(0)
  })

  it('end where their process ends with each leg', async () => {
    const { storage, pass } = await open()
    const workflow = flow()
      .then(stepOf('kills', () => new Promise(() => {})))
      .commit()
    const first = instanceOf(storage, { workflow })
    void (await first.start('r'))
    await vi.waitFor(async () => expect(await first.statusOf('r')).toBe('running'))
    for (let leg = 2; leg <= 10; leg++) {
      pass(LAPSED)
      // Until the leg before has written down that it began, its row is locked.
      const next = instanceOf(storage, { workflow })
      await vi.waitFor(async () => expect(await next.takeUp()).toBe(1))
    }
    pass(LAPSED)
    const last = instanceOf(storage, { workflow })
    await vi.waitFor(async () => expect(await last.takeUp()).toBe(1))
    await vi.waitFor(async () => expect(await last.statusOf('r')).toBe('failed'))
    const run = await last.runs.find(last.workflow, ALICE, 'r')
    expect(run?.snapshot().error).toMatchObject({ code: 'run_interrupted' })
  })

  it('end where their workflow has other steps by then, and are left to who has their workflow', async () => {
    const { storage, pass } = await open()
    const workflow = flow().sleep(DAY).commit()
    await (
      await instanceOf(storage, { workflow }).start('r')
    ).result
    pass(DAY)
    const other = new Mastra({ workflows: { other: flow('other').sleep(1).commit() } })
    other.setRuns(storage)
    expect(await other.getWorkflowRuns().attend(letIn).takeUp()).toBe(0)
    const changed = flow()
      .sleep(DAY)
      .then(stepOf('more', async () => 1))
      .commit()
    const here = instanceOf(storage, { workflow: changed })
    const old = await here.runs.find(here.workflow, ALICE, 'r')
    await expect(old?.restart()).rejects.toMatchObject({ code: 'run_changed' })
    expect(await here.takeUp()).toBe(1)
    await vi.waitFor(async () => expect(await here.statusOf('r')).toBe('failed'))
  })

  it('keep loops, items, nested steps, state and long ids', async () => {
    const { storage } = await open()
    const long = 'ä/['.repeat(40)
    const ask = stepOf(long, async ({ inputData, resumeData, setState, state, suspend }) => {
      if (resumeData === undefined) return suspend({ asked: inputData })
      await setState({ sum: Number(state['sum'] ?? 0) + Number(inputData) })
      return resumeData
    })
    const nested = flow('nested').then(ask).commit()
    const workflow = flow()
      .foreach(nested as never)
      .dountil(
        stepOf('more', async ({ inputData }) => [...(inputData as number[]), 0]) as never,
        async ({ inputData }) => (inputData as unknown[]).length > 4,
      )
      .commit()
    const here = instanceOf(storage, { workflow: workflow as never })
    await (
      await here.start('r', [5, 6])
    ).result
    for (const n of [1, 2]) {
      const run = await here.runs.find(here.workflow, ALICE, 'r')
      expect(run?.status).toBe('suspended')
      await run?.resume({ resumeData: n, requestContext: ALICE })
    }
    const run = await here.runs.find(here.workflow, ALICE, 'r')
    expect(run?.snapshot()).toMatchObject({
      status: 'success',
      result: [1, 2, 0, 0, 0],
      state: { sum: 11 },
    })
    expect(Object.keys(run?.snapshot().records ?? {}).every((key) => !key.includes('~'))).toBe(true)
  })
}

describe('runs of workflows in memory', () => {
  declareRules(async () => {
    let time = START
    return { storage: createMemoryRuns(() => time), pass: (ms) => void (time += ms) }
  })
})

describeStores('runs of workflows in a store', (stores) => {
  declareRules(async () => {
    let time = START
    const { runs } = await stores.open(undefined, { now: () => time })
    return { storage: runs, pass: (ms) => void (time += ms) }
  })
})
