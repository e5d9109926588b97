import { beforeEach, describe, expect, it } from 'vitest'
import {
  createTestAuth,
  makeRequest,
  readRefusal,
  tokenOf,
  tokenWith,
} from '@signet/test-support/application/application'
import {
  createWorkflowApplication,
  type WorkflowApplication,
} from '@signet/test-support/application/workflow-application'
import { createApp, type App } from '../../app.js'

let application: WorkflowApplication
let app: App

function begin(options: Parameters<typeof createWorkflowApplication>[0] = {}): void {
  application = createWorkflowApplication(options)
  app = createApp(application.mastra)
}

beforeEach(() => begin())

const ALICE = tokenOf('member')
const BOB = createTestAuth().sign({ sub: 'bob', role: 'member' }, { expiresInSeconds: 600 })
const INPUT = { inputData: { order: 'A-7', amount: 80 } }
const FINE = { resumeData: { isFine: true } }

async function post(path: string, json: unknown = {}, token = ALICE): Promise<Response> {
  return await app.fetch(makeRequest(`/api/workflows/${path}`, { method: 'POST', token, json }))
}

async function made(response: Response) {
  expect(response.status).toBe(200)
  return Object(await response.json())
}

async function refused(response: Response) {
  const { status, code, text } = await readRefusal(response)
  return { status, code, text }
}

async function read(path: string) {
  return await made(await app.fetch(makeRequest(`/api/workflows/${path}`, { token: ALICE })))
}

/** The chunks of a stream that is whole. */
async function chunksOf(response: Response) {
  expect(response.status).toBe(200)
  const records = (await response.text()).split('\x1E')
  expect(records.pop()).toBe('')
  return records.map((record) => Object(JSON.parse(record)))
}

const typesOf = (chunks: readonly { readonly type: string }[]) => chunks.map(({ type }) => type)

/** Reads a run until it is no more at work. */
async function settled(path: string) {
  for (;;) {
    const run = await read(path)
    if (run.status !== 'running' && run.status !== 'pending') return run
  }
}

/** Starts a run that waits at its gate. */
async function started(runId: string, token = ALICE): Promise<void> {
  await made(await post(`gate/create-run?runId=${runId}`, {}, token))
  await made(await post(`gate/start?runId=${runId}`, { inputData: {} }, token))
}

describe('POST /workflows/:workflowId/observe', () => {
  const observe = (path: string, token = ALICE) =>
    app.fetch(makeRequest(`/api/workflows/${path}`, { method: 'POST', token }))

  it('tells all that is recorded of a run', async () => {
    const { runId } = await made(await post('refund/start-async', INPUT))
    const first = await chunksOf(await observe(`refund/observe?runId=${runId}`))
    expect(typesOf(first)).toStrictEqual([
      'workflow-start',
      'workflow-step-start',
      'workflow-step-result',
      'workflow-step-start',
      'workflow-step-suspended',
      'workflow-finish',
    ])
    await made(await post(`refund/resume-async?runId=${runId}`, FINE))
    const all = await chunksOf(await observe(`refund/observe?runId=${runId}&offset=0`))
    expect(typesOf(all).filter((type) => type === 'workflow-step-result')).toHaveLength(3)
    expect(all.at(-1)).toMatchObject({
      payload: { workflowStatus: 'success', finalWorkflowResult: { paid: 80 } },
    })
  })

  it('goes on with a run that is at work, until it ends', async () => {
    await made(await post('gate/create-run?runId=g-5'))
    const early = await chunksOf(await observe('gate/observe?runId=g-5'))
    expect(early.at(-1)).toMatchObject({ payload: { workflowStatus: 'pending' } })
    await made(await post('gate/start?runId=g-5', { inputData: {} }))
    const response = await observe('gate/observe?runId=g-5')
    application.open()
    const chunks = await chunksOf(response)
    expect(typesOf(chunks)).toStrictEqual([
      'workflow-start',
      'workflow-step-start',
      'workflow-step-result',
      'workflow-finish',
    ])
    expect(chunks.at(-1)).toMatchObject({ payload: { workflowStatus: 'success' } })
  })

  it('tells of a step that failed only what was written to be told', async () => {
    const { runId } = await made(
      await post('failing/start-async', { inputData: { isTold: false } }),
    )
    const text = await (await observe(`failing/observe?runId=${runId}`)).text()
    expect(text).toContain('The step failed. The log of the server says why.')
    expect(text).not.toContain('a cause that stays inside')
  })

  it('leaves the run as it is when its client leaves', async () => {
    await made(await post('gate/create-run?runId=g-6'))
    await made(await post('gate/start?runId=g-6', { inputData: {} }))
    const response = await observe('gate/observe?runId=g-6')
    await response.body?.cancel()
    application.open()
    expect(await settled('gate/runs/g-6')).toMatchObject({ status: 'success' })
  })

  it('finds no run of another owner, and refuses an index and a caller who may only read', async () => {
    const { runId } = await made(await post('refund/start-async', INPUT))
    const foreign = await refused(await observe(`refund/observe?runId=${runId}`, BOB))
    expect(foreign).toMatchObject({ status: 404, code: 'not_found' })
    const index = await refused(await observe(`refund/observe?runId=${runId}&offset=2`))
    expect(index).toMatchObject({ status: 400, code: 'option_unsupported' })
    const reader = await observe(`refund/observe?runId=${runId}`, tokenWith('workflows:read'))
    expect(reader.status).toBe(403)
  })

  it('lets 20 of its owner observe a run at once, and another one where one of them leaves', async () => {
    await started('g-7')
    const path = 'gate/observe?runId=g-7'
    const observers = await Promise.all(Array.from({ length: 20 }, () => observe(path)))
    expect(observers.every(({ status }) => status === 200)).toBe(true)
    const more = await refused(await observe(path))
    expect(more).toMatchObject({ status: 429, code: 'rate_limited' })
    await started('g-7', BOB)
    const foreign = await observe(path, BOB)
    expect(foreign.status).toBe(200)
    await started('g-8')
    const other = await observe('gate/observe?runId=g-8')
    expect(other.status).toBe(200)
    await observers.pop()?.body?.cancel()
    const next = await observe(path)
    expect(next.status).toBe(200)
    expect((await observe(path)).status).toBe(429)
    application.open()
    for (const response of [...observers, next, foreign, other]) await response.text()
    expect((await observe(path)).status).toBe(200)
  })

  it('gives a place back where it finds no run', async () => {
    for (let index = 0; index <= 20; index++) {
      expect((await observe('gate/observe?runId=none')).status).toBe(404)
    }
  })

  it('ends when the time of the request is over, and the run goes on', async () => {
    begin({ server: { timeout: 1000 } })
    await started('g-9')
    const chunks = await chunksOf(await observe('gate/observe?runId=g-9'))
    expect(typesOf(chunks)).toStrictEqual(['workflow-start', 'workflow-step-start', 'error'])
    expect(chunks.at(-1)).toMatchObject({ payload: { error: { code: 'deadline_exceeded' } } })
    expect(application.log.map(({ message }) => message)).not.toContain('A stream failed.')
    expect(await read('gate/runs/g-9')).toMatchObject({ status: 'running' })
    application.open()
    expect(await settled('gate/runs/g-9')).toMatchObject({ status: 'success' })
  })
})
