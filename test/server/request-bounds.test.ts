import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Agent, BOUNDS, createTool, Mastra, Memory, type BoundName } from '@signet/core'
import { registerApiRoute } from '@signet/core/server'
import { createApp, serve, type App, type RunningServer } from '@signet/server'
import { openStore, type Store } from '@signet/store'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createLogRecorder, createTestAuth } from '@signet/test-support/application/application'
import {
  BOUND_REQUESTS,
  FORM,
  SCHEDULE,
  THREAD,
  type SizedRequest,
} from '@signet/test-support/http/bound-requests'
import { textModel } from '@signet/test-support/application/model'
import { unboundedInputs } from '@signet/test-support/application/unbounded-inputs'
import { ROOT } from '@signet/test-support/process/root'

const NAMES = Object.keys(BOUNDS) as BoundName[]
const directory = mkdtempSync(join(tmpdir(), 'signet-bounds-'))
const token = createTestAuth().sign({ sub: 'alice', role: 'owner' }, { expiresInSeconds: 3600 })
let store: Store
let app: App
let server: RunningServer

beforeAll(async () => {
  store = await openStore({ directory })
  const weatherTool = createTool({
    id: 'get-weather',
    description: 'Tells the weather of a place',
    inputSchema: z.object({ place: z.string().min(1) }),
    execute: async () => ({ degrees: 21 }),
  })
  const weatherAgent = new Agent({
    id: 'weather-agent',
    name: 'Weather Agent',
    instructions: 'Be brief.',
    model: textModel(),
    tools: { weatherTool },
    memory: new Memory({ options: { workingMemory: { enabled: true } } }),
  })
  const form = registerApiRoute(FORM, {
    method: 'POST',
    handler: async (context) => context.json({ form: await context.req.parseBody() }),
  })
  const mastra = new Mastra({
    agents: { weatherAgent },
    storage: store.memory,
    server: { auth: createTestAuth(), apiRoutes: [form] },
    logger: createLogRecorder().logger,
  })
  const state = { audit: store.audit, apiKeys: store.apiKeys }
  app = createApp(mastra, { state, isDevelopment: true, isLoopbackOnly: true })
  server = await serve(app.answer, { port: 0 })
  await ask({ path: '/api/memory/threads', json: { threadId: THREAD } })
  const schedule = { id: SCHEDULE, agentId: 'weather-agent', cron: '@yearly', prompt: 'Report.' }
  await ask({ path: '/api/schedules', json: schedule })
})

afterAll(async () => {
  await server.close(0)
  await app.close()
  await store.close()
  rmSync(directory, { recursive: true })
})

/** What came back, as far as it tells whether something was refused, and why. */
interface Outcome {
  readonly status: number
  readonly code: unknown
  readonly issues: readonly { readonly field: string; readonly message: string }[]
}

async function ask(request: SizedRequest): Promise<Outcome> {
  const { path, json, body = JSON.stringify(json), type = 'application/json' } = request
  const headers = { authorization: `Bearer ${token}`, 'content-type': type }
  const method = body === undefined ? 'GET' : 'POST'
  const response = await fetch(`http://127.0.0.1:${server.port}${path}`, { method, headers, body })
  const answer: unknown = await response.json()
  const { code, issues = [] } = Object(answer) as { code: unknown; issues: Outcome['issues'] }
  return { status: response.status, code, issues }
}

const STATUS = { request_invalid: 400, body_too_large: 413, message_too_large: 413 }
/** How a refusal says that there is too much of something. */
const TOO_MUCH = /too big|more than|at most|too many|too deep/i
const isTooMuch = ({ issues }: Outcome) => issues.some(({ message }) => TOO_MUCH.test(message))

describe('what a request may hold', () => {
  it.each(NAMES.filter((name) => BOUNDS[name].code !== null))(
    'is bounded over HTTP: as much as is allowed of %s is taken, and one more is refused',
    async (name) => {
      const { limit, code } = BOUNDS[name]
      const { at, refusedBy } = BOUND_REQUESTS[name]
      const taken = await ask(at(limit))
      expect(isTooMuch(taken)).toBe(false)
      if (refusedBy === undefined) expect(taken).toMatchObject({ code: undefined, issues: [] })
      else expect(taken).toMatchObject({ code: refusedBy })
      const refused = await ask(at(limit + 1))
      expect(refused).toMatchObject({ status: STATUS[code ?? 'request_invalid'], code })
      if (refusedBy !== undefined) expect(isTooMuch(refused)).toBe(true)
    },
  )

  it('is refused with 50 issues at most, of which the last says how many more there are', async () => {
    const { limit } = BOUNDS.issues
    const { at } = BOUND_REQUESTS.issues
    const all = await ask(at(limit))
    expect(all.issues).toHaveLength(limit)
    expect(isTooMuch(all)).toBe(false)
    const { issues } = await ask(at(limit + 1))
    expect(issues).toHaveLength(limit)
    expect(issues.at(-1)).toStrictEqual({ field: 'root', message: 'There are 2 more issues.' })
  })

  it('lets a picture of 3 MB through (4 MB in base64)', async () => {
    const image = Buffer.alloc(3_000_000, 7).toString('base64')
    const content = [
      { type: 'text', text: 'What is this?' },
      { type: 'file', data: image, mediaType: 'image/png' },
    ]
    const json = { messages: [{ role: 'user', content }] }
    const outcome = await ask({ path: '/api/agents/weather-agent/generate', json })
    expect(outcome).toMatchObject({ status: 200 })
  })

  it('has a bound for every text, list and object in a body or query of every route', () => {
    expect(app.table.routes.flatMap((route) => unboundedInputs(route))).toStrictEqual([])
  })
})

describe('the table of bounds', () => {
  it('stands in docs/limits.md as it is in the code', () => {
    const rows = readFileSync(join(ROOT, 'docs', 'limits.md'), 'utf8')
      .split('\n')
      .map((line) => line.split('|').map((cell) => cell.trim()))
      .filter(([, name]) => name?.startsWith('`') && NAMES.some((each) => name === `\`${each}\``))
    const expected = NAMES.map((name) => {
      const { limit, unit, of, checkedIn, code } = BOUNDS[name]
      const refusal = code === null ? 'none' : `\`${code}\``
      const amount = `${limit.toLocaleString('en-US')} ${unit}`
      return ['', `\`${name}\``, of, amount, `\`${checkedIn}\``, refusal, '']
    })
    expect(rows).toStrictEqual(expected)
  })

  it.each(NAMES)('says of %s where it is checked', (name) => {
    const file = join(ROOT, 'packages', BOUNDS[name].checkedIn)
    expect(existsSync(file)).toBe(true)
    expect(readFileSync(file, 'utf8')).toMatch(new RegExp(`\\b${name}\\b`))
  })
})
