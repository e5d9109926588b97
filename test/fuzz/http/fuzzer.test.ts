import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'
import * as fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { Violation } from '../fuzzer.js'
import { PROTECTED, signToken, SMUGGLED } from './application.js'
import { httpCases, type HttpCase, type RequestPlan } from './cases.js'
import { tryHttp } from './fuzzer.js'
import { writeRequest } from './write-request.js'

const TOKEN = signToken()
const SHORT_MS = 300

const PLAIN: RequestPlan = {
  method: 'GET',
  target: '/closed',
  version: 'HTTP/1.1',
  line: 'plain',
  host: 'name',
  credential: 'none',
  headers: [],
  body: 'none',
  content: 'empty',
}

const servers: Server[] = []
const sockets: Socket[] = []

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  for (const server of servers.splice(0)) {
    server.close()
    await once(server, 'close')
  }
})

/** The rule that a server breaks which answers everything with these bytes, where there are requests like these. */
async function ruleBrokenBy(
  answer: string | ((socket: Socket) => void),
  ...requests: readonly Partial<RequestPlan>[]
): Promise<string | undefined> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.push(socket.on('error', () => undefined))
    if (typeof answer === 'string') socket.once('data', () => socket.end(answer, 'latin1'))
    else answer(socket)
  })
  servers.push(server.listen(0, '127.0.0.1'))
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const each: HttpCase = {
    requests: requests.map((request) => ({ ...PLAIN, ...request })),
    cuts: [],
    ending: 'half-close',
  }
  const target = { port, starts: 1, requireAlive: async () => undefined }
  try {
    await tryHttp(target, each, TOKEN, () => undefined, SHORT_MS)
    return undefined
  } catch (error) {
    if (error instanceof Violation) return error.rule
    throw error
  }
}

function reply(status: number, body = '', more = ''): string {
  return `HTTP/1.1 ${status} X\r\nX-Request-Id: a\r\nContent-Length: ${body.length}\r\n${more}\r\n${body}`
}

describe('the fuzzing of HTTP', () => {
  it('has nothing against a server that refuses a stranger and lets in who has a token', async () => {
    expect(await ruleBrokenBy(reply(401), {})).toBeUndefined()
    expect(await ruleBrokenBy(reply(200, PROTECTED), { credential: 'bearer' })).toBeUndefined()
    expect(await ruleBrokenBy(reply(200), { method: 'HEAD', credential: 'bearer' })).toBeUndefined()
  })

  it.each<[string, Parameters<typeof ruleBrokenBy>]>([
    ['no answer is 500', [reply(500), {}]],
    ['no answer is 503', [reply(401) + reply(503), {}, { line: 'line feed' }]],
    ['each connection ends', [() => undefined, {}]],
    ['each request is answered', [reply(401), {}, {}]],
    [
      'each request has one answer',
      [reply(401) + reply(400), { body: 'chunked', content: 'smuggled' }],
    ],
    ['no more is answered than was asked', [reply(401).repeat(3), {}]],
    ['answers can be parsed', ['HTTP/1.1 200 OK\r\n\r\nabc', {}]],
    ['who sends no token gets nothing protected', [reply(200, PROTECTED), {}]],
    ['who sends no token gets nothing protected', [reply(200, PROTECTED), { line: 'tabs' }]],
    ['who is not let in is refused', [reply(200), {}]],
    ['a good credential lets in', [reply(401), { credential: 'bearer' }]],
    [
      'a credential that is none lets nobody in',
      [reply(200, PROTECTED), { credential: 'no-break space' }],
    ],
    [
      'a credential that is none lets nobody in',
      [reply(200, PROTECTED), { credential: 'in the query', target: '/open' }],
    ],
    ['no body is a request', [reply(200, SMUGGLED), { body: 'length', content: 'smuggled' }]],
    [
      'behind two lengths nothing more is answered',
      [reply(401) + reply(401), { body: 'length and coding' }, {}],
    ],
    [
      'an answer that closes is the last',
      [reply(401, '', 'Connection: close\r\n') + reply(401), {}, {}],
    ],
    [
      'behind the last request nothing more is answered',
      [reply(401) + reply(401), { headers: ['close'] }, {}],
    ],
  ])('finds that not: %s', async (rule, given) => {
    expect(await ruleBrokenBy(...given)).toBe(rule)
  })

  it('writes requests whose every form is there', () => {
    const cases = fc.sample(httpCases, { numRuns: 500, seed: 1 })
    const written = cases
      .flatMap(({ requests }) => requests)
      .map((each) => writeRequest(each, TOKEN))
    expect(written.some(({ isClear }) => isClear)).toBe(true)
    expect(written.some(({ isClear }) => !isClear)).toBe(true)
    expect(written.some(({ isConflict }) => isConflict)).toBe(true)
  })
})
