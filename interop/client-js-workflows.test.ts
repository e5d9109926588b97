import { MastraClient } from '@mastra/client-js'
import { MastraJwtAuth } from '@signet/auth'
import { createApp, serve, type RunningServer } from '@signet/server'
import { SECRET } from '@signet/test-support/application/application'
import { createWorkflowApplication } from '@signet/test-support/application/workflow-application'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { OriginalServer } from './support/original-server.js'
import { startOriginalWorkflows } from './support/original-workflows.js'

const application = createWorkflowApplication()
const app = createApp(application.mastra)
const auth = new MastraJwtAuth({ secret: SECRET })

let server: RunningServer
let original: OriginalServer

beforeAll(async () => {
  server = await serve(app.answer, { port: 0, hostname: '127.0.0.1' })
  original = await startOriginalWorkflows()
})

afterAll(async () => {
  await server?.close()
  await app.close()
  await original?.stop()
})

/** A client of Signet. @param claims - default: a member */
function connect(sub = 'alice', claims: object = { role: 'member' }): MastraClient {
  const token = auth.sign({ sub, ...claims }, { expiresInSeconds: 600 })
  const baseUrl = `http://127.0.0.1:${server.port}`
  return new MastraClient({ baseUrl, headers: { Authorization: `Bearer ${token}` }, retries: 0 })
}

const INPUT = { inputData: { order: 'A-7', amount: 80 } }
const FINE = { step: 'review', resumeData: { isFine: true } }

interface Chunk {
  readonly type: string
  readonly payload?: unknown
}

/** All that the client makes of a stream. */
async function chunksOf(stream: ReadableStream<Chunk>): Promise<Chunk[]> {
  const chunks: Chunk[] = []
  const reader = stream.getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return chunks
    chunks.push(value)
  }
}

async function settled(client: MastraClient, workflow: string, runId: string) {
  for (;;) {
    const run = await client.getWorkflow(workflow).runById(runId)
    if (run.status !== 'running' && run.status !== 'pending') return run
  }
}

describe('the unmodified @mastra/client-js, with workflows of Signet', () => {
  it('lists workflows, and reads one and its schemas', async () => {
    const client = connect()
    const workflows = await client.listWorkflows()
    expect(Object.keys(workflows)).toEqual(['refund', 'gate', 'failing'])
    const details = await client.getWorkflow('refund').details()
    expect(details.name).toBe('refund-order')
    expect(details.stepGraph?.map(({ type }) => type)).toEqual(['workflow', 'step', 'mapping'])
    const { inputSchema, outputSchema } = await client.getWorkflow('refund').getSchema()
    expect(inputSchema).toMatchObject({ required: ['order', 'amount'] })
    expect(outputSchema).toMatchObject({ required: ['paid'] })
  })

  it('starts a run, waits until a step waits, and lets it go on', async () => {
    const run = await connect().getWorkflow('refund').createRun()
    const first = await run.startAsync(INPUT)
    expect(first).toMatchObject({ status: 'suspended', suspended: [['review']] })
    const second = await run.resumeAsync(FINE)
    expect(second).toMatchObject({ status: 'success', result: { paid: 80 } })
  })

  it('streams a run, and the rest of it', async () => {
    const run = await connect().getWorkflow('refund').createRun({ runId: 'streamed' })
    expect(run.runId).toBe('streamed')
    const first = await chunksOf(await run.stream(INPUT))
    expect(first.map(({ type }) => type).slice(-2)).toEqual([
      'workflow-step-suspended',
      'workflow-finish',
    ])
    const rest = await chunksOf(await run.resumeStream(FINE))
    expect(rest.at(-1)).toMatchObject({
      type: 'workflow-finish',
      payload: { workflowStatus: 'success' },
    })
  })

  it('observes a run that was begun elsewhere', async () => {
    const run = await connect().getWorkflow('refund').createRun({ runId: 'observed' })
    await run.startAsync(INPUT)
    const chunks = await chunksOf(await run.observe())
    expect(chunks.map(({ type }) => type).slice(-2)).toEqual([
      'workflow-step-suspended',
      'workflow-finish',
    ])
    expect(await chunksOf(await run.observeStream())).toHaveLength(chunks.length)
  })

  it('starts and resumes runs that nobody waits for', async () => {
    const client = connect()
    const run = await client.getWorkflow('refund').createRun()
    expect(await run.start(INPUT)).toMatchObject({ message: expect.any(String) })
    expect((await settled(client, 'refund', run.runId)).status).toBe('suspended')
    expect(await run.resume(FINE)).toMatchObject({ message: expect.any(String) })
    expect((await settled(client, 'refund', run.runId)).status).toBe('success')

    const other = await client.getWorkflow('refund').createRun()
    await other.start(INPUT)
    await settled(client, 'refund', other.runId)
    expect(await other.resumeNoWait(FINE)).toMatchObject({ runId: other.runId })
    expect((await settled(client, 'refund', other.runId)).status).toBe('success')
  })

  it('lists, reads, counts, cancels and deletes runs', async () => {
    const client = connect('lister')
    const workflow = client.getWorkflow('refund')
    const run = await workflow.createRun()
    await run.startAsync(INPUT)
    const { runs, total } = await workflow.runs({ status: 'suspended', page: 0, perPage: 10 })
    expect(total).toBe(1)
    expect(runs[0]).toMatchObject({ runId: run.runId, workflowName: 'refund-order' })
    expect(await workflow.runs({ toDate: new Date(0) })).toMatchObject({ total: 0 })
    const read = await workflow.runById(run.runId, { fields: ['steps'] })
    expect(read).toMatchObject({ status: 'suspended', steps: { check: { status: 'success' } } })
    expect((await client.listWorkflowRunCounts())['refund']).toEqual({ running: 0, suspended: 1 })
    expect(await run.cancel()).toMatchObject({ message: expect.any(String) })
    expect((await workflow.runById(run.runId)).status).toBe('canceled')
    expect(await workflow.deleteRunById(run.runId)).toMatchObject({ message: expect.any(String) })
    await expect(workflow.runById(run.runId)).rejects.toMatchObject({ status: 404 })
  })

  it('finds no run of another owner, and none without the permission', async () => {
    const run = await connect().getWorkflow('refund').createRun()
    await run.startAsync(INPUT)
    const foreign = connect('bob').getWorkflow('refund')
    await expect(foreign.runById(run.runId)).rejects.toMatchObject({ status: 404 })
    const own = await foreign.createRun({ runId: run.runId })
    await expect(own.resumeAsync(FINE)).rejects.toMatchObject({ status: 409 })
    const narrow = connect('alice', { permissions: ['workflows:read'] }).getWorkflow('refund')
    await expect(narrow.createRun()).rejects.toMatchObject({ status: 403 })
    await expect(run.resumeAsync(FINE)).resolves.toMatchObject({ status: 'success' })
  })

  it('is refused by name what is not here', async () => {
    const run = await connect().getWorkflow('refund').createRun()
    const refusal = (feature: string) => ({ status: 404, body: { code: 'not_supported', feature } })
    await expect(run.restart({})).rejects.toMatchObject(refusal('restarts of runs by request'))
    await expect(run.timeTravel({ step: 'review' })).rejects.toMatchObject(
      refusal('time travel of workflows'),
    )
  })
})

/** What both servers tell of one workflow. */
async function play(client: MastraClient) {
  const workflow = client.getWorkflow('refund')
  const run = await workflow.createRun()
  const types = (chunks: readonly Chunk[]) => chunks.map(({ type }) => type)
  const streamed = types(await chunksOf(await run.stream(INPUT)))
  const resumed = types(await chunksOf(await run.resumeStream(FINE)))
  const other = await workflow.createRun()
  const started = await other.startAsync(INPUT)
  const ended = await other.resumeAsync({ ...FINE, resumeData: { isFine: false } })
  const failing = await client.getWorkflow('failing').createRun()
  const failed = await failing.startAsync({ inputData: { isTold: false } })
  const details = await workflow.details()
  return {
    streamed,
    resumed,
    results: [started, ended, failed].map((result) => ({
      status: result.status,
      steps: Object.fromEntries(
        Object.entries(result.steps).map(([id, step]) => [id, Reflect.get(Object(step), 'status')]),
      ),
      result: Reflect.get(result, 'result'),
      suspended: Reflect.get(result, 'suspended'),
      suspendPayload: Reflect.get(result, 'suspendPayload'),
    })),
    steps: Object.keys(details.allSteps),
    types: details.stepGraph?.map(({ type }) => type),
  }
}

describe('Signet and the server of Mastra', () => {
  it('tell the unmodified client the same of the same workflow', async () => {
    const expected = await play(new MastraClient({ baseUrl: original.url, retries: 0 }))
    expect(expected.streamed).toContain('workflow-step-suspended')
    expect(await play(connect('compared'))).toEqual(expected)
  })
})
