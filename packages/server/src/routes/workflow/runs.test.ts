import { beforeEach, describe, expect, it, vi } from 'vitest'
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

const ALICE = tokenOf('member')
const BOB = createTestAuth().sign({ sub: 'bob', role: 'member' }, { expiresInSeconds: 600 })
const INPUT = { inputData: { order: 'A-7', amount: 80 } }

async function ask(method: string, path: string, token = ALICE, json?: unknown) {
  return await app.fetch(makeRequest(`/api/workflows/${path}`, { method, token, json }))
}

async function made(response: Response) {
  expect(response.status).toBe(200)
  return Object(await response.json())
}

const read = async (path: string, token = ALICE) => made(await ask('GET', path, token))

/** The ids of the runs of a list. */
async function idsOf(query = '', token = ALICE) {
  const { runs, total } = await read(`refund/runs${query}`, token)
  return { ids: runs.map(({ runId }: { runId: string }) => runId), total }
}

beforeEach(async () => {
  application = createWorkflowApplication()
  app = createApp(application.mastra)
  for (const runId of ['one', 'two', 'three']) {
    await made(await ask('POST', `refund/create-run?runId=${runId}`, ALICE, {}))
  }
  await made(await ask('POST', 'refund/start-async?runId=two', ALICE, INPUT))
})

describe('GET /workflows/:workflowId/runs', () => {
  it('lists the runs of the caller, the newest first, without their values', async () => {
    const { runs, total } = await read('refund/runs')
    expect(total).toBe(3)
    expect(runs.map(({ runId }: { runId: string }) => runId)).toStrictEqual(['three', 'two', 'one'])
    expect(runs[1]).toMatchObject({
      workflowName: 'refund-order',
      runId: 'two',
      resourceId: 'alice',
      createdAt: expect.stringMatching(/^\d{4}-.*Z$/),
      snapshot: { runId: 'two', status: 'suspended', context: {} },
    })
    expect(JSON.stringify(runs)).not.toContain('A-7')
  })

  it.each([
    ['?perPage=2', ['three', 'two']],
    ['?perPage=2&page=1', ['one']],
    ['?limit=1&offset=1', ['two']],
    ['?page=7', []],
  ])('gives of %s the page %j, and how many there are', async (query, ids) => {
    expect(await idsOf(query)).toStrictEqual({ ids, total: 3 })
  })

  it.each([
    ['?status=suspended', ['two']],
    ['?status=tripwire', []],
    ['?toDate=2020-01-01T00:00:00Z', []],
    ['?fromDate=2020-01-01T00:00:00Z&status=pending', ['three', 'one']],
  ])('gives of %s those that are asked for: %j', async (query, ids) => {
    expect(await idsOf(query)).toStrictEqual({ ids, total: ids.length })
  })

  it('shows nobody the runs of another', async () => {
    expect(await idsOf('', BOB)).toStrictEqual({ ids: [], total: 0 })
    expect(await read('run-counts', BOB)).toMatchObject({ refund: { running: 0, suspended: 0 } })
    expect(await read('run-counts')).toMatchObject({ refund: { running: 0, suspended: 1 } })
  })

  it('counts those of all workflows by one question to the storage', async () => {
    const count = vi.spyOn(application.mastra.getRuns(), 'count')
    expect(Object.keys(await read('run-counts')).length).toBeGreaterThan(1)
    expect(count).toHaveBeenCalledTimes(1)
  })

  it.each(['status=ended', 'perPage=0', 'perPage=1001', 'page=-1', 'fromDate=today', 'order=asc'])(
    'refuses the query %s',
    async (query) => {
      const refusal = await readRefusal(await ask('GET', `refund/runs?${query}`))
      expect(refusal).toMatchObject({ status: 400 })
    },
  )
})

describe('GET /workflows/:workflowId/runs/:runId', () => {
  it('tells what became of a run, and where it waits', async () => {
    expect(await read('refund/runs/two')).toMatchObject({
      runId: 'two',
      workflowName: 'refund-order',
      resourceId: 'alice',
      status: 'suspended',
      payload: INPUT.inputData,
      steps: {
        check: { status: 'success' },
        review: { status: 'suspended', suspendPayload: { question: 'Refund 80?' } },
      },
      suspendedPaths: { review: [1] },
      waitingPaths: {},
      activeStepsPath: {},
      serializedStepGraph: [{ type: 'workflow' }, { type: 'step' }, { type: 'mapping' }],
    })
  })

  it('leaves out what is not asked for', async () => {
    const part = await read('refund/runs/two?fields=steps,result&withNestedWorkflows=false')
    expect(Object.keys(part)).toStrictEqual([
      'runId',
      'workflowName',
      'resourceId',
      'createdAt',
      'updatedAt',
      'status',
      'steps',
    ])
    expect(Object.keys(part.steps)).toStrictEqual(['check', 'review'])
  })

  it.each(['fields=state', 'fields=', 'withNestedWorkflows=no', 'field=steps'])(
    'refuses the query %s',
    async (query) => {
      const refusal = await readRefusal(await ask('GET', `refund/runs/two?${query}`))
      expect(refusal).toMatchObject({ status: 400 })
    },
  )
})

describe('one run', () => {
  it.each([
    ['GET', 'refund/runs/two', BOB],
    ['DELETE', 'refund/runs/two', BOB],
    ['POST', 'refund/runs/two/cancel', BOB],
    ['GET', 'gate/runs/two', ALICE],
    ['DELETE', 'gate/runs/two', ALICE],
    ['GET', 'refund/runs/none', ALICE],
    ['DELETE', 'refund/runs/none', ALICE],
    ['POST', 'refund/runs/none/cancel', ALICE],
    ['GET', 'refund/runs/__proto__', ALICE],
  ])(
    'is not found by another owner, in another workflow, or where there is none: %s %s',
    async (method, path, token) => {
      const refusal = await readRefusal(await ask(method, path, token))
      expect(refusal).toMatchObject({ status: 404, code: 'not_found', text: 'Not found.' })
      expect(await read('refund/runs/two')).toMatchObject({ status: 'suspended' })
    },
  )

  it('is canceled, once and again, and does not go on', async () => {
    for (let round = 0; round < 2; round++) {
      expect(await made(await ask('POST', 'refund/runs/two/cancel'))).toStrictEqual({
        message: 'Workflow run cancelled',
      })
    }
    expect(await read('refund/runs/two')).toMatchObject({ status: 'canceled' })
    const refusal = await readRefusal(await ask('POST', 'refund/resume?runId=two', ALICE, {}))
    expect(refusal).toMatchObject({ status: 409, code: 'run_not_suspended' })
  })

  it('is deleted, also while it runs', async () => {
    const begun = ask('POST', 'gate/start-async?runId=g', ALICE, { inputData: {} })
    while ((await read('run-counts')).gate.running === 0);
    expect(await made(await ask('DELETE', 'gate/runs/g'))).toStrictEqual({
      message: 'Workflow run deleted',
    })
    expect((await begun).status).toBe(409)
    expect(await readRefusal(await ask('GET', 'gate/runs/g'))).toMatchObject({ status: 404 })
  })

  it('is read by who may read, and canceled or deleted by who may execute', async () => {
    const reader = tokenWith('workflows:read:refund-order')
    expect((await ask('GET', 'refund/runs/two', reader)).status).toBe(200)
    for (const [method, path] of [
      ['POST', 'refund/runs/two/cancel'],
      ['DELETE', 'refund/runs/two'],
    ] as const) {
      const refusal = await readRefusal(await ask(method, path, reader))
      expect(refusal).toMatchObject({ status: 403, code: 'scope_insufficient' })
    }
    const runner = tokenWith('workflows:execute:refund-order')
    for (const path of ['refund/runs', 'refund/runs/two']) {
      expect(await readRefusal(await ask('GET', path, runner))).toMatchObject({ status: 403 })
    }
    expect((await ask('DELETE', 'refund/runs/two', runner)).status).toBe(200)
  })
})
