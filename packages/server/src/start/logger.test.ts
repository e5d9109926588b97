import { describe, expect, it } from 'vitest'
import {
  createTestApplication,
  makeRequest,
  SECRET,
  tokenOf,
} from '@signet/test-support/application/application'
import { failingModel } from '@signet/test-support/application/model'
import { createApp } from '../app.js'
import { createLogger } from './logger.js'

/** A logger that writes into memory; `text` is everything that it wrote. */
function createRecorder(level = 'debug') {
  const written: string[] = []
  const destination = { write: (line: string) => void written.push(line) }
  return {
    logger: createLogger({ level, destination }),
    text: () => written.join(''),
    lines: () => written.map((line): Record<string, unknown> => JSON.parse(line)),
  }
}

const DEBUG = 20
const INFO = 30
const WARN = 40
const ERROR = 50

describe('createLogger', () => {
  it('writes one line of JSON for each entry, with its level and fields', () => {
    const { logger, text, lines } = createRecorder()
    logger.debug('One\nline', { agent: 'weather-agent' })
    logger.warn('Two')
    expect(text().trimEnd().split('\n')).toHaveLength(2)
    expect(lines()).toMatchObject([
      { level: 20, msg: 'One\nline', agent: 'weather-agent' },
      { level: WARN, msg: 'Two' },
    ])
  })

  it('writes nothing below its level', () => {
    const { logger, lines } = createRecorder('warn')
    logger.debug('no')
    logger.info('no')
    logger.error('yes')
    expect(lines()).toMatchObject([{ msg: 'yes' }])
  })

  it.each([
    ['debug', [true, true, true, true]],
    ['DEBUG', [true, true, true, true]],
    ['warn', [false, false, true, true]],
    ['silent', [false, false, false, false]],
  ])('at level %s tells which levels it writes', (level, written) => {
    const { isEnabled } = createRecorder(level).logger
    const levels = ['debug', 'info', 'warn', 'error'] as const
    expect(levels.map((each) => isEnabled?.(each))).toStrictEqual(written)
  })

  it.each(['authorization', 'token', 'secret', 'apiKey', 'key', 'password', 'cookie'])(
    'never writes what a field called %s holds, down to two levels',
    (name) => {
      const { logger, text } = createRecorder()
      const held = { [name]: 'hunter2' }
      logger.info('x', { ...held, request: { ...held, headers: held } })
      expect(text()).not.toContain('hunter2')
      expect(text()).toContain('[Redacted]')
    },
  )

  it('writes of a storage fault its class and what the database calls it, also where it is a cause', () => {
    const { logger, lines } = createRecorder()
    const told = { code: 'storage_unavailable', fault: 'full', driverCode: '53100' }
    const cause = Object.assign(new Error('full'), told)
    logger.error('x', { error: Object.assign(new Error('the error', { cause }), told) })
    logger.error('x', {
      error: Object.assign(new Error('odd'), { fault: { a: 1 }, driverCode: 7 }),
    })
    expect(lines()[0]).toMatchObject({ err: { ...told, cause: told } })
    expect(lines()[1]?.['err']).not.toHaveProperty('fault')
    expect(lines()[1]?.['err']).not.toHaveProperty('driverCode')
  })

  it('writes of an error its name, message, stack and causes', () => {
    const { logger, lines } = createRecorder()
    const cause = Object.assign(new TypeError('the cause'), { code: 'ECONNREFUSED' })
    logger.error('x', { error: new Error('the error', { cause }) })
    expect(lines()[0]).toMatchObject({
      level: ERROR,
      err: {
        type: 'Error',
        message: 'the error',
        stack: expect.stringContaining('logger.test'),
        cause: { type: 'TypeError', message: 'the cause', code: 'ECONNREFUSED' },
      },
    })
  })

  it('writes nothing else that an error carries, such as the prompt of a failed call', () => {
    const { logger, text } = createRecorder()
    const inside = { requestBodyValues: { messages: 'a private prompt' } }
    const error = Object.assign(new Error('x'), inside, {
      headers: { Authorization: 'Bearer abc' },
    })
    logger.error('x', { error })
    logger.error('x', { error: new Error('y', { cause: error }) })
    logger.error('x', { error: inside })
    expect(text()).not.toMatch(/private prompt|Bearer abc/)
  })

  it.each([
    ['a text', 'thrown text'],
    ['null', null],
    ['a number', 7],
  ])('writes whatever was thrown: %s', (_, error) => {
    const { logger, lines } = createRecorder()
    logger.error('x', { error })
    expect(lines()[0]).toHaveProperty('err.type')
  })

  it('writes of a long message its beginning, and the stack behind it', () => {
    const { logger, lines } = createRecorder()
    logger.error('x', { error: new Error(`odd ${'ey-'.repeat(300_000)}`) })
    expect(lines()[0]).toMatchObject({
      err: { message: 'odd …', stack: expect.stringMatching(/^Error: odd …\n.*logger\.test/) },
    })
  })

  it('writes of an error of a database neither a query nor values, in its stack also', () => {
    const { logger, lines, text } = createRecorder()
    const cause = Object.assign(new Error('Key (mail)=(bob@x.y) exists'), { code: '23505' })
    logger.error('x', { error: new Error('The tool failed.', { cause }) })
    expect(text()).not.toContain('bob')
    expect(lines()[0]).toMatchObject({
      err: { cause: { message: 'A query to a database failed (Error 23505).', code: '23505' } },
    })
  })

  it('writes an error that is its own cause', () => {
    const { logger, lines } = createRecorder()
    const error = new Error('round')
    error.cause = error
    logger.error('x', { error })
    expect(lines()).toHaveLength(1)
  })
})

describe('what a server logs', () => {
  it('tells a refusal at info level, with its code and route and without a stack', async () => {
    const { logger, text, lines } = createRecorder()
    const app = createApp(createTestApplication({ logger }).mastra)
    const response = await app.fetch(makeRequest('/api/agents/weather-agent?x=secret-query'))
    expect(lines().filter(({ level }) => level === INFO)).toMatchObject([
      {
        level: INFO,
        msg: 'A request was refused.',
        code: 'token_missing',
        method: 'GET',
        route: '/api/agents/:agentId',
        requestId: response.headers.get('x-request-id'),
        reason: 'The request has no bearer token.',
      },
    ])
    expect(text()).not.toMatch(/stack|\.ts:|secret-query/)
  })

  it('tells every request at debug level, by the pattern of its route, and nothing of who asked', async () => {
    const { logger, text, lines } = createRecorder()
    const app = createApp(createTestApplication({ logger }).mastra)
    const token = tokenOf('owner')
    const response = await app.fetch(
      makeRequest('/api/agents/weather-agent?requestContext=secret', { token }),
      {
        address: '192.0.2.1',
      },
    )
    expect(lines().filter(({ level }) => level === DEBUG)).toMatchObject([
      {
        msg: 'A request was answered.',
        requestId: response.headers.get('x-request-id'),
        method: 'GET',
        route: '/api/agents/:agentId',
        status: 200,
        durationMs: expect.any(Number),
      },
    ])
    expect(text()).not.toMatch(/192\.0\.2\.1|alice|secret|weather-agent/)
  })

  it('tells nothing of a request that is answered at info level', async () => {
    const { logger, text } = createRecorder('info')
    const app = createApp(createTestApplication({ logger }).mastra)
    await app.fetch(makeRequest('/api/agents', { token: tokenOf('owner') }))
    expect(text()).toBe('')
  })

  it('tells a failure at error level, with its cause, under the id that the client got', async () => {
    const { logger, lines } = createRecorder()
    const app = createApp(createTestApplication({ logger }).mastra)
    const response = await app.fetch(
      makeRequest('/api/tools/lonely-tool/execute', {
        token: tokenOf('member'),
        json: { data: {} },
      }),
    )
    expect(lines().filter(({ level }) => level === ERROR)).toMatchObject([
      {
        msg: 'A tool failed.',
        tool: 'lonely-tool',
        requestId: response.headers.get('x-request-id'),
        err: { message: 'a cause that stays inside', stack: expect.stringContaining('at ') },
      },
    ])
  })

  it('never writes a token, whole or in parts, nor the secret', async () => {
    const { logger, text } = createRecorder()
    const model = failingModel(new Error('model down'))
    const { mastra, auth } = createTestApplication({ logger, model })
    const app = createApp(mastra)
    const tokens = [
      tokenOf('owner'),
      tokenOf('viewer'),
      auth.sign({ sub: 'alice', role: 'emperor', exp: 4_000_000_000 }),
      auth.sign({ sub: 'alice', exp: 1_700_000_000 }),
      `${tokenOf('owner').slice(0, -4)}AAAA`,
      `${tokenOf('owner')}.x`,
    ]
    const paths = ['/api/agents', '/api/nowhere', '/api/agents/a%22b', '/api/auth/me', '/health']
    for (const token of tokens) {
      for (const path of paths) {
        await app.fetch(makeRequest(path, { token }))
        await app.fetch(makeRequest(`${path}?apiKey=${token}`, { token }))
        await app.fetch(makeRequest(path, { headers: { authorization: token } }))
        await app.fetch(makeRequest(path, { headers: { authorization: `Basic ${token}` } }))
      }
      for (const verb of ['generate', 'stream']) {
        const path = `/api/agents/weather-agent/${verb}`
        const answer = await app.fetch(makeRequest(path, { token, json: { messages: token } }))
        await answer.text()
        await app.fetch(makeRequest(path, { token, body: `{"${token}":` }))
      }
      const execute = '/api/tools/lonely-tool/execute'
      await app.fetch(makeRequest(execute, { token, json: { data: { token } } }))
    }
    expect(text().split('\n').length).toBeGreaterThan(50)
    for (const token of tokens) {
      for (const part of [token, ...token.split('.').slice(1, 3)]) {
        if (part.length > 8) expect(text()).not.toContain(part)
      }
    }
    expect(text()).not.toContain(SECRET)
  })

  it('warns once of each subject whose token never expires', async () => {
    const { logger, lines } = createRecorder()
    const authenticateToken = (token: string) => ({ sub: token, role: 'member' })
    const app = createApp(
      createTestApplication({ logger, server: { auth: { authenticateToken } } }).mastra,
    )
    for (const token of ['alice', 'alice', 'bob']) {
      await app.fetch(makeRequest('/api/agents', { token }))
    }
    const warnings = lines().filter(({ level }) => level === WARN)
    expect(warnings.map(({ subject }) => subject)).toStrictEqual(['alice', 'bob'])
  })
})
