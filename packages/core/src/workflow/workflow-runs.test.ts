import type { Principal } from '@signet/auth'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { Mastra } from '../mastra.js'
import { RequestContext } from '../request-context.js'
import { createStep, createWorkflow } from './create-workflow.js'
import type { AnyWorkflow } from './workflow.js'

const any = z.unknown()

function callerOf(subject: string): RequestContext {
  const principal: Pick<Principal, 'subject' | 'issuer' | 'resourceId' | 'claims'> = {
    subject,
    issuer: 'local',
    resourceId: subject,
    claims: { sub: subject },
  }
  return new RequestContext([], { principal: principal as Principal })
}

const ALICE = callerOf('alice')
const BOB = callerOf('bob')

function asks(id: string): AnyWorkflow {
  const ask = createStep({
    id: 'ask',
    inputSchema: any,
    outputSchema: any,
    execute: async ({ resumeData, suspend }) => resumeData ?? (await suspend({ q: 1 })),
  })
  return createWorkflow({ id, inputSchema: any, outputSchema: any }).then(ask).commit() as never
}

describe('the runs of workflows', () => {
  const setUp = () => {
    const [workflow, other] = [asks('a'), asks('b')]
    return {
      runs: new Mastra({ workflows: { workflow, other } }).getWorkflowRuns(),
      workflow,
      other,
    }
  }

  it('are those of their owner and of their workflow', async () => {
    const { runs, workflow, other } = setUp()
    const run = await runs.open(workflow, ALICE, { runId: 'r', resourceId: 'x' })
    await run.start({ inputData: {}, requestContext: ALICE })
    expect((await runs.find(workflow, ALICE, 'r'))?.status).toBe('suspended')
    expect(await runs.find(workflow, BOB, 'r')).toBeUndefined()
    expect(await runs.find(other, ALICE, 'r')).toBeUndefined()
    expect(await runs.cancel(workflow, BOB, 'r')).toBe(false)
    expect(await runs.delete(workflow, BOB, 'r')).toBe(false)
    expect(await runs.list(workflow, BOB, { perPage: 9 })).toStrictEqual({ runs: [], total: 0 })
    expect(await runs.cancel(workflow, ALICE, 'r')).toBe(true)
    expect(await runs.cancel(workflow, ALICE, 'r')).toBe(false)
    expect(await runs.delete(workflow, ALICE, 'r')).toBe(true)
    expect(await runs.delete(workflow, ALICE, 'r')).toBe(false)
  })

  it('are no stranger’s', async () => {
    const { runs, workflow } = setUp()
    const stranger = new RequestContext([], { isStranger: true })
    await expect(runs.open(workflow, stranger)).rejects.toMatchObject({ code: 'run_missing' })
    await expect(runs.list(workflow, stranger, { perPage: 1 })).rejects.toMatchObject({
      code: 'run_missing',
    })
  })

  it('are listed newest first, page by page, and counted by how they stand', async () => {
    const { runs, workflow } = setUp()
    for (const [runId, resourceId] of [
      ['r1', 'x'],
      ['r2', 'y'],
      ['r3', 'x'],
    ] as const) {
      await runs.open(workflow, ALICE, { runId, resourceId })
    }
    const started = await runs.find(workflow, ALICE, 'r1')
    await started?.start({ inputData: {}, requestContext: ALICE })
    const idsOf = async (query: object) => {
      const page = await runs.list(workflow, ALICE, { perPage: 9, ...query })
      return [page.total, ...page.runs.map((run) => run.runId)]
    }
    expect(await idsOf({})).toStrictEqual([3, 'r3', 'r2', 'r1'])
    expect(await idsOf({ perPage: 1, page: 1 })).toStrictEqual([3, 'r2'])
    expect(await idsOf({ status: 'suspended' })).toStrictEqual([1, 'r1'])
    expect(await idsOf({ resourceId: 'x' })).toStrictEqual([2, 'r3', 'r1'])
    expect(await idsOf({ toDate: new Date(0) })).toStrictEqual([0])
    expect(await idsOf({ fromDate: new Date(0) })).toStrictEqual([3, 'r3', 'r2', 'r1'])
    const counts = { pending: 2, running: 0, waiting: 0, suspended: 1 }
    expect(await runs.count(ALICE)).toStrictEqual(new Map([[workflow.id, counts]]))
    expect(await runs.count(BOB)).toStrictEqual(new Map())
  })
})
