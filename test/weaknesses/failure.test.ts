import { AuthError } from '@signet/auth'
import {
  createTool,
  MAX_MESSAGE_BYTES,
  ToolError,
  type MemoryStorage,
  type Tool,
} from '@signet/core'
import { registerApiRoute } from '@signet/core/server'
import { createLogger } from '@signet/server'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { failingModel, textModel, toolModel } from '@signet/test-support/application/model'
import {
  chunkTypes,
  EXECUTE,
  forge,
  GENERATE,
  STREAM,
  tokenFor,
  useApplications,
  type Answer,
  type RememberingApplication,
} from '@signet/test-support/application/remembering-application'

// The numbers are those of the weaknesses of Mastra; each group shows one closed.

const create = useApplications()
const MEMBER = tokenFor('alice')
const HELLO = { messages: 'Hello' }
const CAUSE = new Error('exploded with secret=sk-STUB-123 at /srv/app/model.ts')
const INSIDE = /sk-STUB|\/srv\/|"stack"|node_modules|\.[jt]s:\d|OPENAI|process\.env/

/** A tool `break`, which counts its calls. */
function breakingTool(fail: () => unknown): { readonly tool: Tool; readonly calls: unknown[] } {
  const calls: unknown[] = []
  const tool = createTool({
    id: 'break',
    description: 'Breaks',
    async execute(input) {
      calls.push(input)
      return fail()
    },
  })
  return { tool, calls }
}

function raise(error: unknown): never {
  throw error
}

function withCode(code: string): Error {
  return Object.assign(new Error(CAUSE.message), { code })
}

/** A storage that answers, but stores nothing that was said. */
function failToCommit(storage: MemoryStorage): MemoryStorage {
  return { ...storage, commitExchange: () => Promise.reject(withCode('storage_unavailable')) }
}

afterEach(() => {
  vi.unstubAllEnvs()
})

describe('9: what a failure says inside stays inside', () => {
  function expectQuiet(answer: Answer, { log }: RememberingApplication): void {
    expect(answer.text).not.toMatch(INSIDE)
    expect([...answer.headers.values()].join('\n')).not.toMatch(INSIDE)
    expect(log.filter(({ level }) => level === 'error')).not.toHaveLength(0)
  }

  describe.each(['production', 'development'])('with NODE_ENV=%s', (mode) => {
    it('a model that fails, at once and in a stream', async () => {
      vi.stubEnv('NODE_ENV', mode)
      const application = await create({ model: failingModel(CAUSE) })
      const answer = await application.ask(GENERATE, { token: MEMBER, json: HELLO })
      expect(answer).toMatchObject({ status: 424, code: 'answer_failed' })
      expectQuiet(answer, application)
      const stream = await application.ask(STREAM, { token: MEMBER, json: HELLO })
      expect(chunkTypes(stream.text)).toContain('error')
      expectQuiet(stream, application)
    })

    it('a model that has no key', async () => {
      for (const name of ['OPENAI_API_KEY', 'OPENAI_BASE_URL']) vi.stubEnv(name, '')
      vi.stubEnv('NODE_ENV', mode)
      const application = await create({ agent: { model: 'openai/gpt-4o' } })
      const answer = await application.ask(GENERATE, { token: MEMBER, json: HELLO })
      expect(answer).toMatchObject({ status: 424, code: 'answer_failed' })
      expectQuiet(answer, application)
      expectQuiet(await application.ask(STREAM, { token: MEMBER, json: HELLO }), application)
    })

    it('a tool that fails, alone and in an answer', async () => {
      vi.stubEnv('NODE_ENV', mode)
      const { tool } = breakingTool(() => raise(CAUSE))
      const model = toolModel('break')
      const application = await create({ model, agent: { tools: { break: tool } } })
      const request = { token: MEMBER, json: { data: {} } }
      const alone = await application.ask('/api/tools/break/execute', request)
      expect(alone).toMatchObject({ status: 422, code: 'tool_failed' })
      expectQuiet(alone, application)
      const stream = await application.ask(STREAM, { token: MEMBER, json: HELLO })
      expect(chunkTypes(stream.text)).toContain('tool-error')
      expectQuiet(stream, application)
      expectQuiet(await application.ask(GENERATE, { token: MEMBER, json: HELLO }), application)
    })

    it('a route of the application, and the storage', async () => {
      vi.stubEnv('NODE_ENV', mode)
      const broken = registerApiRoute('/broken', { method: 'GET', handler: () => raise(CAUSE) })
      const application = await create({
        server: { apiRoutes: [broken] },
        wrap: (storage) => ({ ...storage, listThreads: () => Promise.reject(CAUSE) }),
      })
      for (const path of ['/broken', '/api/memory/threads']) {
        const answer = await application.ask(path, { token: MEMBER })
        expect(answer).toMatchObject({ status: 500, code: 'internal' })
        expectQuiet(answer, application)
      }
    })
  })

  it.each([GENERATE, STREAM])(
    'an unknown role is a bad request to %s, and says where',
    async (path) => {
      const { ask, model, log } = await create()
      const json = { messages: [{ role: 'wizard', content: 'Hello' }] }
      const answer = await ask(path, { token: MEMBER, json })
      expect(answer).toMatchObject({ status: 400, code: 'request_invalid' })
      expect(answer.body).toMatchObject({ issues: [{ field: 'messages.0' }] })
      expect(log).toMatchObject([{ level: 'info' }])
      expect(model.calls).toHaveLength(0)
    },
  )

  it('what a tool says to be told is told', async () => {
    const { tool } = breakingTool(() => raise(new ToolError('The vault is shut.')))
    const { ask } = await create({ tools: { break: tool } })
    const answer = await ask('/api/tools/break/execute', { token: MEMBER, json: { data: {} } })
    expect(answer).toMatchObject({ status: 422, code: 'tool_failed' })
    expect(answer.body).toMatchObject({ error: 'The vault is shut.' })
  })
})

describe('10: a failing tool or model is no server error, so that no client repeats the request', () => {
  /** Asks as the unmodified client does, which repeats a request three times after a 5xx. */
  async function askLikeTheClient(
    { ask }: RememberingApplication,
    path: string,
    json: object,
  ): Promise<Answer> {
    let answer = await ask(path, { token: MEMBER, json })
    for (let retry = 0; retry < 3 && answer.status >= 500; retry += 1) {
      answer = await ask(path, { token: MEMBER, json })
    }
    return answer
  }

  function circle(): object {
    const value: { self?: object } = {}
    value.self = value
    return value
  }

  const FAILURES: readonly [what: string, fail: () => unknown][] = [
    ['throws an error', () => raise(CAUSE)],
    ['throws an error to be told', () => raise(new ToolError('The vault is shut.'))],
    ['throws nothing', () => raise(undefined)],
    ['throws a response of 503', () => raise(new Response(null, { status: 503 }))],
    ['returns a response of 503', () => new Response(null, { status: 503 })],
    ['throws what the storage throws', () => raise(withCode('storage_unavailable'))],
    ['throws what a key set throws', () => raise(new AuthError('keys_unavailable', 'down'))],
  ]

  it.each(FAILURES)('a tool that %s is 422, and has run once', async (_, fail) => {
    const { tool, calls } = breakingTool(fail)
    const application = await create({ agent: { tools: { breakTool: tool } } })
    const paths = ['/api/tools/break/execute', '/api/agents/weather-agent/tools/break/execute']
    for (const [index, path] of paths.entries()) {
      const answer = await askLikeTheClient(application, path, { data: {} })
      expect(answer).toMatchObject({ status: 422, code: 'tool_failed' })
      expect(calls).toHaveLength(index + 1)
    }
  })

  it.each([
    ['what JSON lacks', () => ({ count: 1n }), { count: '1' }],
    ['what holds itself', circle, { self: '[Circular]' }],
  ])('a tool that returns %s has done its work', async (_, work, json) => {
    const { tool } = breakingTool(work)
    const application = await create({ agent: { tools: { breakTool: tool } } })
    for (const path of [
      '/api/tools/break/execute',
      '/api/agents/weather-agent/tools/break/execute',
    ]) {
      const answer = await askLikeTheClient(application, path, { data: {} })
      expect(answer).toMatchObject({ status: 200, body: json })
    }
  })

  it.each(FAILURES)('in an answer, a tool that %s has run once', async (_, fail) => {
    for (const path of [GENERATE, STREAM]) {
      const { tool, calls } = breakingTool(fail)
      const model = toolModel('break')
      const application = await create({ model, agent: { tools: { break: tool } } })
      const answer = await askLikeTheClient(application, path, HELLO)
      expect(answer.status).toBe(200)
      expect(calls).toHaveLength(1)
    }
  })

  it.each([
    ['an error', CAUSE],
    ['the code of a storage', withCode('storage_unavailable')],
    ['the code of a failed storage', withCode('storage_failed')],
    ['the refusal of a key set', new AuthError('keys_unavailable', 'down')],
  ])('a model that fails with %s is 424, and was asked once', async (_, error) => {
    const application = await create({ model: failingModel(error) })
    const answer = await askLikeTheClient(application, GENERATE, HELLO)
    expect(application.model.calls).toHaveLength(1)
    expect(answer).toMatchObject({ status: 424, code: 'answer_failed' })
    const stream = await askLikeTheClient(application, STREAM, HELLO)
    expect(application.model.calls).toHaveLength(2)
    expect(stream.status).toBe(200)
    expect(chunkTypes(stream.text)).toContain('error')
  })

  it('a model that fails after a tool has run does not let it run again', async () => {
    const { tool, calls } = breakingTool(() => ({ done: true }))
    const { doGenerate, ...rest } = toolModel('break')
    let asked = 0
    const model = {
      ...rest,
      doGenerate: (options: Parameters<typeof doGenerate>[0]) =>
        (asked += 1) === 1 ? doGenerate(options) : Promise.reject(CAUSE),
    }
    const application = await create({ model, agent: { tools: { break: tool } } })
    const answer = await askLikeTheClient(application, GENERATE, HELLO)
    expect(answer).toMatchObject({ status: 424, code: 'answer_failed' })
    expect(calls).toHaveLength(1)
  })

  it('an answer that cannot be stored is not repeated, and its tools have run once', async () => {
    const { tool, calls } = breakingTool(() => ({ done: true }))
    const model = toolModel('break')
    const application = await create({
      model,
      agent: { tools: { break: tool } },
      wrap: failToCommit,
    })
    const json = { ...HELLO, memory: { thread: 'mine' } }
    const answer = await askLikeTheClient(application, GENERATE, json)
    expect(answer).toMatchObject({ status: 503, code: 'storage_unavailable' })
    expect(application.log.map(({ fields }) => fields?.['code'])).toContain('answer_unstored')
    expect(calls).toHaveLength(1)
    const memory = { thread: 'another' }
    const stream = await askLikeTheClient(application, STREAM, { ...json, memory })
    expect(stream.text).toContain('"code":"answer_unstored"')
    expect(calls).toHaveLength(2)
    const again = await askLikeTheClient(application, STREAM, { ...json, memory })
    expect(again).toMatchObject({ status: 503, code: 'storage_unavailable' })
    expect(calls).toHaveLength(2)
  })

  it('an answer that is too large to be stored is 424 and says so', async () => {
    const application = await create({ model: textModel('x'.repeat(MAX_MESSAGE_BYTES)) })
    const json = { ...HELLO, memory: { thread: 'mine' } }
    const { status, body } = await askLikeTheClient(application, GENERATE, json)
    expect({ status, body }).toMatchObject({
      status: 424,
      body: {
        code: 'answer_failed',
        issues: [{ field: 'memory', message: expect.stringMatching(/^The answer is too large/) }],
      },
    })
    const { text } = await askLikeTheClient(application, STREAM, json)
    expect(text).toContain('The answer is too large to store, so only its question is stored.')
    expect(await askLikeTheClient(application, GENERATE, HELLO)).toMatchObject({ status: 200 })
  })

  it.each([GENERATE, STREAM])('a model that cannot be had is 424 for %s', async (path) => {
    for (const name of ['OPENAI_API_KEY', 'OPENAI_BASE_URL']) vi.stubEnv(name, '')
    const application = await create({ agent: { model: 'openai/gpt-4o' } })
    const answer = await askLikeTheClient(application, path, HELLO)
    expect(answer).toMatchObject({ status: 424, code: 'answer_failed' })
  })

  it.each([GENERATE, STREAM])(
    'a model that is not found for a caller is 424 for %s',
    async (path) => {
      const model = vi.fn<() => never>(() => raise(CAUSE))
      const application = await create({ agent: { model } })
      const answer = await askLikeTheClient(application, path, HELLO)
      expect(model).toHaveBeenCalledTimes(1)
      expect(answer).toMatchObject({ status: 424, code: 'answer_failed' })
    },
  )

  it('a tool and a model that work are 200', async () => {
    const application = await create()
    const weather = { data: { place: 'Lyon' } }
    expect(await askLikeTheClient(application, EXECUTE, weather)).toMatchObject({ status: 200 })
    expect(await askLikeTheClient(application, GENERATE, HELLO)).toMatchObject({ status: 200 })
    const wrong = await askLikeTheClient(application, EXECUTE, { data: {} })
    expect(wrong).toMatchObject({ status: 400, code: 'request_invalid' })
    expect(application.contexts).toHaveLength(1)
  })
})

describe('20: a refusal is one line at info level, without a stack', () => {
  type Refused = readonly [status: number, code: string, path: string, request: object]
  const LONG = 'x'.repeat(20_000)
  const REFUSALS: readonly Refused[] = [
    [401, 'token_missing', '/api/agents', {}],
    [401, 'token_missing', GENERATE, { json: HELLO }],
    [401, 'token_missing', `/api/${LONG}`, {}],
    [401, 'token_malformed', '/api/agents', { token: 'garbage' }],
    [401, 'token_too_large', '/api/agents', { token: LONG }],
    [401, 'token_signature', '/api/agents', { token: forge(MEMBER) }],
    [404, 'not_found', `/${LONG}`, {}],
    [404, 'not_found', '/api/agents/nobody', { token: MEMBER }],
    [403, 'scope_insufficient', '/api/tools/get-weather', { token: tokenFor('a', { scope: '' }) }],
    [400, 'request_invalid', GENERATE, { token: MEMBER, json: {} }],
    [413, 'body_too_large', GENERATE, { token: MEMBER, body: ' '.repeat(5 * 1024 * 1024) }],
  ]

  /** A server whose log is the JSON lines that it really writes. */
  async function createLogged(options: Parameters<typeof create>[0] = {}) {
    const lines: string[] = []
    const logger = createLogger({ destination: { write: (line) => void lines.push(line) } })
    return { ...(await create({ ...options, logger })), lines }
  }

  it.each(REFUSALS)('%d %s', async (status, code, path, request) => {
    const { ask, lines } = await createLogged()
    expect(await ask(path, request)).toMatchObject({ status, code })
    expect(lines).toHaveLength(1)
    const [line = ''] = lines
    expect(JSON.parse(line)).toMatchObject({ level: 30, code, msg: 'A request was refused.' })
    expect(line).not.toMatch(/stack|"err"|node_modules/)
    expect(line.length).toBeLessThan(1000)
  })

  it('what is the fault of the server is an error, with its stack', async () => {
    const { ask, lines } = await createLogged({ model: failingModel(CAUSE) })
    expect(await ask(GENERATE, { token: MEMBER, json: HELLO })).toMatchObject({ status: 424 })
    const logged = lines.map((line): unknown => JSON.parse(line))
    expect(logged).toContainEqual(
      expect.objectContaining({
        level: 50,
        err: expect.objectContaining({
          cause: expect.objectContaining({
            message: expect.stringMatching(/^exploded with secret/),
          }),
        }),
      }),
    )
    expect(lines.join('')).toContain('"stack"')
    expect(lines.join('')).not.toContain('sk-STUB')
  })

  it('what is answered is not logged at all', async () => {
    const { ask, lines } = await createLogged()
    expect(await ask('/api/agents', { token: MEMBER })).toMatchObject({ status: 200 })
    expect(await ask('/api/auth/me', { token: 'garbage' })).toMatchObject({ status: 200 })
    expect(lines).toStrictEqual([])
  })
})
