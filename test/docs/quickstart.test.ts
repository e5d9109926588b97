import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { MastraJwtAuth } from '@signet/auth'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ROOT } from '@signet/test-support/process/root'
import { startDev, type DevServer } from '@signet/test-support/process/signet-process'

const SECRET = 'a secret that is used by nothing but these tests'
const AGENT = '/api/agents/weatherAgent'

let server: DevServer
const auth = new MastraJwtAuth({ secret: SECRET })

beforeAll(async () => {
  server = await startDev(join(ROOT, 'examples', 'weather'), {
    env: { MASTRA_JWT_SECRET: SECRET },
    flags: ['--message', 'Weather in London'],
  })
})

afterAll(async () => {
  await server.process.stop()
})

function ask(authorization?: string, path = `${AGENT}/generate`): Promise<Response> {
  return fetch(server.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(authorization && { authorization }) },
    body: JSON.stringify({ messages: 'Weather in London' }),
  })
}

async function refusal(response: Response) {
  const body = (await response.json()) as Record<string, unknown>
  expect(body['requestId']).toBe(response.headers.get('x-request-id'))
  return {
    status: response.status,
    challenge: response.headers.get('www-authenticate'),
    code: body['code'],
  }
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

/** The token with another character at a place of its signature that carries six bits. */
function withChangedSignature(token: string): string {
  const at = token.lastIndexOf('.') + 5
  return token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1)
}

describe.skipIf(process.platform === 'win32')('the printed cURL line', () => {
  it('asks the agent and gets an answer', async () => {
    const line = /^curl .*$/m.exec(server.process.stdout)?.[0] ?? ''
    const { stdout, status } = spawnSync('sh', ['-c', line], { encoding: 'utf8', timeout: 20_000 })
    expect(status).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ text: expect.stringContaining('London') })
  })
})

describe('an answer', () => {
  it('names London and a temperature, and shows the call of the tool in its steps', async () => {
    const response = await ask(`Bearer ${server.token}`)
    expect(response.status).toBe(200)
    const answer = (await response.json()) as {
      text: string
      steps: { toolCalls: { payload: unknown }[]; toolResults: { payload: unknown }[] }[]
    }
    expect(answer.text).toContain('London')
    expect(answer.text).toMatch(/-?\d+(\.\d+)? ?°C/)
    // Whoever reads their first answer reads two short sentences; where it comes from is in the result of the tool.
    expect(answer.text.split(/[.!?] /)).toHaveLength(2)
    expect(answer.text.length).toBeLessThan(250)
    expect(answer.text).not.toMatch(/https?:|commit|Met Office/)
    expect(answer.steps[0]?.toolResults[0]?.payload).toMatchObject({
      result: { source: expect.any(String) },
    })
    expect(answer.steps[0]?.toolCalls[0]?.payload).toMatchObject({
      toolName: 'weatherTool',
      args: { location: 'London' },
    })
  })

  it('streams its chunks in the order of the wire and ends with [DONE]', async () => {
    const response = await ask(`Bearer ${server.token}`, `${AGENT}/stream`)
    expect(response.headers.get('content-type')).toBe('text/event-stream')
    const events = (await response.text()).split('\n\n').filter((event) => event !== '')
    expect(events.every((event) => event.startsWith('data: '))).toBe(true)
    expect(events.at(-1)).toBe('data: [DONE]')
    const types = events
      .slice(0, -1)
      .map((event) => (JSON.parse(event.slice(6)) as { type: string }).type)
    const once = types.filter((type, index) => type !== types[index - 1])
    expect(once).toEqual([
      'start',
      'step-start',
      'tool-call-input-streaming-start',
      'tool-call-delta',
      'tool-call-input-streaming-end',
      'tool-call',
      'tool-result',
      'step-finish',
      'step-start',
      'text-start',
      'text-delta',
      'text-end',
      'step-finish',
      'finish',
    ])
  })
})

describe('the door', () => {
  it('stays shut without a token, with a bare challenge (RFC 6750 section 3)', async () => {
    expect(await refusal(await ask())).toEqual({
      status: 401,
      challenge: 'Bearer',
      code: 'token_missing',
    })
  })

  it.each([
    [
      'one changed character of the signature',
      () => withChangedSignature(server.token),
      'token_signature',
    ],
    [
      'a token that has expired',
      () => auth.sign({ sub: 'alice', exp: 1_700_000_000 }),
      'token_expired',
    ],
    [
      'alg none (RFC 8725 section 2.1)',
      () => `${encode({ alg: 'none' })}.${encode({ sub: 'alice', exp: 9_999_999_999 })}.`,
      'token_algorithm',
    ],
    [
      'another secret',
      () =>
        new MastraJwtAuth({ secret: SECRET.toUpperCase() }).sign(
          { sub: 'alice' },
          { expiresInSeconds: 60 },
        ),
      'token_signature',
    ],
    ['what is no token', () => 'garbage', 'token_malformed'],
  ])('stays shut for %s, and says why', async (_, token, code) => {
    const { status, challenge, code: given } = await refusal(await ask(`Bearer ${token()}`))
    expect({ status, code: given }).toEqual({ status: 401, code })
    expect(challenge).toMatch(/^Bearer error="invalid_token", error_description="[^"]+"$/)
  })

  it('stays shut for a token in the URL', async () => {
    const response = await ask(undefined, `${AGENT}/generate?apiKey=${server.token}`)
    expect(await refusal(response)).toMatchObject({ status: 401, code: 'token_missing' })
  })

  it('stays shut for a token without the word Bearer', async () => {
    expect(await refusal(await ask(server.token))).toMatchObject({
      status: 401,
      code: 'token_missing',
    })
  })

  it('tells a stranger nothing of which paths exist', async () => {
    const known = await refusal(await fetch(`${server.url}/api/agents`))
    const unknown = await refusal(await fetch(`${server.url}/api/no-such-path`))
    expect(unknown).toEqual(known)
    const headers = { authorization: `Bearer ${server.token}` }
    const response = await fetch(`${server.url}/api/no-such-path`, { headers })
    expect(await refusal(response)).toMatchObject({ status: 404, code: 'not_found' })
  })
})
