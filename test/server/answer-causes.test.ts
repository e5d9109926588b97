import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { secretKeys, signToken } from '@signet/auth'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { FixtureCopies } from '@signet/test-support/process/fixture'
import { SECRET } from '@signet/test-support/http/memory-client'
import { runSignet, startDev, type DevServer } from '@signet/test-support/process/signet-process'
import { describeStudio, openSignedIn } from '@signet/test-support/browser/studio-browser'

/** Answers as OpenAI does where it refuses a key, which it quotes. */
const KEY = 'sk-proj-this-key-is-wrong-1234'

const APPLICATION = `import { Mastra } from '@signet/core'
import { Agent } from '@signet/core/agent'
import { MastraJwtAuth } from '@signet/auth'

const scribe = new Agent({
  id: 'scribe',
  name: 'Scribe',
  instructions: 'Answer.',
  model: process.env.MODEL ?? '',
})

export const mastra = new Mastra({
  agents: { scribe },
  server: { auth: new MastraJwtAuth({ secret: process.env.MASTRA_JWT_SECRET, audience: 'a' }) },
})
`

/** A model that cannot be had, and what is said of it wherever somebody should know. */
const FAULTS = [
  ['openai/gpt-4o', 'model_key_missing', 'OPENAI_API_KEY is not set.'],
  ['mistral/large', 'model_package_missing', 'Run npm install @ai-sdk/mistral.'],
  ['opnai/gpt-4o', 'model_package_missing', 'Did you mean openai/gpt-4o?'],
  ['No Vendor/model', 'model_unknown', 'The provider "No Vendor" is not legal'],
] as const

const copies = new FixtureCopies()
const servers: DevServer[] = []
let directory: string
let refusing: Server
let refusingUrl: string

beforeAll(async () => {
  directory = copies.makeFolder()
  mkdirSync(join(directory, 'src', 'mastra'), { recursive: true })
  writeFileSync(join(directory, 'src', 'mastra', 'index.ts'), APPLICATION)
  refusing = createServer((request, response) => {
    const key = String(request.headers.authorization).replace('Bearer ', '')
    request.resume()
    response.writeHead(401, { 'content-type': 'application/json' })
    const message = `Incorrect API key provided: ${key}. You can find your API key elsewhere.`
    response.end(JSON.stringify({ error: { message, code: 'invalid_api_key' } }))
  })
  await new Promise<void>((resolve) => refusing.listen(0, '127.0.0.1', resolve))
  refusingUrl = `http://127.0.0.1:${(refusing.address() as AddressInfo).port}/v1`
})

afterEach(async () => {
  await Promise.all(servers.splice(0).map(({ process }) => process.stop()))
})

afterAll(() => {
  refusing.close()
  copies.remove()
})

async function start(env: Readonly<Record<string, string>>): Promise<DevServer> {
  const server = await startDev(directory, { env: { MASTRA_JWT_SECRET: SECRET, ...env } })
  servers.push(server)
  return server
}

function memberToken(): string {
  const claims = { sub: 'mia', aud: 'a', role: 'member', exp: Math.floor(Date.now() / 1000) + 600 }
  return signToken(claims, secretKeys(SECRET).signingKey)
}

async function call(url: string, token: string, body?: object) {
  const response = await fetch(url, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  })
  return { status: response.status, text: await response.text() }
}

const QUESTION = { messages: 'Hello' }

describe('a model that cannot be had', () => {
  it.each(FAULTS)(
    'is told of at the start of dev, and to whom it concerns: %s',
    async (model, code, said) => {
      const { url, token, process } = await start({ MODEL: model })
      expect(process.stdout).toMatch(/^ {2}Agent {4}scribe \(.*\): cannot answer\. /m)
      expect(process.stdout).toContain(said)
      expect(process.stderr).toMatch(/error Agent scribe cannot answer: it has no model\. /)
      expect(process.stderr).toContain(said)

      const agent = `${url}/api/agents/scribe`
      const seen = JSON.parse((await call(agent, token)).text)
      expect(seen.modelFault).toEqual({ code, message: expect.stringContaining(said) })
      for (const route of ['generate', 'stream']) {
        const { status, text } = await call(`${agent}/${route}`, token, QUESTION)
        expect(status).toBe(424)
        expect(JSON.parse(text)).toMatchObject({
          code: 'answer_failed',
          error: 'The answer failed.',
          cause: expect.stringContaining(said),
        })
      }
      const log = process.stderr.slice(process.stderr.indexOf('A request failed.'))
      expect(log).toMatch(/^A request failed\. [A-Z].*requestId=/)
      expect(log).not.toMatch(/^ +at /m)
    },
  )

  it('is told to nobody who may not read the state of the server', async () => {
    const { url } = await start({ MODEL: 'openai/gpt-4o' })
    const agent = `${url}/api/agents/scribe`
    const member = memberToken()
    expect(JSON.parse((await call(agent, member)).text)).not.toHaveProperty('modelFault')
    const { status, text } = await call(`${agent}/generate`, member, QUESTION)
    expect({ status, text }).toEqual({ status: 424, text: expect.not.stringContaining('OPENAI') })
  })

  it.each(FAULTS)('is an error of doctor: %s', async (model, _, said) => {
    const env = { MASTRA_JWT_SECRET: SECRET, MODEL: model }
    const { code, stdout } = await runSignet(['doctor', '--dir', directory, '--json'], { env })
    expect(code).not.toBe(0)
    const { findings } = JSON.parse(stdout) as {
      findings: { check: string; level: string; why?: string }[]
    }
    const finding = findings.find(({ check }) => check === 'model')
    expect(finding).toMatchObject({ level: 'error', what: 'Agent scribe cannot answer.' })
    expect(finding?.why).toContain(said)
  })

  it('is none where there is a key, or a server that takes none', async () => {
    const env = { MASTRA_JWT_SECRET: SECRET, MODEL: 'openai/gpt-4o' }
    for (const [name, value] of [
      ['OPENAI_API_KEY', KEY],
      ['OPENAI_BASE_URL', refusingUrl],
    ] as const) {
      const { stdout } = await runSignet(['doctor', '--dir', directory, '--json'], {
        env: { ...env, [name]: value },
      })
      expect(JSON.parse(stdout).findings).toContainEqual(
        expect.objectContaining({ check: 'model', level: 'ok' }),
      )
    }
  })
})

describe('a key that its provider refuses', () => {
  it('is told of on the wire and in the log, and is in neither', async () => {
    const env = { MODEL: 'openai/gpt-4o', OPENAI_API_KEY: KEY, OPENAI_BASE_URL: refusingUrl }
    const { url, token, process } = await start(env)
    const agent = `${url}/api/agents/scribe`
    const body = await call(`${agent}/generate`, token, QUESTION)
    const stream = await call(`${agent}/stream`, token, QUESTION)
    expect(JSON.parse(body.text).cause).toMatch(/^Incorrect API key provided: \[/)
    expect(stream.text).toMatch(/"type":"error".*"cause":"Incorrect API key provided: \[/)
    const member = await call(`${agent}/stream`, memberToken(), QUESTION)
    expect(member.text).toContain('"type":"error"')
    expect(member.text).not.toContain('Incorrect API key')
    expect(process.stderr).toMatch(/error An answer failed\. Incorrect API key provided: \[/)
    const all = [body.text, stream.text, member.text, process.stderr, process.stdout].join('\n')
    expect(all).not.toContain(KEY)
    expect(all).not.toContain(KEY.slice(-12))
    expect(process.stderr).not.toMatch(/^ +at /m)
  })
})

describeStudio('an agent without a model, in the Studio', (browser) => {
  it('says so before anybody asks', async () => {
    const { url, token } = await start({ MODEL: 'openai/gpt-4o' })
    const { page } = await openSignedIn(browser, url, token, '/agents/scribe')
    const notice = page.getByRole('alert').filter({ hasText: 'This agent cannot answer' })
    await notice.waitFor()
    expect(await notice.textContent()).toContain('OPENAI_API_KEY is not set.')
  })
})
