import { MastraClient, type AgentChunk } from '@signet/client-js'
import { Agent, createTool, Mastra } from '@signet/core'
import { createApp, serve, type RunningServer } from '@signet/server'
import { afterEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createTestAuth } from '@signet/test-support/application/application'
import { callingModel } from '@signet/test-support/application/calling-model'
import { tokenFor } from '@signet/test-support/application/remembering-application'
import { clientErrorOf } from '@signet/test-support/http/client-error'

const servers: RunningServer[] = []

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()))
})

interface Demands {
  readonly requireApproval?: true
  readonly byOther?: true
  /** The tool asks for a seat before it books. */
  readonly asks?: true
}

/** A server with an agent that books once, and clients of it. */
async function start({ requireApproval, byOther, asks }: Demands) {
  const booked: string[] = []
  const book = createTool({
    id: 'book',
    description: 'Books a journey',
    inputSchema: z.object({ to: z.string() }),
    suspendSchema: z.object({ question: z.string() }),
    resumeSchema: z.object({ seat: z.string() }),
    ...(requireApproval === true && { requireApproval }),
    ...(byOther === true && { approval: { by: 'other' } }),
    async execute({ to }, { agent }) {
      if (asks === true && agent?.resumeData === undefined) {
        return agent?.suspend({ question: `Which seat to ${to}?` })
      }
      booked.push(agent?.resumeData?.seat ?? 'any')
      return { to }
    },
  })
  const clerk = new Agent({
    id: 'clerk',
    name: 'Clerk',
    instructions: 'Book.',
    model: callingModel(['c', 'book', { to: 'Rome' }]),
    tools: { book },
  })
  const mastra = new Mastra({
    agents: { clerk },
    server: { auth: createTestAuth() },
    logger: false,
  })
  const server = await serve(createApp(mastra).answer, { port: 0 })
  servers.push(server)
  const connect = (subject: string, claims: Parameters<typeof tokenFor>[1]) =>
    new MastraClient({
      baseUrl: `http://127.0.0.1:${server.port}`,
      token: tokenFor(subject, claims),
    })
  const client = connect('alice', { role: 'member' })
  return { agent: client.getAgent('clerk'), booked, connect }
}

async function readAll(stream: AsyncIterable<AgentChunk>): Promise<AgentChunk[]> {
  const chunks: AgentChunk[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return chunks
}

const CALL = { runId: 'r', toolCallId: 'c' }

describe('a call that has to be approved', () => {
  it('is approved, and the answer is read to its end', async () => {
    const { agent, booked } = await start({ requireApproval: true })
    await readAll(await agent.stream('Book.', { runId: 'r' }))
    const { runs } = await agent.listSuspendedRuns()
    expect(runs[0]?.toolCalls[0]).toMatchObject({ toolCallId: 'c', requiresApproval: true })
    const answer = await agent.approveToolCallGenerate(CALL)
    expect(answer).toMatchObject({ text: 'Done.', finishReason: 'stop' })
    expect(booked).toStrictEqual(['any'])
    const again = await clientErrorOf(agent.approveToolCallGenerate(CALL))
    expect(again).toMatchObject({ status: 409, code: 'run_not_suspended' })
  })

  it('is declined with a reason', async () => {
    const { agent, booked } = await start({ requireApproval: true })
    await agent.generate('Book.', { runId: 'r' })
    const answer = await agent.declineToolCallGenerate({ ...CALL, reason: 'Not today.' })
    expect(JSON.stringify(answer.toolResults)).toContain('Not today.')
    expect(booked).toStrictEqual([])
  })

  it('is approved by somebody else, who sees it in their inbox, and not by who asked', async () => {
    const { agent, booked, connect } = await start({ requireApproval: true, byOther: true })
    await agent.generate('Book.', { runId: 'r' })
    const own = await clientErrorOf(agent.approveToolCall(CALL))
    expect(own).toMatchObject({ status: 403, code: 'approval_by_other' })
    const boss = connect('boss', { permissions: ['tools:approve:book'] })
    const { approvals, total } = await boss.listApprovals({ perPage: 5 })
    expect([total, approvals.length]).toStrictEqual([1, 1])
    const [approval] = approvals
    if (approval === undefined) throw new Error('Nothing waits.')
    expect(approval).toMatchObject({ agentId: 'clerk', toolId: 'book', args: { to: 'Rome' } })
    const wrong = await clientErrorOf(boss.approve({ ...approval, digest: '0'.repeat(64) }))
    expect(wrong).toMatchObject({ status: 400 })
    const stranger = connect('carol', { permissions: ['tools:approve:book'] })
    expect(await boss.approve(approval)).toStrictEqual({
      id: approval.id,
      toolId: 'book',
      state: 'approved',
    })
    const late = await clientErrorOf(stranger.decline(approval))
    expect(late).toMatchObject({ status: 409, code: 'run_not_suspended' })
    expect((await agent.approveToolCallGenerate(CALL)).text).toBe('Done.')
    expect(booked).toStrictEqual(['any'])
  })
})

describe('a call that its tool has suspended', () => {
  it('is resumed by a stream, once, with data that fits', async () => {
    const { agent, booked } = await start({ asks: true })
    const first = await readAll(await agent.stream('Book.', { runId: 'r' }))
    const asked = first.find((chunk) => chunk.type === 'tool-call-suspended')
    expect(asked?.payload).toMatchObject({
      toolCallId: 'c',
      suspendPayload: { question: 'Which seat to Rome?' },
    })
    const { runs } = await agent.listSuspendedRuns()
    expect(runs[0]?.toolCalls[0]).toMatchObject({
      requiresApproval: false,
      suspendPayload: { question: 'Which seat to Rome?' },
    })
    const wrong = await clientErrorOf(agent.resumeStream({ seat: 4 }, CALL))
    expect(wrong).toMatchObject({ status: 400, issues: [{ field: 'resumeData.seat' }] })
    const rest = await readAll(await agent.resumeStream({ seat: '4a' }, { runId: 'r' }))
    expect(rest.map(({ type }) => type)).toContain('tool-result')
    expect(booked).toStrictEqual(['4a'])
    const again = await clientErrorOf(agent.resumeStream({ seat: '4a' }, CALL))
    expect(again).toMatchObject({ status: 409, code: 'run_not_suspended' })
  })

  it('is resumed by an answer at once, and not by another owner', async () => {
    const { agent, booked, connect } = await start({ asks: true })
    const answer = await agent.generate('Book.', { runId: 'r' })
    expect(answer.finishReason).toBe('suspended')
    expect(answer.suspendPayload).toMatchObject({ toolName: 'book' })
    const bob = connect('bob', { role: 'owner' }).getAgent('clerk')
    const foreign = await clientErrorOf(bob.resumeGenerate({ seat: '4a' }, CALL))
    expect(foreign).toMatchObject({ status: 404 })
    const done = await agent.resumeGenerate({ seat: '4a' }, CALL)
    expect(done).toMatchObject({ text: 'Done.', finishReason: 'stop' })
    expect(booked).toStrictEqual(['4a'])
  })
})
