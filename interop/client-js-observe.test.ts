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

/** An answer that goes on without its client, which the types of the client do not know. */
function ongoing(runId: string) {
  return { runId, onDisconnect: 'continue' }
}

describe('the unmodified @mastra/client-js, with an answer that goes on without it', () => {
  it('observes it from its start, and from an index on', async () => {
    const runId = randomUUID()
    const left = await agent().stream('Weather in London', ongoing(runId))
    await left.body?.cancel()
    const all = await readChunks(await agent().observe({ runId }))
    expect(all[0]?.type).toBe('start')
    expect(all.at(-1)?.type).toBe('finish')
    const rest = await readChunks(await agent().observe({ runId, offset: 3 }))
    expect(rest).toStrictEqual(all.slice(3))
  })

  it('observes nothing that did not go on, or does not exist', async () => {
    const runId = randomUUID()
    await readChunks(await agent().stream('Weather in Paris', { runId }))
    for (const id of [runId, 'none']) {
      await expect(agent().observe({ runId: id })).rejects.toMatchObject({ status: 404 })
    }
    await expect(agent().observe({ runId, offset: -1 })).rejects.toMatchObject({ status: 400 })
  })
})
