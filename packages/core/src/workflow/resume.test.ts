import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createStep, createWorkflow } from './create-workflow.js'
import type { JournalEntry, LegEnd, RunJournal, StepRecord, WorkflowSnapshot } from './snapshot.js'
import type { AnyStepContext, Step } from './step.js'
import type { Run } from './run.js'
import type { Workflow } from './workflow.js'

const any = z.unknown()

type AnyStep = Step<string, unknown, unknown, unknown, unknown>
type Flow = Workflow<string, unknown, unknown, Readonly<Record<string, unknown>>, unknown>

function step(id: string, execute: (context: AnyStepContext) => unknown): AnyStep {
  return createStep({
    id,
    inputSchema: any,
    outputSchema: any,
    execute: async (context) => execute(context),
  })
}

const begin = (id = 'flow') => createWorkflow({ id, inputSchema: any, outputSchema: any })

/** A step that asks before it gives what it was told. */
const ask = (id: string) =>
  step(id, ({ inputData, resumeData, suspendData, suspend }) =>
    resumeData === undefined
      ? suspend({ question: id })
      : { told: resumeData, asked: suspendData, given: inputData },
  )

const started = async (workflow: Flow, inputData: unknown = { n: 1 }) => {
  const run = await workflow.createRun()
  return { run, result: await run.start({ inputData }) }
}

describe('a step that suspends', () => {
  it('goes on with what it is told, and what it asked', async () => {
    const { run, result } = await started(
      begin()
        .then(ask('ask'))
        .then(step('after', ({ inputData }) => ({ got: inputData })))
        .commit(),
    )
    expect(result).toMatchObject({
      status: 'suspended',
      suspended: [['ask']],
      suspendPayload: { ask: { question: 'ask' } },
      steps: {
        ask: { status: 'suspended', suspendPayload: { question: 'ask' }, payload: { n: 1 } },
      },
    })
    expect(await run.resume({ step: 'ask', resumeData: { yes: 1 } })).toMatchObject({
      status: 'success',
      result: { got: { told: { yes: 1 }, asked: { question: 'ask' }, given: { n: 1 } } },
      steps: { ask: { status: 'success', resumePayload: { yes: 1 } } },
    })
    await expect(run.resume({ step: 'ask', resumeData: 1 })).rejects.toMatchObject({
      code: 'run_not_suspended',
    })
  })

  it('may be named by itself, its id, its path, its label, or not at all', async () => {
    const labelled = step(
      'ask',
      ({ resumeData, suspend }) => resumeData ?? suspend({}, { resumeLabel: ['a', 'b'] }),
    )
    const inner = () => begin('inner').then(labelled).commit()
    for (const named of [
      { step: labelled },
      { step: [inner(), labelled] as const },
      { step: ['inner', 'ask'] },
      { step: 'inner' },
      { step: 'inner.ask' },
      { label: 'b' },
      {},
    ]) {
      const outer =
        'step' in named && named.step === labelled ? begin().then(labelled) : begin().then(inner())
      const { run } = await started(outer.commit())
      expect(await run.resume({ ...named, resumeData: 7 } as never)).toMatchObject({ result: 7 })
    }
  })

  it.each([
    { step: 'after' },
    { step: ['ask', 'deeper'] },
    { step: [] as string[], label: 'none' },
    { label: 'none' },
    { forEachIndex: 0 },
    { step: '__proto__' },
  ])('does not go on by another name: %j', async (named) => {
    const { run } = await started(
      begin()
        .then(ask('ask'))
        .then(step('after', () => 1))
        .commit(),
    )
    await expect(run.resume({ ...named, resumeData: 1 })).rejects.toMatchObject({
      code: 'step_not_suspended',
    })
    expect(run.status).toBe('suspended')
  })

  it('is named where several wait', async () => {
    const { run, result } = await started(
      begin()
        .parallel([ask('x'), ask('y'), step('z', () => 1)])
        .commit(),
    )
    expect(result).toMatchObject({ suspended: [['x'], ['y']], suspendPayload: { x: {}, y: {} } })
    await expect(run.resume({ resumeData: 1 })).rejects.toMatchObject({ code: 'step_ambiguous' })
    expect(await run.resume({ step: 'y', resumeData: 1 })).toMatchObject({
      status: 'suspended',
      suspended: [['x']],
    })
    expect(await run.resume({ resumeData: 2 })).toMatchObject({
      status: 'success',
      result: { x: { told: 2 }, y: { told: 1 }, z: 1 },
    })
  })

  it('is resumed by one caller of two', async () => {
    let count = 0
    const slow = step('slow', async ({ resumeData, suspend }) => {
      if (resumeData === undefined) return suspend()
      count += 1
      await new Promise((resolve) => setTimeout(resolve, 5))
      return resumeData
    })
    const { run } = await started(begin().then(slow).commit())
    const both = await Promise.allSettled([
      run.resume({ resumeData: 1 }),
      run.resume({ resumeData: 2 }),
    ])
    expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
    expect(both[1]).toMatchObject({ reason: { code: 'run_busy' } })
    expect(count).toBe(1)
  })

  it('checks what it asks and what it is told', async () => {
    const strict = (payload: unknown) =>
      createStep({
        id: 'ask',
        inputSchema: any,
        outputSchema: any,
        suspendSchema: z.object({ q: z.string() }),
        resumeSchema: z.object({ ok: z.boolean() }),
        execute: async ({ resumeData, suspend }) => resumeData ?? suspend(payload as never),
      })
    expect(
      (
        await started(
          begin()
            .then(strict({ q: 1 }))
            .commit(),
        )
      ).result,
    ).toMatchObject({ status: 'failed' })
    const { run } = await started(
      begin()
        .then(strict({ q: 'Fine?' }))
        .commit(),
    )
    for (const resumeData of [undefined, null, {}, { ok: 'yes' }]) {
      await expect(run.resume({ step: 'ask', resumeData })).rejects.toMatchObject({
        code: 'request_invalid',
      })
    }
    expect(await run.resume({ step: 'ask', resumeData: { ok: true } })).toMatchObject({
      result: { ok: true },
    })
  })

  it('waits for each item of a foreach, or for one', async () => {
    const workflow = (concurrency: number) =>
      begin()
        .foreach(ask('ask') as never, { concurrency })
        .commit()
    const all = await started(workflow(2) as Flow, ['a', 'b', 'c'])
    expect(all.result).toMatchObject({
      suspended: [['ask']],
      suspendPayload: { ask: { question: 'ask' } },
    })
    expect(await all.run.resume({ resumeData: 1 })).toMatchObject({ status: 'suspended' })
    expect(await all.run.resume({ resumeData: 2 })).toMatchObject({
      result: [
        { told: 1, given: 'a' },
        { told: 1, given: 'b' },
        { told: 2, given: 'c' },
      ],
    })
    const { run } = await started(workflow(2) as Flow, ['a', 'b'])
    expect(await run.resume({ forEachIndex: 1, resumeData: 1 })).toMatchObject({
      status: 'suspended',
    })
    await expect(run.resume({ forEachIndex: 1, resumeData: 1 })).rejects.toMatchObject({
      code: 'step_not_suspended',
    })
    expect(await run.resume({ forEachIndex: 0, resumeData: 2 })).toMatchObject({
      result: [{ told: 2 }, { told: 1 }],
    })
  })

  it('waits in each iteration of a loop', async () => {
    const workflow = begin()
      .dountil(ask('ask'), ({ inputData }) => (inputData as { told: { stop: boolean } }).told.stop)
      .commit()
    const { run } = await started(workflow)
    expect(await run.resume({ resumeData: { stop: false } })).toMatchObject({ status: 'suspended' })
    expect(await run.resume({ resumeData: { stop: true } })).toMatchObject({
      result: { told: { stop: true }, given: { told: { stop: false } } },
      steps: { ask: { metadata: { iterationCount: 2 } } },
    })
  })

  it('gives no output, whatever it returns', async () => {
    const odd = step('odd', async ({ suspend }) => {
      await suspend({ q: 1 })
      return { x: 1 }
    })
    const { result } = await started(begin().then(odd).commit())
    expect(result).toMatchObject({ status: 'suspended' })
    expect(result.steps['odd']).not.toHaveProperty('output')
  })

  it.each([['', 'x'.repeat(129)], Array.from({ length: 17 }, () => 'x'), 1, { a: 1 }])(
    'fails with the label %j',
    async (resumeLabel) => {
      const odd = step('odd', ({ suspend }) => suspend({}, { resumeLabel: resumeLabel as never }))
      expect((await started(begin().then(odd).commit())).result).toMatchObject({ status: 'failed' })
    },
  )
})

/** A run of another process: nothing but JSON has come over. */
function elsewhere(
  build: () => Flow,
  snapshot: WorkflowSnapshot,
  journal?: RunJournal,
): Run<unknown, unknown> {
  return build().restoreRun(JSON.parse(JSON.stringify(snapshot)) as WorkflowSnapshot, { journal })
}

describe('a snapshot', () => {
  const build = () => begin().then(ask('ask')).commit()

  it('is refused where it is none, or of another workflow', async () => {
    const { run } = await started(build())
    const snapshot = run.snapshot()
    for (const odd of [
      null,
      {},
      [],
      'x',
      { ...snapshot, version: 2 },
      { ...snapshot, workflowId: 'other' },
      { ...snapshot, records: { a: {} } },
      { ...snapshot, status: 'odd' },
    ]) {
      expect(() => build().restoreRun(odd as never)).toThrow(
        expect.objectContaining({ code: 'run_unreadable' }),
      )
    }
    const changed = () =>
      begin()
        .then(step('new', () => 1))
        .then(ask('ask'))
        .commit()
    expect(() => changed().restoreRun(snapshot)).toThrow(
      expect.objectContaining({ code: 'run_changed' }),
    )
  })

  it('is a copy', async () => {
    const { run } = await started(build())
    const snapshot = run.snapshot()
    ;(snapshot.records as Record<string, StepRecord>)['0:ask'] = {
      status: 'success',
      path: ['ask'],
      startedAt: 0,
    }
    expect(run.snapshot().records['0:ask']?.status).toBe('suspended')
  })

  it('of a run that is over does nothing more', async () => {
    const { run } = await started(
      begin()
        .then(step('x', () => 1))
        .commit(),
    )
    const other = elsewhere(
      () =>
        begin()
          .then(step('x', () => 1))
          .commit(),
      run.snapshot(),
    )
    for (const work of [() => other.start(), () => other.resume({}), () => other.restart()]) {
      await expect(work()).rejects.toMatchObject({ name: 'WorkflowError' })
    }
  })
})

/** A journal that a process can be killed at: it keeps what it was told before. */
class Paper implements RunJournal {
  snapshot: WorkflowSnapshot | undefined
  left: number

  constructor(left = Infinity) {
    this.left = left
  }

  #write(change: (snapshot: WorkflowSnapshot) => WorkflowSnapshot) {
    if (this.left <= 0) throw new Error('The process was killed.')
    this.left -= 1
    if (this.snapshot !== undefined) this.snapshot = change(this.snapshot)
  }

  begin(snapshot: WorkflowSnapshot) {
    this.snapshot ??= snapshot
    this.#write(() => structuredClone(snapshot))
  }

  record({ key, record, drops, state }: JournalEntry) {
    this.#write((snapshot) => ({
      ...snapshot,
      records: {
        ...Object.fromEntries(
          Object.entries(snapshot.records).filter(
            ([each]) => drops === undefined || !each.startsWith(drops),
          ),
        ),
        [key]: structuredClone(record),
      },
      ...(state !== undefined && { state }),
    }))
  }

  end(end: LegEnd) {
    this.#write((snapshot) => ({ ...snapshot, ...end }))
  }
}

it('a run that is canceled while its journal writes that it waits is canceled behind it', async () => {
  const workflow = begin().then(ask('ask')).commit()
  const ends: string[] = []
  const run = workflow.restoreRun((await workflow.createRun()).snapshot(), {
    journal: {
      begin() {},
      record() {},
      async end({ status }) {
        ends.push(status)
        if (status === 'suspended') await run.cancel()
      },
    },
  })
  expect(await run.start({ inputData: {} })).toMatchObject({ status: 'canceled' })
  expect(ends).toStrictEqual(['suspended', 'canceled'])
})

/** What a workflow is made of. */
type Plan =
  | { readonly type: 'step'; readonly asks: boolean }
  | { readonly type: 'map' }
  | { readonly type: 'parallel' | 'branch'; readonly parts: readonly Plan[] }
  | {
      readonly type: 'foreach'
      readonly part: Plan
      readonly items: number
      readonly concurrency: number
    }
  | { readonly type: 'loop'; readonly part: Plan; readonly rounds: number }
  | { readonly type: 'flow'; readonly parts: readonly Plan[] }

const { plan } = fc.letrec<{ plan: Plan; leaf: Plan }>((tie) => ({
  leaf: fc.record({ type: fc.constant('step' as const), asks: fc.boolean() }),
  plan: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    tie('leaf'),
    fc.constant({ type: 'map' as const }),
    fc.record({
      type: fc.constantFrom('parallel' as const, 'branch' as const),
      parts: fc.array(tie('plan'), { minLength: 1, maxLength: 3 }),
    }),
    fc.record({
      type: fc.constant('foreach' as const),
      part: tie('plan'),
      items: fc.nat(3),
      concurrency: fc.integer({ min: 1, max: 3 }),
    }),
    fc.record({
      type: fc.constant('loop' as const),
      part: tie('plan'),
      rounds: fc.integer({ min: 1, max: 3 }),
    }),
    fc.record({
      type: fc.constant('flow' as const),
      parts: fc.array(tie('plan'), { minLength: 1, maxLength: 3 }),
    }),
  ),
}))

/** Builds a workflow, and counts how often each step has given something. @param mayAsk - whether steps suspend at all */
function builder(parts: readonly Plan[], mayAsk: boolean) {
  const given = new Map<string, number>()
  let serial = 0

  const stepOf = (part: Plan, name: string): AnyStep => {
    if (part.type !== 'step')
      return flowOf(part.type === 'flow' ? part.parts : [part], name) as AnyStep
    return step(name, async (context) => {
      const { inputData, resumeData, suspend, setState } = context
      if (mayAsk && part.asks && resumeData === undefined) return suspend({ name })
      if ((Number(name.slice(1)) & 1) === 1) await new Promise((resolve) => setImmediate(resolve))
      await setState({ [name]: true })
      given.set(name, (given.get(name) ?? 0) + 1)
      return { by: name, size: JSON.stringify(inputData ?? null).length % 97 }
    })
  }

  const flowOf = (list: readonly Plan[], name: string): Flow => {
    let flow = begin(name)
    for (const part of list) {
      const next = () => `s${(serial += 1)}`
      switch (part.type) {
        case 'map':
          flow = flow.map(({ inputData }) => ({
            mapped: JSON.stringify(inputData ?? null).length % 89,
          })) as typeof flow
          break
        case 'parallel':
          flow = flow.parallel(part.parts.map((each) => stepOf(each, next()))) as typeof flow
          break
        case 'branch':
          flow = flow.branch(
            part.parts.map((each, at) => [() => at % 2 === 0, stepOf(each, next())] as const),
          ) as typeof flow
          break
        case 'foreach':
          flow = flow
            .map(() => Array.from({ length: part.items }, (_, at) => at))
            .foreach(stepOf(part.part, next()), { concurrency: part.concurrency }) as typeof flow
          break
        case 'loop':
          flow = flow.dountil(
            stepOf(part.part, next()),
            ({ iterationCount }) => iterationCount >= part.rounds,
          ) as typeof flow
          break
        default:
          flow = flow.then(stepOf(part, next())) as typeof flow
      }
    }
    return flow.commit() as Flow
  }

  return {
    given,
    build: (): Flow => {
      serial = 0
      return flowOf(parts, 'flow')
    },
  }
}

const outputs = (steps: object) =>
  Object.fromEntries(
    Object.entries(steps).map(([id, { output }]: [string, { output?: unknown }]) => [id, output]),
  )
const bounded = { numRuns: 30, interruptAfterTimeLimit: 15_000, markInterruptAsFailure: false }

describe('a run that goes on in another process', () => {
  it('at each suspension comes to the same end, and no recorded step runs again', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(plan, { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 0 }),
        async (parts, seed) => {
          const plain = builder(parts, false)
          const { result: expected } = await started(plain.build())
          const asking = builder(parts, true)
          let run: Run<unknown, unknown> = await asking.build().createRun()
          let result = await run.start({ inputData: { n: 1 } })
          for (let legs = 0; result.status === 'suspended' && legs < 500; legs++) {
            run = elsewhere(asking.build, run.snapshot())
            const { suspended } = result
            const path = suspended[(seed + legs) % suspended.length] ?? []
            result = await run.resume({ step: path, resumeData: { ok: true } })
          }
          expect(result.status).toBe('success')
          expect(outputs(result.steps)).toEqual(outputs(expected.steps))
          expect(result.status === 'success' && result.result).toEqual(
            expected.status === 'success' && expected.result,
          )
          expect(asking.given).toEqual(plain.given)
          expect(run.snapshot().state).toEqual(
            Object.fromEntries([...plain.given.keys()].map((name) => [name, true])),
          )
        },
      ),
      bounded,
    )
  })

  it('after it was killed at any record comes to the same end, and only what was at work runs again', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(plan, { minLength: 1, maxLength: 3 }),
        fc.integer({ min: 1, max: 12 }),
        async (parts, kill) => {
          const plain = builder(parts, false)
          const { result: expected } = await started(plain.build())
          const killed = builder(parts, false)
          let paper = new Paper(kill)
          const first = killed.build()
          const fresh = first.restoreRun((await first.createRun()).snapshot(), { journal: paper })
          let result = await fresh.start({ inputData: { n: 1 } }).catch(() => undefined)
          let kills = 0
          while (result === undefined && kills < 200) {
            kills += 1
            const stored = paper.snapshot
            if (stored === undefined) break
            const before = Object.entries(stored.records).filter(
              ([, { status }]) => status === 'success',
            )
            paper = new Paper(kill + 1 + kills)
            const run = elsewhere(killed.build, stored, paper)
            result = await run.restart().catch(() => undefined)
            const after = run.snapshot().records
            for (const [key, record] of before) {
              const now = after[key]
              // What a loop records, its next iteration records anew.
              const isOfLoop = Object.keys(after).some(
                (each) => after[each]?.iteration !== undefined && key.startsWith(each),
              )
              if (now !== undefined && !isOfLoop) expect(now).toEqual(record)
            }
          }
          expect(result?.status).toBe('success')
          expect(result?.status === 'success' && result.result).toEqual(
            expected.status === 'success' && expected.result,
          )
        },
      ),
      bounded,
    )
  })
})
