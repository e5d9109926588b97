import { MastraClient, type WorkflowChunk } from '@signet/client-js'
import { Mastra } from '@signet/core'
import { createStep, createWorkflow } from '@signet/core/workflows'
import { createApp, serve, type RunningServer } from '@signet/server'
import { afterEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createTestAuth } from '@signet/test-support/application/application'
import { tokenFor } from '@signet/test-support/application/remembering-application'
import { clientErrorOf } from '@signet/test-support/http/client-error'

const servers: RunningServer[] = []

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()))
})

const order = z.object({ amount: z.number() })

const review = createStep({
  id: 'review',
  inputSchema: order,
  outputSchema: order,
  suspendSchema: z.object({ question: z.string() }),
  resumeSchema: z.object({ isFine: z.boolean() }),
  execute: async ({ inputData, resumeData, suspend }) =>
    resumeData === undefined ? suspend({ question: `Refund ${inputData.amount}?` }) : inputData,
})

/** A server with one workflow that waits for a person, and what connects to it. */
async function start() {
  const refund = createWorkflow({ id: 'refund', inputSchema: order, outputSchema: order })
    .then(review)
    .commit()
  const mastra = new Mastra({
    workflows: { refund },
    server: { auth: createTestAuth() },
    logger: false,
  })
  const server = await serve(createApp(mastra).answer, { port: 0 })
  servers.push(server)
  const connect = (subject: string, claims: Parameters<typeof tokenFor>[1], more = {}) =>
    new MastraClient({
      baseUrl: `http://127.0.0.1:${server.port}`,
      token: tokenFor(subject, claims),
      ...more,
    })
  return { client: connect('alice', { role: 'member' }), connect }
}

async function typesOf(stream: AsyncIterable<WorkflowChunk>): Promise<string[]> {
  const types: string[] = []
  for await (const { type } of stream) types.push(type)
  return types
}

describe('a workflow', () => {
  it('is listed and described', async () => {
    const { client } = await start()
    expect(Object.keys(await client.listWorkflows())).toStrictEqual(['refund'])
    expect(await client.listWorkflows(undefined, true)).toMatchObject({ refund: { steps: {} } })
    const details = await client.getWorkflow('refund').details()
    expect(details).toMatchObject({ name: 'refund', steps: { review: { id: 'review' } } })
  })

  it('is not shown to who may not read it', async () => {
    const { connect } = await start()
    const stranger = connect('val', { scope: 'agents:read' })
    expect(await clientErrorOf(stranger.getWorkflow('refund').details())).toMatchObject({
      status: 403,
      code: 'scope_insufficient',
    })
  })
})

describe('a run', () => {
  it('is started, waits, is resumed, read and deleted', async () => {
    const { client } = await start()
    const workflow = client.getWorkflow('refund')
    const run = await workflow.createRun({ runId: 'r-1' })
    expect(run.runId).toBe('r-1')
    const waiting = await run.startAsync({ inputData: { amount: 7 } })
    expect(waiting).toMatchObject({
      status: 'suspended',
      suspended: [['review']],
      suspendPayload: { review: { question: 'Refund 7?' } },
    })
    expect(await workflow.runs({ status: 'suspended', fromDate: new Date(0) })).toMatchObject({
      total: 1,
      runs: [{ runId: 'r-1', snapshot: { status: 'suspended' } }],
    })
    const ended = await run.resumeAsync({ step: 'review', resumeData: { isFine: true } })
    expect(ended).toMatchObject({ status: 'success', result: { amount: 7 } })
    const read = await workflow.runById('r-1', { fields: ['result'] })
    expect(read).toMatchObject({ status: 'success', result: { amount: 7 } })
    expect(read.steps).toBeUndefined()
    await workflow.deleteRunById('r-1')
    expect(await clientErrorOf(workflow.runById('r-1'))).toMatchObject({ code: 'not_found' })
  })

  it('gives its chunks, by iterating and by a reader', async () => {
    const { client } = await start()
    const run = await client.getWorkflow('refund').createRun()
    const first = await run.stream({ inputData: { amount: 7 } })
    expect(await typesOf(first)).toStrictEqual([
      'workflow-start',
      'workflow-step-start',
      'workflow-step-suspended',
      'workflow-finish',
    ])
    const second = await run.resumeStream({ resumeData: { isFine: true } })
    const reader = second.getReader()
    expect((await reader.read()).value).toMatchObject({ type: 'workflow-start', runId: run.runId })
    await reader.cancel()
    const observed = await typesOf(await run.observe())
    expect(observed.at(-1)).toBe('workflow-finish')
  })

  it('goes on where its client leaves the stream', async () => {
    const { client } = await start()
    const workflow = client.getWorkflow('refund')
    const run = await workflow.createRun()
    for await (const { type } of await run.stream({ inputData: { amount: 7 } })) {
      expect(type).toBe('workflow-start')
      break
    }
    await expect.poll(async () => (await workflow.runById(run.runId)).status).toBe('suspended')
  })

  it('is begun without waiting, resumed without waiting, and canceled', async () => {
    const { client } = await start()
    const workflow = client.getWorkflow('refund')
    const statusOf = async (runId: string) => (await workflow.runById(runId)).status
    const run = await workflow.createRun()
    await run.start({ inputData: { amount: 7 } })
    await expect.poll(() => statusOf(run.runId)).toBe('suspended')
    expect(await run.resumeNoWait({ resumeData: { isFine: true } })).toStrictEqual({
      runId: run.runId,
    })
    await expect.poll(() => statusOf(run.runId)).toBe('success')
    const other = await workflow.createRun()
    await other.startAsync({ inputData: { amount: 7 } })
    await other.cancel()
    expect(await statusOf(other.runId)).toBe('canceled')
    expect(await clientErrorOf(other.resume({ resumeData: { isFine: true } }))).toMatchObject({
      status: 409,
    })
  })

  it('of somebody else is not there', async () => {
    const { client, connect } = await start()
    const run = await client.getWorkflow('refund').createRun({ runId: 'r-1' })
    await run.startAsync({ inputData: { amount: 7 } })
    const others = connect('bob', { role: 'member' }).getWorkflow('refund')
    expect(await clientErrorOf(others.runById('r-1'))).toMatchObject({ code: 'not_found' })
    expect(await clientErrorOf(others.deleteRunById('r-1'))).toMatchObject({ code: 'not_found' })
    expect(await others.runs()).toMatchObject({ total: 0 })
  })

  it('is refused with issues where its input is of another form', async () => {
    const { client } = await start()
    const run = await client.getWorkflow('refund').createRun()
    expect(await clientErrorOf(run.startAsync({ inputData: { amount: 'x' } }))).toMatchObject({
      code: 'request_invalid',
      issues: [{ field: 'amount' }],
    })
  })
})

describe('a stream', () => {
  const START = '{"type":"workflow-start","runId":"r","from":"WORKFLOW"}\x1E'
  const answering = (text: string) => ({
    fetch: async (url: URL | string | Request) =>
      String(url).includes('create-run') ? Response.json({ runId: 'r' }) : new Response(text),
  })

  it.each([
    ['that ends before the run has', START, 'stream_cut'],
    ['whose last chunk is half', `${START}{"type":"workflow-fin`, 'stream_cut'],
    ['that is not JSON', `${START}x\x1E`, 'response_invalid'],
  ])('%s says so', async (_case, text, code) => {
    const { connect } = await start()
    const client = connect('alice', { role: 'member' }, answering(text))
    const run = await client.getWorkflow('refund').createRun()
    const stream = await run.stream({ inputData: {} })
    expect(await clientErrorOf(typesOf(stream))).toMatchObject({ code })
  })
})
