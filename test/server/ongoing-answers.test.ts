import type { Claims } from '@signet/auth'
import {
  Agent,
  createMemoryRuns,
  createTool,
  Mastra,
  Memory,
  ownerKey,
  type AgentConfig,
  type RunStorage,
  type ServerConfig,
} from '@signet/core'
import { createApp, type App } from '@signet/server'
import type { Store } from '@signet/store'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import {
  createLogRecorder,
  createTestAuth,
  makeRequest,
} from '@signet/test-support/application/application'
import {
  createModel,
  finish,
  hangingModel,
  textParts,
  type TestModel,
} from '@signet/test-support/application/model'
import { readEvents, tokenFor } from '@signet/test-support/application/remembering-application'
import { describeStores } from '@signet/test-support/store/stores'
import { createDeferred } from '@signet/test-support/time/deferred'

const MEMBER: Claims = { role: 'member' }
const ALICE = tokenFor('alice', { ...MEMBER, jti: 'of alice' })
const CONTINUE = { messages: 'Speak.', runId: 'r', onDisconnect: 'continue' }

/** Says the first half at once, and the second once it is let. */
function halfModel() {
  const [half, rest] = [createDeferred(), createDeferred()]
  const model = createModel(async function* () {
    yield { type: 'text-start', id: '1' }
    yield { type: 'text-delta', id: '1', delta: 'First ' }
    half.resolve()
    await rest.promise
    yield { type: 'text-delta', id: '1', delta: 'second.' }
    yield { type: 'text-end', id: '1' }
    yield finish()
  })
  return { model, half: half.promise, rest: () => rest.resolve() }
}

/** What a test needs of where runs and threads are kept. */
interface Kept {
  readonly runs: RunStorage
  readonly store: Store | undefined
}

interface Given {
  readonly model: TestModel
  readonly agent?: Partial<AgentConfig>
  readonly server?: ServerConfig
}

function start({ runs, store }: Kept, { model, agent, server }: Given) {
  const clerk = new Agent({
    id: 'clerk',
    name: 'Clerk',
    instructions: 'Speak.',
    model,
    ...(store !== undefined && { memory: new Memory() }),
    ...agent,
  })
  const other = new Agent({ id: 'other', name: 'Other', instructions: 'Speak.', model })
  const { logger, lines } = createLogRecorder()
  const mastra = new Mastra({
    agents: { clerk, other },
    ...(store !== undefined && { storage: store.memory }),
    server: { auth: createTestAuth(), ...server },
    logger,
  })
  mastra.setRuns(runs)
  return { app: createApp(mastra, { state: store ?? {} }), lines, clerk }
}

interface Asked {
  readonly token?: string
  readonly agent?: string
}

async function post(
  app: App,
  verb: string,
  json: object,
  { token = ALICE, agent = 'clerk' }: Asked = {},
): Promise<Response> {
  return await app.fetch(makeRequest(`/api/agents/${agent}/${verb}`, { token, json }))
}

async function refusalOf(response: Response): Promise<unknown> {
  return [response.status, ((await response.json()) as { readonly code?: unknown }).code]
}

interface Chunk {
  readonly type: string
  readonly payload: { readonly text?: string; readonly error?: { readonly code?: string } }
}

/** The chunks of a stream that was ended as one that is whole. */
async function chunksOf(response: Response): Promise<readonly Chunk[]> {
  expect(response.status).toBe(200)
  const events = readEvents(await response.text())
  expect(events.at(-1)).toBe('[DONE]')
  return events.slice(0, -1).map((event) => JSON.parse(event) as Chunk)
}

const textOf = (chunks: readonly Chunk[]) =>
  chunks.map(({ payload }) => payload.text ?? '').join('')

async function observe(app: App, more: object = {}, asked?: Asked): Promise<readonly Chunk[]> {
  return await chunksOf(await post(app, 'observe', { runId: 'r', ...more }, asked))
}

/** Asks, and leaves once the answer has begun. */
async function askAndLeave(app: App, half: Promise<void>, more: object = {}): Promise<void> {
  const response = await post(app, 'stream', { ...CONTINUE, ...more })
  expect(response.status).toBe(200)
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  for (let text = ''; !text.includes('First');) text += (await reader?.read())?.value ?? ''
  await half
  void reader?.cancel()
}

const pay = createTool({
  id: 'pay',
  description: 'Pays',
  inputSchema: z.object({ amount: z.number() }),
  requireApproval: true,
  execute: async () => 'paid',
})

const payingModel = () =>
  createModel(async function* (_options, index) {
    if (index > 0) yield* textParts('Done.')
    else {
      const input = JSON.stringify({ amount: 5 })
      yield { type: 'tool-call', toolCallId: 'c', toolName: 'pay', input }
    }
    yield finish(index > 0 ? 'stop' : 'tool-calls')
  })

function declareRules(open: () => Promise<Kept>): void {
  it('goes on when its client leaves, and is read from each index on', async () => {
    const { model, half, rest } = halfModel()
    const { app } = start(await open(), { model })
    await askAndLeave(app, half)
    const live = post(app, 'observe', { runId: 'r' })
    rest()
    const all = await chunksOf(await live)
    expect(all.map(({ type }) => type)).toStrictEqual([
      'start',
      'step-start',
      'text-start',
      'text-delta',
      'text-delta',
      'text-end',
      'step-finish',
      'finish',
    ])
    expect(textOf(all)).toBe('First second.')
    for (const offset of [0, 1, 4, 7, 8, 1000]) {
      expect(await observe(app, { offset })).toStrictEqual(all.slice(offset))
    }
    expect(model.calls).toHaveLength(1)
    await app.close()
  })

  it('sends its client the same chunks as those who observe it', async () => {
    const { model, half, rest } = halfModel()
    const { app } = start(await open(), { model })
    const direct = post(app, 'stream', CONTINUE)
    await half
    rest()
    expect(await chunksOf(await direct)).toStrictEqual(await observe(app))
    await app.close()
  })

  it('does so where the agent says it, unless the request does not want it', async () => {
    const kept = await open()
    for (const [onDisconnect, isKept] of [
      [undefined, true],
      ['stop', false],
    ] as const) {
      const { model, half, rest } = halfModel()
      const { app } = start(kept, { model, agent: { onDisconnect: 'continue' } })
      const runId = String(onDisconnect)
      await askAndLeave(app, half, { runId, onDisconnect })
      rest()
      const observed = await post(app, 'observe', { runId })
      if (isKept) expect(textOf(await chunksOf(observed))).toBe('First second.')
      else expect(await refusalOf(observed)).toStrictEqual([404, 'not_found'])
      await app.close()
    }
  })

  it('is for its owner, of its agent, and for who may execute that', async () => {
    const { model, half, rest } = halfModel()
    const { app } = start(await open(), { model })
    await askAndLeave(app, half)
    rest()
    await observe(app)
    const bob = tokenFor('bob', MEMBER)
    const reader = tokenFor('alice', { permissions: ['agents:read'] })
    for (const [json, asked, refusal] of [
      [{ runId: 'r' }, { token: bob }, [404, 'not_found']],
      [{ runId: 'r' }, { agent: 'other' }, [404, 'not_found']],
      [{ runId: 'none' }, {}, [404, 'not_found']],
      [{ runId: 'r' }, { token: reader }, [403, 'scope_insufficient']],
      [{ runId: 'r', offset: -1 }, {}, [400, 'request_invalid']],
      [{ runId: 'r', offset: 1.5 }, {}, [400, 'request_invalid']],
      [{ runId: 'r', offset: '1' }, {}, [400, 'request_invalid']],
      [{ offset: 1 }, {}, [400, 'request_invalid']],
      [{ runId: 'r', owner: 'bob' }, {}, [400, 'request_invalid']],
    ] as const) {
      expect(await refusalOf(await post(app, 'observe', json, asked))).toStrictEqual(refusal)
    }
    await app.close()
  })

  it('refuses the id of a run that its caller has, and another value of the option', async () => {
    const kept = await open()
    const { model, half, rest } = halfModel()
    const { app } = start(kept, { model })
    await askAndLeave(app, half)
    const again = await post(app, 'stream', CONTINUE)
    expect(await refusalOf(again)).toStrictEqual([409, 'run_exists'])
    rest()
    for (const [verb, onDisconnect] of [
      ['stream', 'resume'],
      ['stream', true],
      ['generate', 'continue'],
    ] as const) {
      const refused = await post(app, verb, { messages: 'Speak.', onDisconnect })
      expect(await refusalOf(refused)).toStrictEqual([400, 'request_invalid'])
    }
    expect(model.calls).toHaveLength(1)
    await app.close()
  })

  it('ends with its connection where nobody asked for more, and keeps nothing', async () => {
    const kept = await open()
    const { model, half, rest } = halfModel()
    const { app } = start(kept, { model })
    await askAndLeave(app, half, { onDisconnect: undefined })
    rest()
    expect(await kept.runs.list('a'.repeat(64), { kind: 'agent', perPage: 9 })).toMatchObject({
      total: 0,
    })
    const observed = await post(app, 'observe', { runId: 'r' })
    expect(await refusalOf(observed)).toStrictEqual([404, 'not_found'])
    await app.close()
  })

  it('ends when the token is revoked that asked, also without a connection', async () => {
    const { model, started, aborted } = hangingModel()
    const { app } = start(await open(), { model })
    await askAndLeave(app, started)
    const own = tokenFor('alice', { ...MEMBER, jti: 'another' })
    const observed = post(app, 'observe', { runId: 'r' }, { token: own })
    const logout = makeRequest('/api/auth/logout', { token: ALICE, method: 'POST' })
    expect((await app.fetch(logout)).status).toBeLessThan(300)
    await aborted
    expect((await chunksOf(await observed)).at(-1)?.type).toBe('abort')
    await app.idle()
    await app.close()
  })

  it('is observed only until the token is revoked that observes', async () => {
    const { model, half, rest } = halfModel()
    const { app } = start(await open(), { model })
    await askAndLeave(app, half)
    const token = tokenFor('alice', { ...MEMBER, jti: 'observes' })
    const observed = await post(app, 'observe', { runId: 'r' }, { token })
    await app.fetch(makeRequest('/api/auth/logout', { token, method: 'POST' }))
    const last = (await chunksOf(observed)).at(-1)
    expect(last?.payload.error?.code).toBe('token_revoked')
    rest()
    expect(textOf(await observe(app))).toBe('First second.')
    await app.close()
  })

  it('ends when it has taken too long', async () => {
    const { model, started, aborted } = hangingModel()
    const { app } = start(await open(), { model, server: { timeout: 300 } })
    await askAndLeave(app, started)
    await aborted
    await app.idle()
    expect((await observe(app)).at(-1)?.type).toBe('abort')
    await app.close()
  })

  it('ends when its owner cancels it, and nobody else does', async () => {
    const { model, started, aborted } = hangingModel()
    const kept = await open()
    const { app } = start(kept, { model })
    await askAndLeave(app, started)
    const bob = { token: tokenFor('bob', MEMBER) }
    expect((await post(app, 'runs/r/cancel', {}, bob)).status).toBe(404)
    expect((await post(app, 'runs/r/cancel', {}, { agent: 'other' })).status).toBe(404)
    expect((await post(app, 'runs/none/cancel', {})).status).toBe(404)
    const canceled = await post(app, 'runs/r/cancel', {})
    expect(await canceled.json()).toStrictEqual({ canceled: true })
    await aborted
    expect((await observe(app)).at(-1)?.type).toBe('abort')
    await app.idle()
    expect(await (await post(app, 'runs/r/cancel', {})).json()).toStrictEqual({ canceled: false })
    await app.close()
  }, 30_000)

  it('is ended with the server, which lets it finish first', async () => {
    const kept = await open()
    const first = halfModel()
    const one = start(kept, { model: first.model })
    await askAndLeave(one.app, first.half)
    const finished = one.app.finish()
    first.rest()
    await finished
    expect(textOf(await observe(one.app))).toBe('First second.')
    await one.app.close()

    const hanging = hangingModel()
    const two = start(kept, { model: hanging.model })
    await askAndLeave(two.app, hanging.started, { runId: 's' })
    await two.app.close()
    await hanging.aborted
    expect((await observe(one.app, { runId: 's' })).at(-1)?.type).toBe('abort')
  })

  it('has a bounded number of observers, and each may take its time', async () => {
    const { model, half, rest } = halfModel()
    const { app } = start(await open(), { model })
    await askAndLeave(app, half)
    const observers: Response[] = []
    for (let index = 0; index < 20; index++) {
      observers.push(await post(app, 'observe', { runId: 'r', offset: index % 3 }))
    }
    const refused = await post(app, 'observe', { runId: 'r' })
    expect(refused.headers.get('retry-after')).toBe('1')
    expect(await refusalOf(refused)).toStrictEqual([429, 'rate_limited'])
    rest()
    for (const observer of observers) expect(textOf(await chunksOf(observer))).toBe('First second.')
    expect(textOf(await observe(app))).toBe('First second.')
    await app.close()
  })

  it('waits for an approval without a client, and goes on so behind it', async () => {
    const model = payingModel()
    const { app } = start(await open(), { model, agent: { tools: { pay } } })
    await (await post(app, 'stream', CONTINUE)).body?.cancel()
    const waiting = await observe(app)
    expect(waiting.map(({ type }) => type)).toContain('tool-call-approval')
    expect(waiting.at(-1)?.type).toBe('finish')
    const decision = { runId: 'r', toolCallId: 'c' }
    const approved = await post(app, 'approve-tool-call', decision)
    expect(approved.status).toBe(200)
    await approved.body?.cancel()
    await app.idle()
    const all = await observe(app)
    expect(all.slice(0, waiting.length)).toStrictEqual(waiting)
    expect(textOf(all)).toBe('Done.')
    expect(await observe(app, { offset: waiting.length })).toStrictEqual(all.slice(waiting.length))
    await app.close()
  })

  it('tells who observes it where its process ended in the middle', async () => {
    const { runs, store } = await open()
    const owner = ownerKey({ issuer: 'local', resourceId: 'alice' })
    const lease = await runs.create(
      owner,
      { id: 'r', kind: 'agent', target: 'clerk' },
      { status: 'running', holder: 'killed', ttlMs: 1000 },
    )
    if (lease === undefined) throw new Error('There is not a lease.')
    await runs.openEvents(lease)
    const event = JSON.stringify({ type: 'text-delta', payload: { text: 'First ' } })
    await runs.appendEvents(lease, { from: 0, events: [event], isLast: false })
    const { app } = start({ runs, store }, { model: halfModel().model })
    const observed = [observe(app), observe(app, { offset: 5 })]
    // As the next server does that finds it.
    const failure = { code: 'interrupted', message: 'The server ended.' }
    await runs.finish(lease, { status: 'failed', failure })
    for (const [index, chunks] of (await Promise.all(observed)).entries()) {
      expect(textOf(chunks)).toBe(index === 0 ? 'First ' : '')
      expect(chunks.at(-1)?.payload.error?.code).toBe('interrupted')
    }
    await app.close()
  })
}

describe('an answer that goes on without its client, with runs in memory', () => {
  declareRules(async () => ({ runs: createMemoryRuns(), store: undefined }))
})

describeStores('an answer that goes on without its client', (stores) => {
  declareRules(async () => {
    const store = await stores.open()
    return { runs: store.runs, store }
  })

  it('is stored in its thread as with a client', async () => {
    const store = await stores.open()
    const { model, half, rest } = halfModel()
    const { app } = start({ runs: store.runs, store }, { model })
    await askAndLeave(app, half, { memory: { thread: 't' } })
    rest()
    await observe(app)
    await app.idle()
    const response = await app.fetch(
      makeRequest('/api/memory/threads/t/messages', { token: ALICE }),
    )
    expect(await response.text()).toContain('First second.')
    await app.close()
  })

  it('is observed on another instance while it goes on', async () => {
    const options = await stores.locate()
    const [first, second] = [await stores.open(options), await stores.open(options)]
    const { model, half, rest } = halfModel()
    const one = start({ runs: first.runs, store: first }, { model })
    const two = start({ runs: second.runs, store: second }, { model })
    await askAndLeave(one.app, half)
    const response = await post(two.app, 'observe', { runId: 'r' })
    const bob = await post(two.app, 'observe', { runId: 'r' }, { token: tokenFor('bob', MEMBER) })
    expect(bob.status).toBe(404)
    const observed = chunksOf(response)
    rest()
    const all = await observed
    expect(textOf(all)).toBe('First second.')
    expect(await observe(two.app, { offset: 3 })).toStrictEqual(all.slice(3))
    expect(await observe(one.app)).toStrictEqual(all)
    expect(model.calls).toHaveLength(1)
    await one.app.close()
    await two.app.close()
  })
})
