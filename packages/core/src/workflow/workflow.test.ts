import { setImmediate as nextTurn } from 'node:timers/promises'
import { describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { Agent } from '../agent/agent.js'
import { silentLogger } from '../log/logger.js'
import { Mastra } from '../mastra.js'
import { RequestContext } from '../request-context.js'
import { createTool } from '../tool/create-tool.js'
import {
  cloneStep,
  cloneWorkflow,
  createStep,
  createWorkflow,
  mapVariable,
} from './create-workflow.js'
import type { WorkflowChunk } from './chunk.js'
import { WORKFLOW_LIMITS } from './limits.js'
import type { Workflow } from './workflow.js'
import type { AnyStepContext, Step } from './step.js'

const any = z.unknown()

interface Count {
  readonly n: number
}

/** A step that takes anything. */
function step(
  id: string,
  execute: (context: AnyStepContext) => unknown,
  more: { readonly retries?: number } = {},
): Step<string, unknown, unknown, unknown, unknown> {
  return createStep({
    id,
    inputSchema: any,
    outputSchema: any,
    execute: async (context) => execute(context),
    ...more,
  })
}

const add = (id: string, by = 1) =>
  step(id, ({ inputData }) => ({ n: (inputData as Count).n + by }))

const begin = (id = 'flow') => createWorkflow({ id, inputSchema: any, outputSchema: any })

type AnyFlow = Workflow<string, unknown, unknown, Readonly<Record<string, unknown>>, unknown>

async function run(
  workflow: Workflow<string, unknown, unknown, Readonly<Record<string, unknown>>, unknown>,
  inputData: unknown,
) {
  const { start } = await workflow.createRun().then((made) => ({ start: made.start.bind(made) }))
  return start({ inputData })
}

describe('a chain', () => {
  it('passes on what each step gives', async () => {
    const result = await run(begin().then(add('one')).then(add('two', 10)).commit(), { n: 1 })
    expect(result).toMatchObject({
      status: 'success',
      result: { n: 12 },
      input: { n: 1 },
      steps: {
        input: { n: 1 },
        one: { status: 'success', payload: { n: 1 }, output: { n: 2 } },
        two: { status: 'success', payload: { n: 2 }, output: { n: 12 } },
      },
    })
  })

  it('ends at a step that fails, with its error', async () => {
    const after = vi.fn<() => unknown>()
    const error = new RangeError('Too far.')
    const fail = step('fail', () => {
      throw error
    })
    const result = await run(begin().then(fail).then(step('after', after)).commit(), { n: 1 })
    expect(result).toMatchObject({ status: 'failed', steps: { fail: { status: 'failed', error } } })
    expect(result.status === 'failed' && result.error).toBe(error)
    expect(after).not.toHaveBeenCalled()
  })

  it('may have one step twice, and not two of one id', async () => {
    const one = add('one')
    expect(await run(begin().then(one).then(one).commit(), { n: 1 })).toMatchObject({
      result: { n: 3 },
    })
    expect(() => begin().then(one).then(add('one')).commit()).toThrow(
      expect.objectContaining({ code: 'id_duplicate' }),
    )
    expect(() => begin().parallel([one, one]).commit()).toThrow(
      expect.objectContaining({ code: 'id_duplicate' }),
    )
    const other = cloneStep(one, { id: 'other' })
    expect(await run(begin().then(one).then(other).commit(), { n: 1 })).toMatchObject({
      result: { n: 3 },
    })
  })

  it('passes on what JSON has of an output, and shares no value', async () => {
    const given = { at: new Date(0), list: [1], left: undefined }
    let got: unknown
    const change = step('change', ({ inputData }) => {
      got = structuredClone(inputData)
      ;(inputData as { list: number[] }).list.push(2)
    })
    const workflow = begin()
      .then(step('give', () => given))
      .then(change)
      .commit()
    const result = await run(workflow, {})
    expect(got).toStrictEqual({ at: '1970-01-01T00:00:00.000Z', list: [1] })
    expect(given.list).toEqual([1])
    expect(result.steps['give']?.output).toEqual(got)
  })

  it('gives a date to a step whose schema asks for one', async () => {
    const read = createStep({
      id: 'read',
      inputSchema: z.object({ at: z.date() }),
      outputSchema: z.object({ year: z.number() }),
      execute: async ({ inputData }) => ({ year: inputData.at.getUTCFullYear() }),
    })
    const give = createStep({
      id: 'give',
      inputSchema: any,
      outputSchema: z.object({ at: z.date() }),
      execute: async () => ({ at: new Date(0) }),
    })
    expect(await run(begin().then(give).then(read).commit(), {})).toMatchObject({
      result: { year: 1970 },
    })
  })

  it.each([
    ['a Map', new Map()],
    ['a Set', { in: new Set() }],
    ['a function', { in: () => 1 }],
    ['a BigInt', 1n],
    ['bytes', Buffer.from('a')],
    ['a promise', { in: Promise.resolve() }],
  ])('fails where JSON cannot hold an output: %s', async (kind, output) => {
    const result = await run(
      begin()
        .then(step('give', () => output))
        .commit(),
      {},
    )
    expect(result.status === 'failed' && result.error.message).toContain(`It holds ${kind}`)
  })

  it('fails where an output is a circle, or too large', async () => {
    const circle: Record<string, unknown> = {}
    circle['self'] = circle
    const large = 'x'.repeat(WORKFLOW_LIMITS.valueBytes)
    for (const output of [circle, large]) {
      const result = await run(
        begin()
          .then(step('give', () => output))
          .commit(),
        {},
      )
      expect(result.status).toBe('failed')
    }
  })

  it('fails where the run keeps too much', async () => {
    const large = 'x'.repeat(WORKFLOW_LIMITS.valueBytes - 10)
    const chain = begin()
    for (let at = 0; at < 6; at++) chain.then(step(`s${at}`, () => large))
    const result = await run(chain.commit(), {})
    expect(result.status === 'failed' && result.error.message).toContain('The run keeps more than')
  })
})

describe('steps at the same time', () => {
  it('give what they gave by their ids', async () => {
    const result = await run(
      begin()
        .parallel([add('x'), add('y', 2)])
        .commit(),
      { n: 1 },
    )
    expect(result).toMatchObject({ status: 'success', result: { x: { n: 2 }, y: { n: 3 } } })
  })

  it('all run to their ends where one fails', async () => {
    const result = await run(
      begin()
        .parallel([
          step('x', () => {
            throw new TypeError('No.')
          }),
          add('y', 2),
        ])
        .commit(),
      { n: 1 },
    )
    expect(result).toMatchObject({
      status: 'failed',
      error: { message: 'No.' },
      steps: { x: { status: 'failed' }, y: { status: 'success', output: { n: 3 } } },
    })
  })

  it('have any names', async () => {
    const result = await run(
      begin()
        .parallel([add('__proto__'), add('constructor')])
        .commit(),
      {
        n: 1,
      },
    )
    expect(result.status === 'success' && Object.entries(result.result as object)).toEqual([
      ['__proto__', { n: 2 }],
      ['constructor', { n: 2 }],
    ])
  })
})

describe('a branch', () => {
  it('runs every step whose condition says true', async () => {
    const result = await run(
      begin()
        .branch([
          [async () => true, add('x')],
          [() => false, add('y')],
          [({ inputData }) => (inputData as Count).n === 1, add('z')],
        ])
        .commit(),
      { n: 1 },
    )
    expect(result).toMatchObject({ result: { x: { n: 2 }, z: { n: 2 } } })
    expect(Object.keys(result.steps)).toEqual(['input', 'x', 'z'])
  })

  it('gives an empty object where none says true', async () => {
    // @ts-expect-error: a condition says a boolean
    const workflow = begin().branch([[() => 'yes', add('x')]])
    expect(await run(workflow.commit(), { n: 1 })).toMatchObject({ status: 'success', result: {} })
  })

  it('fails the run where a condition throws', async () => {
    const taken = vi.fn<() => unknown>()
    const condition = () => {
      throw new Error('Who knows.')
    }
    const workflow = begin()
      .branch([[condition, step('x', taken)]])
      .commit()
    expect(await run(workflow, {})).toMatchObject({
      status: 'failed',
      error: { message: 'Who knows.' },
    })
    expect(taken).not.toHaveBeenCalled()
  })
})

describe('a map', () => {
  it('changes the value', async () => {
    const workflow = begin()
      .map(({ inputData }) => ({ m: (inputData as Count).n }))
      .map(({ inputData, getInitData }) => ({ ...inputData, i: getInitData<unknown>() }))
    const result = await run(workflow.commit(), { n: 1 })
    expect(result).toMatchObject({ result: { m: 1, i: { n: 1 } } })
    expect(Object.keys(result.steps)).toEqual(['input', 'mapping_flow_0', 'mapping_flow_1'])
  })

  it('makes members of what was given before', async () => {
    const one = add('one')
    const begun = begin()
    const workflow = begun
      .then(one)
      .map({
        a: mapVariable({ step: one, path: 'n' }),
        b: mapVariable({ initData: begun, path: 'n' }),
        c: { value: 4 },
        d: { fn: async ({ inputData }) => inputData, schema: any },
        e: { requestContextPath: 'who.name', schema: any },
        f: mapVariable({ step: one, path: '.' }),
        g: { step: [add('never'), one], path: 'n' },
        h: { template: '${inputData.n} of ${initData.n} by ${requestContext.who.name}' },
      })
      .commit()
    const made = await workflow.createRun()
    const requestContext = new RequestContext([['who', { name: 'Ada' }]])
    expect(await made.start({ inputData: { n: 1 }, requestContext })).toMatchObject({
      result: { a: 2, b: 1, c: 4, d: { n: 2 }, e: 'Ada', f: { n: 2 }, g: 2, h: '2 of 1 by Ada' },
    })
  })

  it.each(['constructor', '__proto__', 'n.toString', 'none'])(
    'finds own members alone: %s',
    async (path) => {
      const one = add('one')
      const workflow = begin()
        .then(one)
        .map({ a: { step: one, path } })
        .commit()
      expect(await run(workflow, { n: 1 })).toMatchObject({ status: 'failed' })
    },
  )

  it.each([
    undefined,
    1,
    { a: 1 },
    { a: {} },
    { a: { step: add('x') } },
    { a: { value: 1, template: '' } },
    { a: { template: '${process.env}' } },
    { a: { template: '${ inputData.n }' } },
    { a: { fn: 1 } },
  ])('is refused where it cannot be read: %j', (given) => {
    expect(() => begin().map(given as never)).toThrow(
      expect.objectContaining({ code: 'option_invalid' }),
    )
  })
})

describe('foreach', () => {
  it('runs a step for each item, in the order of the list', async () => {
    const slow = step('slow', async ({ inputData }) => {
      await new Promise((resolve) => setTimeout(resolve, 5 - Number(inputData)))
      return Number(inputData) * 2
    })
    for (const concurrency of [1, 2, 10]) {
      const workflow = begin()
        .map(() => [1, 2, 3])
        .foreach(slow, { concurrency })
        .commit()
      expect(await run(workflow, {})).toMatchObject({ result: [2, 4, 6] })
    }
  })

  it('runs as many at once as it may', async () => {
    let now = 0
    let most = 0
    const busy = step('busy', async () => {
      now += 1
      most = Math.max(most, now)
      await new Promise((resolve) => setImmediate(resolve))
      now -= 1
    })
    const items = Array.from({ length: 20 }, (_, at) => at)
    await run(
      begin()
        .map(() => items)
        .foreach(busy, { concurrency: 3 })
        .commit(),
      {},
    )
    expect(most).toBe(3)
  })

  it('begins no item after one that failed', async () => {
    const seen: unknown[] = []
    const fail = step('fail', ({ inputData }) => {
      seen.push(inputData)
      if (inputData === 2) throw new Error('No.')
    })
    const workflow = begin()
      .map(() => [1, 2, 3])
      .foreach(fail)
      .commit()
    expect(await run(workflow, {})).toMatchObject({ status: 'failed', error: { message: 'No.' } })
    expect(seen).toEqual([1, 2])
  })

  it('takes an empty list, and nothing but a list', async () => {
    const workflow = begin()
      .foreach(add('one') as never)
      .commit()
    expect(await run(workflow, [])).toMatchObject({ status: 'success', result: [] })
    for (const other of [{ n: 1 }, 'text', null, undefined, { length: 3 }]) {
      const result = await run(workflow, other)
      expect(result.status === 'failed' && result.error.message).toContain('is not a list')
    }
  })

  it('takes no more items than there may be', async () => {
    const workflow = begin()
      .foreach(add('one') as never)
      .commit()
    const items = Array.from({ length: WORKFLOW_LIMITS.items + 1 }, () => 0)
    const result = await run(workflow, items)
    expect(result.status === 'failed' && result.error.message).toContain('are the most')
  })

  it.each([0, -1, 1.5, Number.NaN, '2', null, 1001])(
    'refuses the concurrency %j',
    (concurrency) => {
      expect(() =>
        begin()
          .map(() => [])
          .foreach(add('x') as never, { concurrency: concurrency as never }),
      ).toThrow(expect.objectContaining({ code: 'option_invalid' }))
    },
  )
})

describe('a loop', () => {
  it('runs until, or as long as, a condition says true', async () => {
    const counts: number[] = []
    const until = begin().dountil(add('one'), ({ inputData, iterationCount }) => {
      counts.push(iterationCount)
      return (inputData as Count).n >= 4
    })
    expect(await run(until.commit(), { n: 1 })).toMatchObject({
      result: { n: 4 },
      steps: { one: { metadata: { iterationCount: 3 } } },
    })
    expect(counts).toEqual([1, 2, 3])
    const asLong = begin().dowhile(add('one'), ({ inputData }) => (inputData as Count).n < 4)
    expect(await run(asLong.commit(), { n: 1 })).toMatchObject({ result: { n: 4 } })
    expect(await run(asLong.commit(), { n: 9 })).toMatchObject({ result: { n: 10 } })
  })

  it('fails where its condition throws', async () => {
    const workflow = begin().dountil(add('one'), () => {
      throw new Error('Who knows.')
    })
    expect(await run(workflow.commit(), { n: 1 })).toMatchObject({
      status: 'failed',
      error: { message: 'Who knows.' },
    })
  })

  it('ends after as many iterations as there may be', async () => {
    const workflow = begin().dowhile(
      step('one', () => 1),
      () => true,
    )
    const result = await run(workflow.commit(), {})
    expect(result.status === 'failed' && result.error.message).toContain(
      'has not ended after 10000',
    )
  })
})

describe('a sleep', () => {
  it('passes the value on', async () => {
    const workflow = begin()
      .then(add('one'))
      .sleep(1)
      .sleep(async () => 1)
      .sleepUntil(new Date(0))
      .sleepUntil(async () => new Date(Date.now() + 1), { id: 'until' })
      .then(add('two'))
    const result = await run(workflow.commit(), { n: 1 })
    expect(result).toMatchObject({ status: 'success', result: { n: 3 } })
    expect(Object.keys(result.steps)).toEqual([
      'input',
      'one',
      'sleep_flow_0',
      'sleep_flow_1',
      'sleep_flow_2',
      'until',
      'two',
    ])
  })

  it.each([Number.NaN, Infinity, 'soon', null, new Date(), 32_000_000_000])(
    'fails where its function does not return a number of milliseconds: %j',
    async (found) => {
      const result = await run(
        begin()
          .sleep(() => found as never)
          .commit(),
        {},
      )
      expect(result.status).toBe('failed')
    },
  )

  it('is refused a time that is none', () => {
    for (const time of [-1, Number.NaN, Infinity, '1', undefined]) {
      expect(() => begin().sleep(time as never)).toThrow('sleep of workflow flow takes')
    }
    for (const date of [new Date(Number.NaN), 1, '2027-01-01']) {
      expect(() => begin().sleepUntil(date as never)).toThrow('takes a Date')
    }
  })
})

describe('schemas', () => {
  const place = z.object({ place: z.string().min(2).default('Rome') })
  const look = createStep({
    id: 'look',
    inputSchema: place,
    outputSchema: any,
    execute: async ({ inputData }) => inputData,
  })

  it('check the input of a run, and make it', async () => {
    const workflow = createWorkflow({ id: 'flow', inputSchema: place, outputSchema: any })
      .then(look)
      .commit()
    const made = await workflow.createRun()
    await expect(made.start({ inputData: { place: 'R' } })).rejects.toMatchObject({
      code: 'request_invalid',
      issues: [{ field: 'place' }],
    })
    expect(await made.start({ inputData: {} })).toMatchObject({
      input: { place: 'Rome' },
      result: { place: 'Rome' },
    })
  })

  it('check the input of a step, which fails', async () => {
    const workflow = begin()
      .then(step('give', () => ({ place: 'R' })))
      .then(look as never)
      .commit()
    const result = await run(workflow, {})
    expect(result).toMatchObject({ status: 'failed', steps: { look: { status: 'failed' } } })
    expect(result.status === 'failed' && result.error.message).toContain(
      'inputSchema of the step look',
    )
  })

  it('must be such as can be read', () => {
    for (const name of [
      'inputSchema',
      'outputSchema',
      'resumeSchema',
      'suspendSchema',
      'stateSchema',
    ]) {
      const made = createStep({
        id: 'x',
        inputSchema: any,
        outputSchema: any,
        execute: async () => 1,
        [name]: { parse() {} },
      })
      expect(made.refusals.options).toMatchObject([{ name, isGuard: true }])
      const workflow = begin().then(made).commit()
      expect(() => new Mastra({ workflows: { workflow } })).toThrow(name)
    }
    for (const name of ['inputSchema', 'outputSchema']) {
      const config = {
        id: 'x',
        inputSchema: any,
        outputSchema: any,
        execute: async () => 1,
        [name]: undefined,
      }
      expect(() => createStep(config)).toThrow(`has no ${name}`)
      expect(() => createWorkflow(config as never)).toThrow('needs inputSchema and outputSchema')
    }
  })
})

describe('a step that throws', () => {
  const flaky = (failures: number, retries?: number) => {
    let left = failures
    return step(
      'flaky',
      ({ retryCount }) => {
        left -= 1
        if (left >= 0) throw new Error('Not yet.')
        return retryCount
      },
      retries === undefined ? {} : { retries },
    )
  }

  const quiet = async (workflow: Parameters<typeof run>[0]) => {
    void new Mastra({ workflows: { workflow }, logger: silentLogger })
    return run(workflow, {})
  }

  it('is tried again as often as it says', async () => {
    expect(await quiet(begin().then(flaky(2, 2)).commit())).toMatchObject({ result: 2 })
    expect(await quiet(begin().then(flaky(3, 2)).commit())).toMatchObject({ status: 'failed' })
    expect(await quiet(begin().then(flaky(1)).commit())).toMatchObject({ status: 'failed' })
  })

  it('is tried again as often as its workflow says, or the one around it', async () => {
    const retrying = (attempts: number) =>
      createWorkflow({
        id: 'flow',
        inputSchema: any,
        outputSchema: any,
        retryConfig: { attempts, delay: 1 },
      })
    expect(await quiet(retrying(2).then(flaky(2)).commit())).toMatchObject({ result: 2 })
    expect(await quiet(retrying(2).then(flaky(2, 0)).commit())).toMatchObject({ status: 'failed' })
    const inner = begin('inner').then(flaky(2)).commit()
    expect(await quiet(retrying(2).then(inner).commit())).toMatchObject({ result: 2 })
  })

  it('is not tried again where its input does not fit', async () => {
    const parse = vi.fn<() => unknown>()
    const strict = createStep({
      id: 'strict',
      inputSchema: z.string(),
      outputSchema: any,
      retries: 5,
      execute: async () => parse(),
    })
    await run(
      begin()
        .then(strict as never)
        .commit(),
      1,
    )
    expect(parse).not.toHaveBeenCalled()
  })

  it.each([-1, 1.5, '1', null, Infinity, 101])('refuses %j retries', (retries) => {
    expect(() => step('x', () => 1, { retries: retries as number })).toThrow(
      expect.objectContaining({ code: 'option_invalid' }),
    )
    expect(() =>
      createWorkflow({
        id: 'flow',
        inputSchema: any,
        outputSchema: any,
        retryConfig: { attempts: retries as number },
      }),
    ).toThrow(expect.objectContaining({ code: 'option_invalid' }))
  })
})

describe('bail', () => {
  const bail = step('bail', (context) => context.bail({ gone: 1 }))

  it('ends the workflow as a success', async () => {
    const after = vi.fn<() => unknown>()
    for (const begun of [
      begin().then(bail),
      begin().parallel([bail, add('x')]),
      begin().branch([[() => true, bail]]),
      begin().dountil(bail, () => false),
      begin()
        .map(() => [1, 2])
        .foreach(bail),
    ]) {
      const workflow = begun.then(step('after', after)).commit()
      expect(await run(workflow, { n: 1 })).toMatchObject({
        status: 'success',
        result: { gone: 1 },
      })
    }
    expect(after).not.toHaveBeenCalled()
  })

  it('ends the nested workflow alone', async () => {
    const inner = begin('inner').then(bail).then(add('never')).commit()
    const workflow = begin()
      .then(inner)
      .map(({ inputData }) => ({ got: inputData }))
      .commit()
    expect(await run(workflow, {})).toMatchObject({ result: { got: { gone: 1 } } })
  })
})

describe('state', () => {
  const stateSchema = z.object({ k: z.number(), z: z.number() })
  const set = (change: object) =>
    createStep({
      id: 'set',
      inputSchema: any,
      outputSchema: any,
      stateSchema: z.object({ k: z.number() }),
      execute: async ({ setState, state }) => {
        await setState(change)
        return { before: state }
      },
    })
  const flow = () =>
    createWorkflow({ id: 'flow', inputSchema: any, outputSchema: any, stateSchema })

  it('is shared by all steps, nested ones included', async () => {
    const inner = begin('inner')
      .then(set({ k: 5 }))
      .commit()
    const workflow = flow()
      .then(inner)
      .then(step('read', ({ state }) => state))
      .commit()
    const made = await workflow.createRun()
    const initialState = { k: 1, z: 2 }
    expect(
      await made.start({ inputData: {}, initialState, outputOptions: { includeState: true } }),
    ).toMatchObject({
      result: { k: 5, z: 2 },
      state: { k: 5, z: 2 },
      steps: { inner: { output: { before: { k: 1, z: 2 } } } },
    })
  })

  it('must fit the schema of the workflow at first, and of the step that changes it', async () => {
    const workflow = flow()
      .then(set({ k: 'text' }))
      .commit()
    for (const initialState of [undefined, {}, { k: 'x', z: 1 }]) {
      const made = await workflow.createRun()
      await expect(
        made.start({ inputData: {}, initialState: initialState as never }),
      ).rejects.toMatchObject({
        code: 'request_invalid',
      })
    }
    const made = await workflow.createRun()
    const result = await made.start({
      inputData: {},
      initialState: { k: 1, z: 2 },
      outputOptions: { includeState: true },
    })
    expect(result).toMatchObject({ status: 'failed', state: { k: 1, z: 2 } })
  })

  it('is an empty object by default, and always an object', async () => {
    expect(
      await run(
        begin()
          .then(step('read', ({ state }) => state))
          .commit(),
        {},
      ),
    ).toMatchObject({ result: {} })
    for (const change of [null, 1, 'text', [1]]) {
      const workflow = begin().then(step('set', ({ setState }) => setState(change as never)))
      expect(await run(workflow.commit(), {})).toMatchObject({ status: 'failed' })
    }
  })
})

describe('cancel', () => {
  it('fires the signal of the step at work, and begins no other', async () => {
    const after = vi.fn<() => unknown>()
    let begun: () => void = () => {}
    const isBegun = new Promise<void>((resolve) => {
      begun = resolve
    })
    const wait = step('wait', async ({ abortSignal }) => {
      begun()
      await new Promise((resolve) => abortSignal.addEventListener('abort', resolve))
      return { aborted: abortSignal.aborted }
    })
    const made = await begin().then(wait).then(step('after', after)).commit().createRun()
    const result = made.start({ inputData: {} })
    await isBegun
    await made.cancel()
    expect(await result).toMatchObject({
      status: 'canceled',
      steps: { wait: { status: 'success', output: { aborted: true } } },
    })
    expect(after).not.toHaveBeenCalled()
    await expect(made.resume({ resumeData: 1 })).rejects.toMatchObject({
      code: 'run_not_suspended',
    })
  })

  it('marks a step that throws then as canceled', async () => {
    const made = await begin()
      .then(
        step('wait', async ({ abortSignal }) => {
          setImmediate(() => void made.cancel())
          await new Promise((_, reject) =>
            abortSignal.addEventListener('abort', () => reject(new Error('Left.'))),
          )
        }),
      )
      .commit()
      .createRun()
    expect(await made.start({ inputData: {} })).toMatchObject({
      status: 'canceled',
      steps: { wait: { status: 'canceled' } },
    })
  })

  it('ends a sleep, and a suspended run', async () => {
    const sleeping = await begin().sleep(1_000_000).commit().createRun()
    const result = sleeping.start({ inputData: {} })
    await vi.waitFor(() => expect(sleeping.status).toBe('waiting'))
    await sleeping.cancel()
    expect(await result).toMatchObject({ status: 'canceled' })
    const waiting = await begin()
      .then(step('ask', ({ suspend }) => suspend()))
      .commit()
      .createRun()
    expect(await waiting.start({ inputData: {} })).toMatchObject({ status: 'suspended' })
    await waiting.cancel()
    expect(waiting.status).toBe('canceled')
    await waiting.cancel()
  })

  it.each<readonly [string, (hold: () => Promise<void>) => AnyFlow]>([
    [
      'the step at work suspends then',
      (hold) => begin().then(step('ask', async ({ suspend }) => (await hold(), suspend()))),
    ],
    [
      'another one is suspended beside it',
      (hold) => begin().parallel([step('ask', ({ suspend }) => suspend()), step('work', hold)]),
    ],
  ])('ends the run also where %s', async (_case, make) => {
    let begun: () => void = () => {}
    let end: () => void = () => {}
    const isBegun = new Promise<void>((resolve) => {
      begun = resolve
    })
    const isEnded = new Promise<void>((resolve) => {
      end = resolve
    })
    const flow = make(() => (begun(), isEnded)).commit()
    const made = await flow.createRun()
    const result = made.start({ inputData: {} })
    await isBegun
    await made.cancel()
    end()
    expect(await result).toMatchObject({ status: 'canceled' })
    expect(made.status).toBe('canceled')
    await expect(made.resume({ step: 'ask', resumeData: 1 })).rejects.toMatchObject({
      code: 'run_not_suspended',
    })
  })

  it('is what abort does', async () => {
    const suspending = begin().then(step('ask', ({ abort, suspend }) => (abort(), suspend())))
    expect(await run(suspending.commit(), {})).toMatchObject({ status: 'canceled' })
    const workflow = begin()
      .then(step('stop', ({ abort }) => abort()))
      .then(add('never'))
      .commit()
    expect(await run(workflow, { n: 1 })).toMatchObject({ status: 'canceled' })
  })
})

describe('a run', () => {
  it('starts once', async () => {
    const made = await begin().then(add('one')).commit().createRun()
    await made.start({ inputData: { n: 1 } })
    await expect(made.start({ inputData: { n: 1 } })).rejects.toMatchObject({ code: 'run_started' })
  })

  it('works in one leg at a time', async () => {
    const made = await begin().sleep(5).commit().createRun()
    const first = made.start({ inputData: {} })
    await expect(made.start({ inputData: {} })).rejects.toMatchObject({ code: 'run_busy' })
    expect(await first).toMatchObject({ status: 'success' })
  })

  it('is found again by its id, by its workflow alone', async () => {
    const workflow = begin().then(add('one')).commit()
    const made = await workflow.createRun({ runId: 'r1', resourceId: 'me' })
    const again = await workflow.createRun({ runId: 'r1' })
    expect(again.resourceId).toBe('me')
    await again.start({ inputData: { n: 1 } })
    await expect(made.start({ inputData: { n: 1 } })).rejects.toMatchObject({ code: 'run_started' })
    expect(await workflow.getWorkflowRunById('r1')).toMatchObject({
      runId: 'r1',
      resourceId: 'me',
      status: 'success',
      input: { n: 1 },
      result: { n: 2 },
    })
    expect(await workflow.getWorkflowRunById('r3')).toBeNull()
  })

  it('needs a workflow with an end', async () => {
    await expect(begin().then(add('one')).createRun()).rejects.toThrow('is not committed')
    expect(() => begin().commit()).toThrow('has no steps')
    const ended = begin().then(add('one')).commit()
    expect(() => ended.then(add('two'))).toThrow('is committed')
    expect(() => begin('outer').then(begin('inner').then(add('one')))).toThrow(
      'inner is not committed',
    )
  })

  it.each([
    { runId: '' },
    { runId: 1 },
    { resourceId: ' ' },
    { runId: 'x'.repeat(129) },
    { disableScorers: true },
    { runid: 'x' },
  ])('is refused options that cannot be used: %j', async (options) => {
    await expect(
      begin()
        .then(add('one'))
        .commit()
        .createRun(options as never),
    ).rejects.toMatchObject({
      code: 'option_invalid',
    })
  })

  it.each([{ perStep: true }, { tracingOptions: { tags: ['a'] } }, { inputdata: 1 }])(
    'does not start with an option that is not served: %j',
    async (options) => {
      const made = await begin().then(add('one')).commit().createRun()
      await expect(made.start(options as never)).rejects.toThrow(Object.keys(options)[0])
      expect(made.status).toBe('pending')
    },
  )
})

describe('a stream', () => {
  const read = async (stream: AsyncIterable<WorkflowChunk>) => {
    const chunks: WorkflowChunk[] = []
    for await (const chunk of stream) chunks.push(chunk)
    return chunks
  }

  it('tells each step, and the end', async () => {
    const inner = begin('inner').then(add('two')).commit()
    const made = await begin().then(add('one')).then(inner).commit().createRun()
    const stream = made.stream({ inputData: { n: 1 } })
    const chunks = await read(stream.fullStream)
    expect(chunks.map(({ type, payload }) => [type, (payload as { id?: string }).id])).toEqual([
      ['workflow-start', undefined],
      ['workflow-step-start', 'one'],
      ['workflow-step-result', 'one'],
      ['workflow-step-start', 'inner'],
      ['workflow-step-start', 'inner.two'],
      ['workflow-step-result', 'inner.two'],
      ['workflow-step-result', 'inner'],
      ['workflow-finish', undefined],
    ])
    expect(chunks.at(-1)).toMatchObject({
      payload: { workflowStatus: 'success', finalWorkflowResult: { n: 3 } },
    })
    expect(new Set(chunks.map(({ runId }) => runId))).toEqual(new Set([made.runId]))
    expect(await stream.result).toMatchObject({ status: 'success' })
    expect(stream.status).toBe('success')
  })

  it('has what a step writes', async () => {
    const write = step('write', async ({ writer }) => {
      await writer.write({ part: 1 })
      await writer.custom({ type: 'data-x', data: 2 })
      await new Response('a').body?.pipeThrough(new TextDecoderStream()).pipeTo(writer)
    })
    const made = await begin().then(write).commit().createRun()
    const chunks = await read(made.stream({ inputData: {} }))
    expect(chunks.slice(2, -2)).toMatchObject([
      {
        type: 'workflow-step-output',
        from: 'USER',
        payload: { stepName: 'write', output: { part: 1 } },
      },
      { type: 'data-x', data: 2, from: 'WORKFLOW' },
      { payload: { output: 'a' } },
    ])
  })

  it('lets a step write no chunk that the engine writes', async () => {
    const write = step('write', ({ writer }) => writer.custom({ type: 'workflow-finish' }))
    expect(await run(begin().then(write).commit(), {})).toMatchObject({ status: 'failed' })
  })

  it('tells how far a foreach is', async () => {
    const made = await begin()
      .map(() => [1, 2])
      .foreach(step('x', ({ inputData }) => inputData))
      .commit()
      .createRun()
    const chunks = await read(made.stream({ inputData: {} }))
    expect(chunks.filter(({ type }) => type === 'workflow-step-progress')).toMatchObject([
      {
        payload: {
          id: 'x',
          completedCount: 1,
          totalCount: 2,
          currentIndex: 0,
          iterationStatus: 'success',
          iterationOutput: 1,
        },
      },
      { payload: { completedCount: 2, currentIndex: 1, iterationOutput: 2 } },
    ])
  })

  it('fails as its start does', async () => {
    const workflow = createWorkflow({ id: 'flow', inputSchema: z.string(), outputSchema: any })
      .then(add('x') as never)
      .commit()
    const made = await workflow.createRun()
    const stream = made.stream({ inputData: 1 as never })
    await expect(read(stream)).rejects.toMatchObject({ code: 'request_invalid' })
    await expect(stream.result).rejects.toMatchObject({ code: 'request_invalid' })
  })

  it('does not hold up its run, and does not grow without a bound', async () => {
    const write = step('write', async ({ writer }) => {
      for (let at = 0; at <= WORKFLOW_LIMITS.unreadChunks; at++) await writer.write(at)
    })
    const made = await begin().then(write).commit().createRun()
    const stream = made.stream({ inputData: {} })
    expect(await stream.result).toMatchObject({ status: 'success' })
    await expect(read(stream)).rejects.toThrow('chunks unread')
  })

  it('is bounded by what its chunks hold, and not for who reads them', async () => {
    const text = 'x'.repeat(2_000_000)
    const write = step('write', async ({ writer }) => {
      for (let at = 0; at < 10; at++) {
        await writer.write(text)
        await nextTurn()
      }
    })
    const workflow = begin().then(write).commit()
    const unread = (await workflow.createRun()).stream({ inputData: {} })
    expect(await unread.result).toMatchObject({ status: 'success' })
    await expect(read(unread)).rejects.toThrow('chunks unread, or 16000000 characters')
    const chunks = await read((await workflow.createRun()).stream({ inputData: {} }))
    expect(chunks.filter(({ type }) => type === 'workflow-step-output')).toHaveLength(10)
  })

  it('lets its reader leave', async () => {
    const made = await begin().then(add('one')).sleep(1).then(add('two')).commit().createRun()
    const stream = made.stream({ inputData: { n: 1 } })
    for await (const chunk of stream) if (chunk.type === 'workflow-step-result') break
    expect(await stream.result).toMatchObject({ status: 'success' })
  })
})

describe('a tool as a step', () => {
  const double = createTool({
    id: 'double',
    description: 'Doubles.',
    inputSchema: z.object({ n: z.number() }),
    outputSchema: z.object({ n: z.number() }),
    execute: async ({ n }) => ({ n: n * 2 }),
  })
  const workflow = begin()
    .then(createStep(double) as never)
    .commit()

  it('takes and gives what the tool does', async () => {
    expect(await run(workflow, { n: 2 })).toMatchObject({ result: { n: 4 } })
    expect(await run(workflow, { n: 'x' })).toMatchObject({ status: 'failed' })
  })

  it('is refused where it needs an approval, which a workflow does not wait for', async () => {
    const execute = vi.fn<() => unknown>()
    const config = { id: 'pay', description: 'Pays.', execute, requireApproval: true }
    const guarded = begin()
      .then(createStep(createTool(config)) as never)
      .commit()
    expect(guarded.refusals.options).toMatchObject([{ name: 'requireApproval', isGuard: true }])
    for (const unsupported of ['refuse', 'warn'] as const) {
      expect(() => new Mastra({ workflows: { guarded }, unsupported })).toThrow('requireApproval')
    }
    const made = await guarded.createRun()
    await expect(made.start({ inputData: {} })).rejects.toThrow('requireApproval')
    expect(execute).not.toHaveBeenCalled()
  })

  it.each([{ suspendSchema: z.object({}) }, { resumeSchema: z.object({}) }])(
    'is refused where it suspends its call, which a tool does for an agent alone: %o',
    (schemas) => {
      const tool = createTool({ id: 'ask', description: 'Asks.', execute: () => ({}), ...schemas })
      const guarded = begin()
        .then(createStep(tool) as never)
        .commit()
      expect(guarded.refusals.options).toMatchObject([{ name: 'suspendSchema', isGuard: true }])
      expect(() => new Mastra({ workflows: { guarded }, unsupported: 'warn' })).toThrow(
        'suspendSchema',
      )
    },
  )

  it('needs a caller who may execute the tool', async () => {
    const made = await workflow.createRun()
    const requestContext = new RequestContext([], { isStranger: true })
    const result = await made.start({ inputData: { n: 2 }, requestContext })
    expect(result).toMatchObject({ status: 'failed', error: { code: 'scope_insufficient' } })
  })
})

describe('an agent as a step', () => {
  const answer = (output: object) => {
    const agent = new Agent({
      id: 'clerk',
      name: 'Clerk',
      instructions: '',
      model: 'signet/rehearsal',
    })
    vi.spyOn(agent, 'generate').mockResolvedValue(output as never)
    return begin()
      .map(() => ({ prompt: 'Hello' }))
      .then(createStep(agent))
      .commit()
  }

  it('gives what the agent answers, and counts its tokens', async () => {
    const totalUsage = { inputTokens: 3, outputTokens: 4, totalTokens: 7 }
    const made = await answer({ text: 'Hi.', finishReason: 'stop', totalUsage }).createRun()
    const stream = made.stream({ inputData: {} })
    expect(await stream.result).toMatchObject({ result: { text: 'Hi.' } })
    expect(await stream.usage).toEqual(totalUsage)
  })

  it('fails where the agent waits for an approval', async () => {
    const result = await run(answer({ text: '', finishReason: 'suspended', totalUsage: {} }), {})
    expect(result.status === 'failed' && result.error.message).toContain('waits for an approval')
  })

  it('needs a caller who may execute the agent', async () => {
    const made = await answer({ text: 'Hi.' }).createRun()
    const requestContext = new RequestContext([], { isStranger: true })
    expect(await made.start({ inputData: {}, requestContext })).toMatchObject({
      status: 'failed',
      error: { code: 'scope_insufficient' },
    })
  })
})

describe('callbacks', () => {
  const flow = (options: object, work: Step<string, unknown, unknown, unknown, unknown>) =>
    createWorkflow({ id: 'flow', inputSchema: any, outputSchema: any, options }).then(work).commit()

  it('refuse a start, and are told of an end', async () => {
    const told: unknown[] = []
    const work = vi.fn<() => unknown>(() => 1)
    const refusing = flow(
      {
        onStart: () => {
          throw new Error('No quota.')
        },
      },
      step('x', work),
    )
    const refused = await refusing.createRun()
    await expect(refused.start({ inputData: 1 })).rejects.toThrow('No quota.')
    expect(work).not.toHaveBeenCalled()
    expect(refused.status).toBe('pending')
    const onFinish = ({ status, getInitData }: { status: string; getInitData: () => unknown }) =>
      told.push([status, getInitData()])
    const onError = ({ error }: { error: Error }) => told.push(error.message)
    await run(flow({ onFinish, onError }, step('x', work)), 7)
    await run(
      flow(
        { onFinish, onError },
        step('x', () => {
          throw new Error('Bad.')
        }),
      ),
      8,
    )
    expect(told).toEqual([['success', 7], ['failed', 8], 'Bad.'])
  })

  it.each([{ onStart: 1 }, { validateInputs: false }])('are refused as %j', (options) => {
    expect(() => flow(options, add('x'))).toThrow(
      expect.objectContaining({ code: 'option_invalid' }),
    )
  })
})

describe('options', () => {
  it('that are not served are refused by the application, by name', () => {
    const workflow = createWorkflow({
      id: 'flow',
      inputSchema: any,
      outputSchema: any,
      // @ts-expect-error: not served
      schedule: { cron: '* * * * *' },
      // @ts-expect-error: not served
      options: { shouldPersistSnapshot: () => true },
    })
      .then(
        createStep({
          id: 'x',
          inputSchema: any,
          outputSchema: any,
          execute: async () => 1,
          scorers: { a: 1 } as never,
        }),
      )
      .commit()
    expect(workflow.refusals.options.map(({ name }) => name)).toEqual([
      'schedule',
      'options.shouldPersistSnapshot',
      'scorers',
    ])
    expect(() => new Mastra({ workflows: { workflow } })).toThrow('3 options are refused.')
    const mastra = new Mastra({ workflows: { workflow }, unsupported: 'warn', logger: false })
    expect(mastra.listUnsupported()).toHaveLength(3)
  })

  it('that are not served stop a run without an application', async () => {
    const workflow = createWorkflow({
      id: 'flow',
      inputSchema: any,
      outputSchema: any,
      requestContextSchema: any as never,
    })
    const made = await workflow.then(add('x')).commit().createRun()
    await expect(made.start({ inputData: {} })).rejects.toThrow('requestContextSchema')
  })

  it.each(['', ' ', 'a b', 'x'.repeat(129), undefined, 1, 'ä'])(
    'refuse the workflow id %j',
    (id) => {
      const config = { id: id as string, inputSchema: any, outputSchema: any }
      expect(() => createWorkflow(config)).toThrow(expect.objectContaining({ code: 'id_illegal' }))
    },
  )

  it.each(['', ' ', 'x'.repeat(129), undefined, 1, '\ud800'])('refuse the step id %j', (id) => {
    expect(() => step(id as string, () => 1)).toThrow(
      expect.objectContaining({ code: 'id_illegal' }),
    )
  })

  it.each([undefined, {}, () => 1, { id: 'x', execute: () => 1 }])(
    'take steps alone: %j',
    (given) => {
      expect(() => begin().then(given as never)).toThrow('Make them by createStep')
    },
  )

  it('bound the steps of a workflow, and how deep workflows are nested', () => {
    const steps = Array.from({ length: WORKFLOW_LIMITS.nodes + 1 }, (_, at) => add(`s${at}`))
    expect(() => begin().parallel(steps).commit()).toThrow('1000 are the most')
    let nested = begin('w0').then(add('x')).commit()
    for (let at = 1; at < WORKFLOW_LIMITS.nesting; at++)
      nested = begin(`w${at}`).then(nested).commit()
    expect(() => begin('deeper').then(nested).commit()).toThrow('nested deeper than 16')
  })
})

describe('an application', () => {
  it('finds its workflows by key and id', () => {
    const workflow = begin('the-flow').then(add('x')).commit()
    const mastra = new Mastra({ workflows: { flow: workflow } })
    expect(mastra.getWorkflow('flow')).toBe(workflow)
    expect(mastra.getWorkflowById('the-flow')).toBe(workflow)
    expect(mastra.listWorkflows()).toEqual({ flow: workflow })
    for (const name of ['none', '__proto__', 'constructor']) {
      expect(() => mastra.getWorkflow(name)).toThrow(
        expect.objectContaining({ code: 'workflow_unknown' }),
      )
    }
  })

  it('is refused two of one name, and what is not a workflow with an end', () => {
    const workflow = begin().then(add('x')).commit()
    const other = begin().then(add('x')).commit()
    expect(() => new Mastra({ workflows: { workflow, other } })).toThrow(
      expect.objectContaining({ code: 'id_duplicate' }),
    )
    expect(() => new Mastra({ workflows: { a: {} as never } })).toThrow(
      'It is not a workflow of Signet.',
    )
    expect(() => new Mastra({ workflows: { a: begin().then(add('x')) } })).toThrow(
      'It is not committed.',
    )
    const clone = cloneWorkflow(workflow, { id: 'clone' })
    expect(new Mastra({ workflows: { workflow, clone } }).findWorkflow('clone')).toBe(clone)
  })

  it('is given to the steps', async () => {
    const workflow = begin()
      .then(step('x', ({ mastra }) => mastra.listWorkflows()['workflow']?.id))
      .commit()
    void new Mastra({ workflows: { workflow } })
    expect(await run(workflow, {})).toMatchObject({ result: 'flow' })
  })
})
