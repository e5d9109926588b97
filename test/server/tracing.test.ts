import { MastraJwtAuth } from '@signet/auth'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FixtureCopies } from '@signet/test-support/process/fixture'
import { SECRET } from '@signet/test-support/http/memory-client'
import { SignetProcesses, type ServerProcess } from '@signet/test-support/process/server-process'
import { SpanCollector } from '@signet/test-support/http/span-collector'

const QUESTION = 'Echo the word marzipan'
const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const GENERATE = 'POST /agents/:agentId/generate'

const processes = new SignetProcesses()
const copies = new FixtureCopies()
let collector: SpanCollector
let endpoint = ''

beforeEach(async () => {
  collector = new SpanCollector()
  endpoint = await collector.listen()
})

afterEach(async () => {
  await processes.kill()
  await collector.close()
  copies.remove()
})

function signToken(): string {
  return new MastraJwtAuth({ secret: SECRET }).sign({ sub: 'alice' }, { expiresInSeconds: 3600 })
}

async function start(env: Readonly<Record<string, string>>): Promise<ServerProcess> {
  return processes.start(copies.copy('remembering'), { MASTRA_JWT_SECRET: SECRET, ...env })
}

async function ask(
  { url }: ServerProcess,
  token: string,
  path: 'generate' | 'stream' = 'generate',
): Promise<number> {
  const response = await fetch(`${url}/api/agents/clerk/${path}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      traceparent: `00-${TRACE}-00f067aa0ba902b7-01`,
    },
    body: JSON.stringify({ messages: QUESTION, memory: { thread: 'sweets' } }),
  })
  await response.text()
  return response.status
}

/** Ends the server, which sends what it has not sent. */
async function end({ process }: ServerProcess): Promise<void> {
  expect((await process.stop()).code).toBe(0)
}

describe('signet start with OTEL_EXPORTER_OTLP_ENDPOINT', () => {
  it.each(['generate', 'stream'] as const)(
    'traces %s from the gate to the store, in the trace of the caller',
    async (path) => {
      const server = await start({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint })
      expect(await ask(server, signToken(), path)).toBe(200)
      await end(server)
      const { spans } = collector
      const root = spans.find(({ name }) => name === `POST /agents/:agentId/${path}`)
      expect(root).toMatchObject({
        parentSpanId: '00f067aa0ba902b7',
        isError: false,
        attributes: { 'http.response.status_code': 200, 'http.route': `/agents/:agentId/${path}` },
      })
      const below = spans.filter((span) => collector.ancestors(span).at(-1) === root?.name)
      expect(below).toHaveLength(spans.length - 1)
      expect(new Set(spans.map(({ traceId }) => traceId))).toEqual(new Set([TRACE]))
      const names = below.map(({ name }) => name)
      expect(names).toEqual(
        expect.arrayContaining([
          'gate',
          expect.stringMatching(/^invoke_agent/),
          expect.stringMatching(/^chat/),
          expect.stringMatching(/^execute_tool/),
          'store commitExchange',
        ]),
      )
    },
  )

  it('tells nothing of what was said, and no token', async () => {
    const server = await start({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint })
    const token = signToken()
    await ask(server, token)
    await ask(server, token, 'stream')
    await end(server)
    expect(collector.spans.length).toBeGreaterThan(8)
    expect(collector.text).not.toMatch(/marzipan/i)
    for (const part of [...token.split('.'), SECRET, 'alice', 'sweets']) {
      expect(collector.text).not.toContain(part)
    }
  })

  it('names the code of a refusal, which is no fault of the server', async () => {
    const server = await start({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint })
    expect(await ask(server, 'no.good.token')).toBe(401)
    await end(server)
    expect(collector.spans.map(({ name }) => name).sort()).toEqual([GENERATE, 'gate'])
    expect(collector.spans.find(({ name }) => name === GENERATE)).toMatchObject({
      isError: false,
      attributes: { 'http.response.status_code': 401, 'error.type': 'token_malformed' },
    })
  })

  it.each([
    ['no address is set', () => ({})],
    [
      'OTEL_SDK_DISABLED is true',
      () => ({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_SDK_DISABLED: 'true' }),
    ],
  ])('sends nothing where %s', async (_case, env) => {
    const server = await start(env())
    expect(await ask(server, signToken())).toBe(200)
    await end(server)
    expect(collector.text).toBe('')
  })

  it('answers where nobody takes the spans', async () => {
    await collector.close()
    const server = await start({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint })
    expect(await ask(server, signToken())).toBe(200)
    await end(server)
    collector = new SpanCollector()
    await collector.listen()
  })
})
