import { randomUUID } from 'node:crypto'
import { MastraClient, type AgentChunk } from '@signet/client-js'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { startCuttingProxy, type CuttingProxy } from '@signet/test-support/http/cutting-proxy'
import { hangingModel, textModel, toolModel } from '@signet/test-support/application/model'
import { tokenFor, useApplications } from '@signet/test-support/application/remembering-application'

const createApplication = useApplications()
const proxies: CuttingProxy[] = []

afterEach(() => {
  for (const proxy of proxies.splice(0)) proxy.close()
})

const PIECES = Array.from({ length: 30 }, (_, index) => `piece ${index} 🙂 `)

function agentAt(url: string) {
  const client = new MastraClient({ baseUrl: url, token: tokenFor('alice') })
  return client.getAgent('weatherAgent')
}

/** The agent of a server behind a proxy that cuts connections. */
async function connect(url: string, cuts: readonly number[]) {
  const proxy = await startCuttingProxy(url, cuts)
  proxies.push(proxy)
  return { agent: agentAt(proxy.url), proxy }
}

async function readAll(stream: AsyncIterable<AgentChunk>): Promise<AgentChunk[]> {
  const chunks: AgentChunk[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return chunks
}

describe('a stream that is resumed', () => {
  it('has each chunk once, and asks the model once, wherever its connections are cut', async () => {
    const model = textModel(...PIECES)
    const { serve } = await createApplication({ model })
    const { url } = await serve()
    let asked = 0
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(9000), { maxLength: 4 }), async (cuts) => {
        const { agent } = await connect(url, cuts)
        const runId = randomUUID()
        const chunks = await readAll(await agent.stream('Go on.', { resume: true, runId }))
        expect(chunks).toStrictEqual(await readAll(await agentAt(url).observe({ runId })))
        expect(chunks.at(-1)?.type).toBe('finish')
        const texts = chunks.map((chunk) => (chunk.type === 'text-delta' ? chunk.payload.text : ''))
        expect(texts.join('')).toBe(PIECES.join(''))
        expect(model.calls).toHaveLength(++asked)
      }),
      { numRuns: 15 },
    )
  }, 120_000)

  it('goes on with the results of tools of the client, each answer in a run of its own', async () => {
    const model = toolModel('look', {})
    const { serve } = await createApplication({ model })
    const { agent } = await connect((await serve()).url, [900])
    const look = { description: 'Looks', execute: async () => 'seen' }
    const clientTools = { look }
    const stream = await agent.stream('Look.', { resume: true, runId: 'first', clientTools })
    const chunks = await readAll(stream)
    expect(chunks.map(({ type }) => type)).toContain('tool-result')
    expect(chunks.at(-1)?.type).toBe('finish')
    expect(new Set(chunks.map(({ runId }) => runId)).size).toBe(2)
    expect(model.calls).toHaveLength(2)
  })

  it('is cut, as any other, where the option is left out', async () => {
    const { serve } = await createApplication({ model: textModel(...PIECES) })
    const { agent } = await connect((await serve()).url, [2000])
    const stream = await agent.stream('Go on.')
    await expect(readAll(stream)).rejects.toMatchObject({ code: 'stream_cut' })
  })

  it('is observed only where the server has it', async () => {
    const { serve } = await createApplication({ model: textModel(...PIECES) })
    const { url } = await serve()
    await expect(agentAt(url).observe({ runId: 'none' })).rejects.toMatchObject({
      code: 'not_found',
    })
  })

  it('is looked for until its signal fires, where no server answers', async () => {
    const proxy = await startCuttingProxy('http://127.0.0.1:1', [])
    proxies.push(proxy)
    const stream = agentAt(proxy.url).stream('Go on.', {
      resume: true,
      abortSignal: AbortSignal.timeout(500),
    })
    await expect(stream).rejects.toMatchObject({ name: 'TimeoutError' })
  })

  it('goes on where its reader stops, until it is canceled', async () => {
    const { model, aborted } = hangingModel()
    const { serve } = await createApplication({ model })
    const agent = agentAt((await serve()).url)
    for await (const chunk of await agent.stream('Go on.', { resume: true, runId: 'r' })) {
      if (chunk.type === 'text-delta') break
    }
    const observed = readAll(await agent.observe({ runId: 'r' }))
    expect(await agent.cancelRun('r')).toStrictEqual({ canceled: true })
    await aborted
    expect((await observed).at(-1)?.type).toBe('abort')
    await expect(agent.cancelRun('none')).rejects.toMatchObject({ code: 'not_found' })
  }, 30_000)
})
