import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { MastraClient } from '@mastra/client-js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ROOT } from '@signet/test-support/process/root'
import { startDev, type DevServer } from '@signet/test-support/process/signet-process'

let server: DevServer

beforeAll(async () => {
  server = await startDev(join(ROOT, 'examples', 'weather'), {
    env: { MASTRA_JWT_SECRET: 'interop-secret-interop-secret-interop-secret' },
  })
})

afterAll(async () => {
  await server?.process.stop()
})

function agent() {
  const headers = { Authorization: `Bearer ${server.token}` }
  return new MastraClient({ baseUrl: server.url, headers, retries: 0 }).getAgent('weatherAgent')
}

/** Asks for what needs a tool, and returns the call that waits. */
async function suspend(question: string) {
  const runId = randomUUID()
  const answer = await agent().generate(question, { requireToolApproval: true, runId })
  expect(answer.finishReason).toBe('suspended')
  const { runs } = await agent().listSuspendedRuns()
  const toolCallId = runs.find((run) => run.runId === runId)?.toolCalls[0]?.toolCallId
  if (toolCallId === undefined) throw new Error('Nothing waits.')
  return { runId, toolCallId }
}

interface Chunk {
  readonly type: string
  readonly payload?: unknown
}

function textMember({ payload }: Chunk, name: string): string | undefined {
  const value: unknown = Reflect.get(Object(payload), name)
  return typeof value === 'string' ? value : undefined
}

/** Reads what the client makes of a stream. */
async function readChunks(response: {
  processDataStream(options: { onChunk: (chunk: Chunk) => Promise<void> }): Promise<void>
}): Promise<Chunk[]> {
  const chunks: Chunk[] = []
  await response.processDataStream({ onChunk: async (chunk) => void chunks.push(chunk) })
  return chunks
}

describe('the unmodified @mastra/client-js, with a call that has to be approved', () => {
  it('approves it, and reads the rest of the answer', async () => {
    const waiting = await suspend('Weather in London')
    const answer = await agent().approveToolCallGenerate(waiting)
    expect(answer.finishReason).toBe('stop')
    expect(answer.text).toMatch(/London/)
    const { runs } = await agent().listSuspendedRuns()
    expect(runs.map((run) => run.runId)).not.toContain(waiting.runId)
    await expect(agent().approveToolCallGenerate(waiting)).rejects.toMatchObject({ status: 409 })
  })

  it('declines it with a reason', async () => {
    const waiting = await suspend('Weather in Paris')
    const answer = await agent().declineToolCallGenerate({ ...waiting, reason: 'Not today.' })
    expect(answer.finishReason).toBe('stop')
    expect(JSON.stringify(answer.toolResults)).toContain('Not today.')
    const { runs } = await agent().listSuspendedRuns()
    expect(runs.map((run) => run.runId)).not.toContain(waiting.runId)
  })

  it('streams up to the call, and on from the decision', async () => {
    const runId = randomUUID()
    const first = await agent().stream('Weather in Rome', { requireToolApproval: true, runId })
    const before = await readChunks(first)
    const asked = before.find(({ type }) => type === 'tool-call-approval')
    const toolCallId = asked && textMember(asked, 'toolCallId')
    if (toolCallId === undefined) throw new Error('Nothing waits.')
    expect(before.at(-1)?.type).toBe('finish')
    const rest = await readChunks(await agent().approveToolCall({ runId, toolCallId }))
    // Where there is no network, the tool of the example fails.
    expect(rest.map(({ type }) => type).join(' ')).toMatch(/ tool-(?:result|error) /)
    const texts = rest.map((chunk) =>
      chunk.type === 'text-delta' ? textMember(chunk, 'text') : '',
    )
    expect(texts.join('')).toMatch(/Rome/)

    const second = await suspend('Weather in Oslo')
    const declined = await readChunks(await agent().declineToolCall(second))
    expect(declined.at(-1)?.type).toBe('finish')
  })
})
