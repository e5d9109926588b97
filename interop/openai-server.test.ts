import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MastraJwtAuth } from '@signet/auth'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { ROOT } from '@signet/test-support/process/root'
import { startDev, type DevServer } from '@signet/test-support/process/signet-process'
import { startModelServer, type ChatAnswer, type ModelServer } from './support/model-server.js'

const SECRET = 'interop-secret-interop-secret-interop-secret'
const KEY = 'sk-loopback-5f1c0a7e93b24d68'
const auth = new MastraJwtAuth({ secret: SECRET })

let directory: string
let model: ModelServer
let server: DevServer
/** Everything that the server said to its callers. */
const said: string[] = []

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'signet-model-'))
  model = await startModelServer()
  server = await startDev(join(ROOT, 'examples', 'weather'), {
    env: {
      MASTRA_JWT_SECRET: SECRET,
      SIGNET_DATA_DIR: directory,
      MODEL: 'openai/loopback',
      OPENAI_BASE_URL: model.url,
      OPENAI_API_KEY: KEY,
    },
  })
})

afterAll(async () => {
  await server?.process.stop()
  await model?.stop()
  await rm(directory, { recursive: true, force: true })
})

let thread = 0
beforeEach(() => {
  thread += 1
})

const text = (...pieces: readonly string[]): ChatAnswer => ({ kind: 'text', pieces })
const call = (id: string, name: string, ...pieces: readonly string[]): ChatAnswer => ({
  kind: 'call',
  id,
  name,
  pieces,
})
const failure = (status: number, message = 'Not now.'): ChatAnswer => ({
  kind: 'failure',
  status,
  message,
})

const WEATHER = ['{"loca', 'tion":"London"}'] as const

function tokenWith(scope: string): string {
  return auth.sign({ sub: 'alice', scope }, { expiresInSeconds: 60 })
}

interface Answer {
  readonly status: number
  readonly body: string
}

async function request(path: string, token: string, init: RequestInit): Promise<Answer> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const response = await fetch(`${server.url}/api/${path}`, { ...init, headers })
  const body = await response.text()
  said.push(JSON.stringify([...response.headers]), body)
  return { status: response.status, body }
}

/** Asks the agent in a thread of the test's own. */
function ask(route: 'generate' | 'stream', token = server.token): Promise<Answer> {
  const question = { messages: 'Weather in London', memory: { thread: `thread-${thread}` } }
  return request(`agents/weatherAgent/${route}`, token, {
    method: 'POST',
    body: JSON.stringify(question),
  })
}

interface Chunk {
  readonly type: string
  readonly payload: Readonly<Record<string, unknown>>
}

/** The chunks of a stream, which has to end with `[DONE]`. */
function chunksOf({ status, body }: Answer): readonly Chunk[] {
  expect(status).toBe(200)
  const events = body.split('\n\n').filter((event) => event !== '')
  expect(events.at(-1)).toBe('data: [DONE]')
  return events.slice(0, -1).map((event): Chunk => JSON.parse(event.slice('data: '.length)))
}

const ofType = (chunks: readonly Chunk[], type: string) =>
  chunks.filter((chunk) => chunk.type === type).map(({ payload }) => payload)

describe('the agent on a server of OpenAI’s protocol', () => {
  it('generates what the model says, and asks with the key', async () => {
    model.answerWith(text('It is ', 'mild.'))
    const { status, body } = await ask('generate')
    expect(status).toBe(200)
    expect(JSON.parse(body)).toMatchObject({
      text: 'It is mild.',
      finishReason: 'stop',
      usage: { inputTokens: 11, outputTokens: 7, totalTokens: 18 },
    })
    expect(model.requests).toHaveLength(1)
    const [{ messages, ...asked } = { messages: [] }] = model.requests
    expect(asked).toMatchObject({
      path: 'POST /v1/chat/completions',
      authorization: `Bearer ${KEY}`,
      model: 'loopback',
      tools: expect.arrayContaining(['weatherTool']),
    })
    expect(messages[0]?.role).toBe('system')
    expect(messages.at(-1)).toEqual({ role: 'user', content: 'Weather in London' })
  })

  it('streams each piece of it as it comes', async () => {
    model.answerWith(text('It is ', 'mi', 'ld.'))
    const chunks = chunksOf(await ask('stream'))
    expect(ofType(chunks, 'text-delta').map((payload) => payload['text'])).toEqual([
      'It is ',
      'mi',
      'ld.',
    ])
    expect(ofType(chunks, 'finish')).toMatchObject([{ stepResult: { reason: 'stop' } }])
    expect(model.requests).toMatchObject([{ stream: true, authorization: `Bearer ${KEY}` }])
  })

  it.each(['generate', 'stream'] as const)(
    'runs the tool that the model calls, and tells it the result: %s',
    async (route) => {
      model.answerWith(call('call_7', 'weatherTool', ...WEATHER), text('It is mild.'))
      const answer = await ask(route)
      expect(answer.status).toBe(200)
      expect(answer.body).toContain('It is mild.')
      expect(model.requests).toHaveLength(2)
      const [called, result] = model.requests[1]?.messages.slice(-2) ?? []
      expect(called).toMatchObject({
        role: 'assistant',
        tool_calls: [
          { id: 'call_7', function: { name: 'weatherTool', arguments: '{"location":"London"}' } },
        ],
      })
      expect(result).toMatchObject({ role: 'tool', tool_call_id: 'call_7' })
      expect(JSON.parse(String(result?.content))).toMatchObject({
        location: 'London',
        temperature: expect.any(Number),
      })
    },
  )

  it('shows a streamed tool call with its arguments put together', async () => {
    model.answerWith(call('call_7', 'weatherTool', ...WEATHER), text('Mild.'))
    const chunks = chunksOf(await ask('stream'))
    const deltas = ofType(chunks, 'tool-call-delta').map((payload) => payload['argsTextDelta'])
    expect(deltas.join('')).toBe(WEATHER.join(''))
    const common = { toolCallId: 'call_7', toolName: 'weatherTool', args: { location: 'London' } }
    expect(ofType(chunks, 'tool-call')).toMatchObject([common])
    expect(ofType(chunks, 'tool-result')).toMatchObject([common])
  })

  it.each([
    ['a tool that there is not', call('call_1', 'launchTool', '{}')],
    ['a tool with arguments that are no JSON', call('call_1', 'weatherTool', '{"loc')],
    ['a tool with arguments of a wrong shape', call('call_1', 'weatherTool', '{"place":7}')],
  ])('tells the model that it called %s, and the thread goes on', async (_, wrong) => {
    model.answerWith(wrong, text('Sorry.'))
    const { body } = await ask('generate')
    expect(JSON.parse(body)).toMatchObject({ text: 'Sorry.', toolResults: [] })
    const told = model.requests[1]?.messages.at(-1)
    expect(told).toMatchObject({ role: 'tool', tool_call_id: 'call_1' })
    // The next turn has a call of the same id, as some servers make them.
    model.answerWith(call('call_1', 'weatherTool', ...WEATHER), text('Mild.'))
    expect(JSON.parse((await ask('generate')).body)).toMatchObject({ text: 'Mild.' })
    model.answerWith(wrong, text('Sorry again.'))
    expect(JSON.parse((await ask('generate')).body)).toMatchObject({ text: 'Sorry again.' })
    model.answerWith(text('Still here.'))
    expect(JSON.parse((await ask('generate')).body)).toMatchObject({ text: 'Still here.' })
  })

  it('offers no tool that the caller may not execute, and runs none that the model calls all the same', async () => {
    const token = tokenWith('agents:execute:weather-agent memory:write memory:read')
    model.answerWith(call('call_1', 'weatherTool', ...WEATHER), text('I cannot tell.'))
    const { status, body } = await ask('generate', token)
    expect(status).toBe(200)
    expect(model.requests[0]?.tools).not.toContain('weatherTool')
    expect(body).not.toContain('temperature')
    const told = model.requests[1]?.messages.at(-1)
    expect(told).toMatchObject({ role: 'tool', tool_call_id: 'call_1' })
    expect(told?.content).not.toContain('temperature')
  })
})

/** What a caller may who uses the agent, and does not run the server. */
const MEMBER = 'agents:execute tools:execute memory:write memory:read'

describe('a model that fails', () => {
  it.each([429, 500])('is asked again after %i, and its answer then taken', async (status) => {
    model.answerWith(failure(status), text('Now.'))
    expect(JSON.parse((await ask('generate')).body)).toMatchObject({ text: 'Now.' })
    expect(model.requests).toHaveLength(2)
  })

  it.each([
    [429, 3],
    [500, 3],
    [401, 1],
  ])(
    'with %i makes the answer fail after %i questions, and says why to nobody but the operator',
    async (status, questions) => {
      model.answerWith(failure(status, `inside of the model, ${KEY}`))
      const refusal = {
        error: expect.any(String),
        code: 'answer_failed',
        requestId: expect.any(String),
      }
      const answer = await ask('generate', tokenWith(MEMBER))
      expect(answer.status).toBe(424)
      expect(JSON.parse(answer.body)).toEqual(refusal)
      expect(model.requests).toHaveLength(questions)
      const told = await ask('generate')
      const cause = 'inside of the model, [the API key]'
      expect(JSON.parse(told.body)).toEqual({ ...refusal, cause })
    },
  )

  it.each([
    ['refuses', failure(500, 'inside of the model')],
    ['hangs up in mid-stream', { kind: 'hangUp', pieces: ['It is'] } as const],
  ])('and %s ends the stream with an error', async (_, answer) => {
    model.answerWith(answer)
    const streamed = await ask('stream', tokenWith(MEMBER))
    const chunks = chunksOf(streamed)
    expect(ofType(chunks, 'error')).toHaveLength(1)
    expect(ofType(chunks, 'finish')).toMatchObject([{ stepResult: { reason: 'error' } }])
    expect(streamed.body).not.toContain('inside')
  })

  it('in mid-stream leaves the question alone in the thread', async () => {
    model.answerWith({ kind: 'hangUp', pieces: ['Half a sen'] })
    const [delta] = ofType(chunksOf(await ask('stream')), 'text-delta')
    expect(delta).toMatchObject({ text: 'Half a sen' })
    const messages = `memory/threads/thread-${thread}/messages`
    const left = await request(messages, server.token, { method: 'GET' })
    expect(JSON.parse(left.body)).toMatchObject({
      messages: [{ role: 'user', content: { metadata: { signet: { answer: 'failed' } } } }],
    })
    model.answerWith(text('It is mild.'))
    expect((await ask('generate')).status).toBe(200)
    expect(JSON.stringify(model.requests[0]?.messages)).not.toContain('Half a sen')
    const stored = await request(messages, server.token, { method: 'GET' })
    expect(stored).toMatchObject({ status: 200, body: expect.stringContaining('It is mild.') })
  })
})

describe('the key of the model', () => {
  it('is in no answer and in no line of the log, also where the server of the model says it', async () => {
    model.answerWith(failure(401, `Incorrect API key provided: ${KEY}`))
    await ask('generate')
    await ask('stream')
    const { stdout, stderr } = server.process
    expect(stderr).toContain('Incorrect API key provided: [the API key]')
    for (const output of [stdout, stderr, ...said]) expect(output).not.toContain(KEY)
  })
})
