import type { Permission } from '@signet/auth'
import { describe, expect, it } from 'vitest'
import {
  makeRequest,
  readRefusal,
  tokenOf,
  tokenWith,
} from '@signet/test-support/application/application'
import { createWorkflowApplication } from '@signet/test-support/application/workflow-application'
import { createApp } from '../../app.js'

const app = createApp(createWorkflowApplication().mastra)

async function ask(path: string, token?: string): Promise<Response> {
  return await app.fetch(makeRequest(`/api${path}`, { token }))
}

async function read(path: string, token = tokenOf('member')) {
  const response = await ask(path, token)
  expect(response.status).toBe(200)
  return Object(await response.json())
}

/** A schema of the wire, as Mastra's clients unpack it. */
function unpack(text: string): unknown {
  return Object(JSON.parse(text)).json
}

const ORDER = {
  type: 'object',
  properties: { order: { type: 'string' }, amount: { type: 'number' } },
  required: ['order', 'amount'],
}

describe('GET /workflows', () => {
  it.each<[readonly Permission[], readonly string[]]>([
    [[], []],
    [['workflows:execute', 'workflows:write', 'agents:read'], []],
    [['workflows:read:refund-order'], ['refund']],
    [['workflows:read:refund'], []],
    [['workflows:read'], ['refund', 'gate', 'failing']],
  ])('with %j lists exactly %j, by key', async (permissions, keys) => {
    expect(Object.keys(await read('/workflows', tokenWith(...permissions)))).toStrictEqual(keys)
  })

  it('is not for strangers', async () => {
    expect(await readRefusal(await ask('/workflows'))).toMatchObject({ status: 401 })
  })

  it('leaves out steps and schemas where partial is true', async () => {
    const { refund } = await read('/workflows?partial=true')
    expect(refund).toMatchObject({ name: 'refund-order', stepCount: 3, steps: {}, allSteps: {} })
    expect(refund).not.toHaveProperty('inputSchema')
  })

  it('refuses a parameter that nobody has', async () => {
    const refusal = await readRefusal(await ask('/workflows?partail=true', tokenOf('member')))
    expect(refusal).toMatchObject({ status: 400, issues: [{ field: 'partail' }] })
  })
})

describe('GET /workflows/:workflowId', () => {
  it('shows steps, schemas and the chain, and no code', async () => {
    const view = await read('/workflows/refund')
    expect(view).toMatchObject({
      name: 'refund-order',
      description: 'Pays money back.',
      origin: 'code',
      stepGraph: [
        {
          type: 'workflow',
          id: 'check',
          workflowId: 'check',
          serializedStepFlow: [{ type: 'step', step: { id: 'look', canSuspend: false } }],
        },
        { type: 'step', step: { id: 'review', description: 'Asks a person.', canSuspend: true } },
        { type: 'mapping', id: 'mapping_refund-order_0', mapConfig: '' },
      ],
      steps: { check: { id: 'check', component: 'WORKFLOW' }, review: { id: 'review' } },
      allSteps: { 'check.look': { id: 'look', isWorkflow: false }, check: { isWorkflow: true } },
    })
    expect(unpack(view.inputSchema)).toMatchObject(ORDER)
    expect(unpack(view.steps.review.resumeSchema)).toMatchObject({
      properties: { isFine: { type: 'boolean' } },
    })
    expect(unpack(view.steps.review.suspendSchema)).toMatchObject({
      properties: { question: { type: 'string' } },
    })
    expect(JSON.stringify(view)).not.toContain('=>')
  })

  it('is found by key and by id, and its permission names the id', async () => {
    const token = tokenWith('workflows:read:refund-order')
    const byKey = await read('/workflows/refund', token)
    expect(await read('/workflows/refund-order', token)).toStrictEqual(byKey)
    const refusal = await readRefusal(
      await ask('/workflows/refund-order', tokenWith('workflows:read:refund')),
    )
    expect(refusal).toMatchObject({ status: 403, code: 'scope_insufficient' })
  })

  it.each(['refund', 'refund-order', 'no-such-workflow'])(
    'tells a caller who may not read it nothing of whether it is there: %s',
    async (name) => {
      const refusal = await readRefusal(await ask(`/workflows/${name}`, tokenWith('agents:read')))
      expect(refusal).toMatchObject({ status: 403, code: 'scope_insufficient' })
      expect(refusal.challenge).toContain(`scope="workflows:read:${name}"`)
    },
  )

  it.each(['no-such-workflow', '__proto__', 'constructor', 'check', '%00', 'a%20b'])(
    'is 404 for what is no workflow: %s',
    async (name) => {
      const refusal = await readRefusal(await ask(`/workflows/${name}`, tokenOf('owner')))
      expect(refusal).toMatchObject({ status: 404, code: 'not_found' })
    },
  )
})

describe('the access matrix', () => {
  it('has what may be done with each workflow, and why', async () => {
    const matrix = await read('/system/access?permissions=workflows:read', tokenOf('owner'))
    expect(matrix.workflows.map(({ id }: { id: string }) => id)).toStrictEqual([
      'refund-order',
      'gate',
      'failing',
    ])
    expect(matrix.workflows[0].actions).toStrictEqual({
      read: { allowed: true, missing: null, reason: 'Granted by workflows:read.' },
      execute: {
        allowed: false,
        missing: 'workflows:execute:refund-order',
        reason: 'Nothing grants workflows:execute:refund-order.',
      },
    })
  })
})
