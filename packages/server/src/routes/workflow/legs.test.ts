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

beforeEach(() => {
  application = createWorkflowApplication()
  app = createApp(application.mastra)
})

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
  const { status, code, text, issues } = await readRefusal(response)
  return { status, code, text, issues }
}

async function read(path: string, token = ALICE) {
  return await made(await app.fetch(makeRequest(`/api/workflows/${path}`, { token })))
}

/** The chunks of a stream that is whole. */
async function chunksOf(response: Response) {
  expect(response.status).toBe(200)
  expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8')
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

describe('POST /workflows/:workflowId/start-async', () => {
  it('runs until a step waits, and resume-async to the end', async () => {
    const { runId } = await made(await post('refund/create-run'))
    const first = await made(await post(`refund/start-async?runId=${runId}`, INPUT))
    expect(first).toMatchObject({
      runId,
      status: 'suspended',
      input: INPUT.inputData,
      suspended: [['review']],
      suspendPayload: { review: { question: 'Refund 80?' } },
      steps: {
        input: INPUT.inputData,
        check: { status: 'success', output: INPUT.inputData },
        review: { status: 'suspended' },
      },
    })
    const second = await made(await post(`refund/resume-async?runId=${runId}`, FINE))
    expect(second).toMatchObject({ runId, status: 'success', result: { paid: 80 } })
  })

  it('makes a run where none is named, and finds its workflow by key and by id', async () => {
    const { runId } = await made(await post('refund-order/start-async', INPUT))
    expect(await read(`refund/runs/${runId}`)).toMatchObject({ status: 'suspended' })
  })

  it('gives steps the principal, and what the client says apart from it', async () => {
    const body = { ...INPUT, requestContext: { user: 'mallory', tone: 'dry' } }
    await made(await post('refund/start-async', body))
    const [context] = application.contexts
    expect(context?.principal?.subject).toBe('alice')
    expect(context?.get('tone')).toBeUndefined()
    expect(context?.client).toStrictEqual({ user: 'mallory', tone: 'dry' })
  })

  it.each([
    ['another type', { inputData: { order: 'A-7', amount: 'much' } }, 'amount'],
    ['a missing member', { inputData: { order: 'A-7' } }, 'amount'],
    ['nothing', {}, 'root'],
  ])('refuses an input of %s, and the run waits on', async (_, body, field) => {
    const { runId } = await made(await post('refund/create-run'))
    for (const verb of ['start', 'start-async', 'stream']) {
      const refusal = await refused(await post(`refund/${verb}?runId=${runId}`, body))
      expect(refusal).toMatchObject({ status: 400, code: 'request_invalid' })
      expect(refusal.issues).toMatchObject([{ field: expect.stringContaining(field) }])
    }
    expect(await read(`refund/runs/${runId}`)).toMatchObject({ status: 'pending' })
  })

  it('refuses to start a run twice', async () => {
    const { runId } = await made(await post('refund/start-async', INPUT))
    const again = await refused(await post(`refund/start-async?runId=${runId}`, INPUT))
    expect(again).toMatchObject({ status: 409, code: 'run_started' })
  })

  it('tells of a step that failed only what was written to be told', async () => {
    const told = await made(await post('failing/start-async', { inputData: { isTold: true } }))
    const error = {
      name: 'ToolError',
      message: 'There is nothing to pay back.',
      code: 'step_failed',
    }
    expect(told).toMatchObject({ status: 'failed', error, steps: { fail: { error } } })

    const hidden = await made(await post('failing/start-async', { inputData: { isTold: false } }))
    const neutral = {
      name: 'Error',
      message: 'The step failed. The log of the server says why.',
      code: 'step_failed',
    }
    expect(hidden).toMatchObject({
      status: 'failed',
      error: neutral,
      steps: { fail: { error: neutral } },
    })
    const run = await read(`failing/runs/${hidden.runId}`)
    expect(run).toMatchObject({ error: neutral, steps: { fail: { error: neutral } } })
    const list = await read('failing/runs')
    const chunks = await chunksOf(await post('failing/stream', { inputData: { isTold: false } }))
    expect(chunks.at(-2)).toMatchObject({ payload: { status: 'failed', error: neutral } })
    expect(JSON.stringify([hidden, run, list, chunks])).not.toContain('a cause that stays inside')
    expect(application.log.map(({ message }) => message)).toContain('A workflow failed.')
  })
})

describe('POST /workflows/:workflowId/stream', () => {
  it('tells what becomes of the run, and resume-stream of the rest', async () => {
    const chunks = await chunksOf(await post('refund/stream?runId=r-1', INPUT))
    expect(typesOf(chunks)).toStrictEqual([
      'workflow-start',
      'workflow-step-start',
      'workflow-step-start',
      'workflow-step-output',
      'workflow-step-result',
      'workflow-step-result',
      'workflow-step-start',
      'workflow-step-suspended',
      'workflow-finish',
    ])
    expect(chunks.every(({ runId }) => runId === 'r-1')).toBe(true)
    expect(chunks.at(-1)).toMatchObject({ payload: { workflowStatus: 'suspended' } })
    const body = { ...FINE, step: 'review' }
    const rest = await chunksOf(await post('refund/resume-stream?runId=r-1', body))
    expect(rest.at(-1)).toMatchObject({
      type: 'workflow-finish',
      payload: { workflowStatus: 'success', finalWorkflowResult: { paid: 80 } },
    })
  })

  it('goes on when its client leaves', async () => {
    const response = await post('gate/stream?runId=g-1', { inputData: {} })
    await response.body?.cancel()
    expect(await read('gate/runs/g-1')).toMatchObject({ status: 'running' })
    application.open()
    expect(await settled('gate/runs/g-1')).toMatchObject({
      status: 'success',
      result: { isOpen: true },
    })
  })
})

describe('POST /workflows/:workflowId/start', () => {
  it('does not wait for the run', async () => {
    await made(await post('gate/create-run?runId=g-2'))
    expect(await made(await post('gate/start?runId=g-2', { inputData: {} }))).toStrictEqual({
      message: 'Workflow run started',
    })
    expect(await read('gate/runs/g-2')).toMatchObject({ status: 'running' })
    expect(await read('run-counts')).toMatchObject({ gate: { running: 1, suspended: 0 } })
    application.open()
    expect(await settled('gate/runs/g-2')).toMatchObject({ status: 'success' })
  })

  it('starts only a run that was made', async () => {
    const refusal = await refused(await post('gate/start?runId=none', { inputData: {} }))
    expect(refusal).toMatchObject({ status: 404, code: 'not_found' })
  })

  it('leaves the run among what its caller has at work', async () => {
    application = createWorkflowApplication({ server: { limits: { answers: { concurrent: 1 } } } })
    app = createApp(application.mastra)
    await made(await post('gate/create-run?runId=g-3'))
    await made(await post('gate/start?runId=g-3', { inputData: {} }))
    const busy = await refused(await post('gate/create-run'))
    expect(busy).toMatchObject({ status: 429, code: 'rate_limited' })
    await made(await post('gate/create-run', {}, BOB))
    application.open()
    await settled('gate/runs/g-3')
    await made(await post('gate/create-run'))
  })
})

describe.each(['resume', 'resume-no-wait', 'resume-async', 'resume-stream'])(
  'POST /workflows/:workflowId/%s',
  (verb) => {
    async function waiting(): Promise<string> {
      const { runId } = await made(await post('refund/start-async', INPUT))
      return String(runId)
    }

    it('lets a run go on once', async () => {
      const runId = await waiting()
      const response = await post(`refund/${verb}?runId=${runId}`, { ...FINE, step: ['review'] })
      expect(response.status).toBe(200)
      await response.text()
      expect(await settled(`refund/runs/${runId}`)).toMatchObject({
        status: 'success',
        result: { paid: 80 },
      })
      const again = await refused(await post(`refund/${verb}?runId=${runId}`, FINE))
      expect(again).toMatchObject({ status: 409, code: 'run_not_suspended' })
    })

    it('refuses data that do not fit, and a step that does not wait; the run waits on', async () => {
      const runId = await waiting()
      const bad = await refused(
        await post(`refund/${verb}?runId=${runId}`, { resumeData: { isFine: 'yes' } }),
      )
      expect(bad).toMatchObject({ status: 400, issues: [{ field: 'isFine' }] })
      const other = await refused(
        await post(`refund/${verb}?runId=${runId}`, { ...FINE, step: 'check' }),
      )
      expect(other).toMatchObject({ status: 409, code: 'step_not_suspended' })
      expect(await read(`refund/runs/${runId}`)).toMatchObject({ status: 'suspended' })
    })

    it('does not find the run of another owner, nor of another workflow', async () => {
      const runId = await waiting()
      for (const [path, token] of [
        [`refund/${verb}?runId=${runId}`, BOB],
        [`gate/${verb}?runId=${runId}`, ALICE],
        [`refund/${verb}?runId=none`, ALICE],
      ] as const) {
        const refusal = await refused(await post(path, FINE, token))
        expect(refusal).toMatchObject({ status: 404, code: 'not_found', text: 'Not found.' })
      }
    })
  },
)

describe('a run of a workflow', () => {
  it.each([
    ['refund/create-run?runId=r', {}],
    ['refund/start?runId=r', INPUT],
    ['refund/start-async?runId=r', INPUT],
    ['refund/stream?runId=r', INPUT],
    ['refund/resume?runId=r', FINE],
    ['refund/runs/r/cancel', undefined],
  ])('needs workflows:execute of its workflow: %s', async (path, body) => {
    const token = tokenWith('workflows:read', 'workflows:execute:gate')
    const refusal = await refused(await post(path, body, token))
    expect(refusal).toMatchObject({ status: 403, code: 'scope_insufficient' })
  })

  it.each([
    ['create-run?runId=', {}, 'runId'],
    [`create-run?runId=${'a'.repeat(129)}`, {}, 'runId'],
    ['create-run?runId=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln', {}, 'runId'],
    ['start', INPUT, 'runId'],
    ['start-async', { ...INPUT, perStep: true }, 'perStep'],
    ['start-async', { ...INPUT, inputDate: {} }, 'inputDate'],
    ['start-async', { ...INPUT, requestContext: [] }, 'requestContext'],
    ['start-async', { ...INPUT, initialState: [] }, 'initialState'],
    ['resume?runId=r', { step: [] }, 'step'],
    ['resume?runId=r', { step: Array.from({ length: 17 }, () => 'a') }, 'step'],
    ['resume?runId=r', { forEachIndex: -1 }, 'forEachIndex'],
    ['resume?runId=r', { context: {} }, 'context'],
  ])('refuses %s with %j, and names the field', async (path, body, field) => {
    const refusal = await refused(await post(`refund/${path}`, body))
    expect(refusal.status).toBe(400)
    expect(refusal.issues).toMatchObject([{ field }])
  })

  it('takes the owner from the token, whatever resourceId says', async () => {
    const body = { ...INPUT, resourceId: 'bob' }
    const { runId } = await made(await post('refund/start-async', body))
    expect(await read(`refund/runs/${runId}`)).toMatchObject({ resourceId: 'alice' })
    expect(await read('refund/runs?resourceId=alice', BOB)).toStrictEqual({ runs: [], total: 0 })
  })
})

describe('a caller whose token is revoked', () => {
  it.each(['stream', 'start', 'start-async'])('does not go on with a run: %s', async (verb) => {
    const token = createTestAuth().sign(
      { sub: 'alice', role: 'member', jti: `leg-${verb}` },
      { expiresInSeconds: 600 },
    )
    await made(await post('gate/create-run?runId=g-4'))
    const begun = post(`gate/${verb}?runId=g-4`, { inputData: {} }, token)
    const opened = verb === 'start-async' ? undefined : await begun
    for (;;) {
      const { status } = await read('gate/runs/g-4')
      if (status === 'running') break
    }
    const json = { jti: `leg-${verb}` }
    const revoked = await app.fetch(
      makeRequest('/api/auth/revocations', { token: tokenOf('owner'), json }),
    )
    expect(revoked.status).toBe(201)
    expect(await settled('gate/runs/g-4')).toMatchObject({ status: 'canceled' })
    if (verb === 'stream') {
      const chunks = await chunksOf(opened ?? (await begun))
      expect(chunks.at(-1)).toMatchObject({
        type: 'error',
        payload: { error: { code: 'token_revoked' } },
      })
    }
    if (verb === 'start-async') {
      expect(await refused(await begun)).toMatchObject({ status: 401, code: 'token_revoked' })
    }
  })
})
