import { MastraClient } from '@mastra/client-js'
import { Agent, createTool, Mastra } from '@signet/core'
import { createApp, serve, type RunningServer } from '@signet/server'
import { afterEach, expect, it } from 'vitest'
import { z } from 'zod'
import { createTestAuth } from '@signet/test-support/application/application'
import { callingModel } from '@signet/test-support/application/calling-model'
import { tokenFor } from '@signet/test-support/application/remembering-application'

const servers: RunningServer[] = []

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()))
})

/** An agent of a server whose tool asks for a seat, as the unmodified client of Mastra has it. */
async function connect(requireApproval = false) {
  const booked: unknown[] = []
  const book = createTool({
    id: 'book',
    description: 'Books a journey',
    inputSchema: z.object({ to: z.string() }),
    suspendSchema: z.object({ question: z.string() }),
    resumeSchema: z.object({ seat: z.string() }),
    requireApproval,
    async execute({ to }, { agent }) {
      if (agent?.resumeData === undefined) return agent?.suspend({ question: `Where to ${to}?` })
      booked.push(agent.resumeData.seat)
      return { to, seat: agent.resumeData.seat }
    },
  })
  const clerk = new Agent({
    id: 'clerk',
    name: 'Clerk',
    instructions: 'Book.',
    model: callingModel(['c', 'book', { to: 'Rome' }]),
    tools: { book },
  })
  const server = { auth: createTestAuth() }
  const mastra = new Mastra({ agents: { clerk }, server, logger: false })
  const running = await serve(createApp(mastra).answer, { port: 0 })
  servers.push(running)
  const headers = { Authorization: `Bearer ${tokenFor('alice', { role: 'member' })}` }
  const client = new MastraClient({
    baseUrl: `http://127.0.0.1:${running.port}`,
    headers,
    retries: 0,
  })
  return { agent: client.getAgent('clerk'), booked }
}

interface Chunk {
  readonly type: string
  readonly payload?: unknown
}

/** Reads what the client makes of a stream. */
async function readChunks(response: {
  processDataStream(options: { onChunk: (chunk: Chunk) => Promise<void> }): Promise<void>
}): Promise<Chunk[]> {
  const chunks: Chunk[] = []
  await response.processDataStream({ onChunk: async (chunk) => void chunks.push(chunk) })
  return chunks
}

it('the unmodified @mastra/client-js reads what a suspended tool asks, and resumes it', async () => {
  const { agent, booked } = await connect()
  const first = await readChunks(await agent.stream('Book.', { runId: 'r' }))
  const asked = first.find(({ type }) => type === 'tool-call-suspended')
  expect(asked?.payload).toMatchObject({
    toolCallId: 'c',
    toolName: 'book',
    suspendPayload: { question: 'Where to Rome?' },
    resumeSchema: expect.any(String),
  })
  expect(first.at(-1)?.type).toBe('finish')
  const { runs, total } = await agent.listSuspendedRuns()
  expect(total).toBe(1)
  expect(runs[0]?.toolCalls).toMatchObject([
    { requiresApproval: false, suspendPayload: { question: 'Where to Rome?' } },
  ])
  await expect(agent.resumeStream({ seat: 4 }, { runId: 'r' })).rejects.toMatchObject({
    status: 400,
  })
  const rest = await readChunks(
    await agent.resumeStream({ seat: '4a' }, { runId: 'r', toolCallId: 'c' }),
  )
  const result = rest.find(({ type }) => type === 'tool-result')
  expect(result?.payload).toMatchObject({ result: { to: 'Rome', seat: '4a' } })
  expect(rest.at(-1)?.type).toBe('finish')
  expect(booked).toStrictEqual(['4a'])
  await expect(agent.resumeStream({ seat: '4a' }, { runId: 'r' })).rejects.toMatchObject({
    status: 409,
  })
})

it('the same reads a suspension from an answer that came at once', async () => {
  const { agent } = await connect()
  const answer = await agent.generate('Book.', { runId: 'r' })
  expect(answer.finishReason).toBe('suspended')
  expect(answer.suspendPayload).toMatchObject({ suspendPayload: { question: 'Where to Rome?' } })
})

it('the same approves a call, and resumes it once its tool has suspended it', async () => {
  const { agent, booked } = await connect(true)
  await readChunks(await agent.stream('Book.', { runId: 'r' }))
  const approved = await readChunks(await agent.approveToolCall({ runId: 'r', toolCallId: 'c' }))
  expect(approved.map(({ type }) => type)).toContain('tool-call-suspended')
  await readChunks(await agent.resumeStream({ seat: '1b' }, { runId: 'r' }))
  expect(booked).toStrictEqual(['1b'])
})

it('the same decides by resumeStream on a call that has to be approved', async () => {
  const { agent, booked } = await connect(true)
  await readChunks(await agent.stream('Book.', { runId: 'r' }))
  const declined = await readChunks(await agent.resumeStream({ approved: false }, { runId: 'r' }))
  expect(JSON.stringify(declined)).toContain('not approved')
  expect(booked).toStrictEqual([])
})
