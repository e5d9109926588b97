import { MastraJwtAuth } from '@signet/auth'
import { Mastra, ownerKey, silentLogger, type ServerConfig } from '@signet/core'
import { registerApiRoute } from '@signet/core/server'
import { createStep, createWorkflow } from '@signet/core/workflows'
import { createApp, type App } from '@signet/server'
import type { Store } from '@signet/store'
import { afterEach, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { createTestAuth, makeRequest, SECRET } from '@signet/test-support/application/application'
import { tokenFor } from '@signet/test-support/application/remembering-application'
import { describeStores } from '@signet/test-support/store/stores'

const DAY = 86_400_000
const any = z.unknown()
const MEMBER = ['workflows:execute', 'workflows:read', 'api-keys:write'] as const

describeStores('a run that goes on without a request', (stores) => {
  const apps: App[] = []

  afterEach(async () => {
    await Promise.all(apps.splice(0).map((app) => app.close()))
  })

  /** An instance of an application, whose workflow sleeps for a day and then tells who it runs as. */
  function serve(state: Store, given: ServerConfig = {}) {
    const ran: unknown[] = []
    const tell = createStep({
      id: 'tell',
      inputSchema: any,
      outputSchema: any,
      execute: async ({ requestContext }) => {
        ran.push(requestContext.principal?.subject)
      },
    })
    const nap = createWorkflow({ id: 'nap', inputSchema: any, outputSchema: any })
      .sleep(DAY)
      .then(tell)
      .commit()
    const begin = registerApiRoute('/begin', {
      method: 'POST',
      handler: async (c) => {
        const requestContext = c.get('requestContext')
        const run = await mastra.getWorkflowRuns().open(mastra.getWorkflow('nap'), requestContext)
        const { status } = await run.start({ inputData: {}, requestContext })
        return c.json({ status, runId: run.runId })
      },
    })
    const read = registerApiRoute('/read/:id', {
      method: 'GET',
      handler: async (c) => {
        const id = c.req.param('id') ?? ''
        const found = await mastra
          .getWorkflowRuns()
          .find(mastra.getWorkflow('nap'), c.get('requestContext'), id)
        const { status, error } = found?.snapshot() ?? {}
        return c.json({ status, code: error?.code })
      },
    })
    const mastra = new Mastra({
      workflows: { nap },
      logger: silentLogger,
      server: {
        auth: createTestAuth(),
        access: { roles: { member: [...MEMBER] } },
        apiRoutes: [begin, read],
        ...given,
      },
    })
    mastra.setRuns(state.runs)
    const app = createApp(mastra, { state })
    apps.push(app)
    const ask = async (path: string, request: object): Promise<Record<string, unknown>> =>
      JSON.parse(await (await app.fetch(makeRequest(path, request))).text())
    return { app, ran, ask }
  }

  async function setUp() {
    let time = 1_900_000_000_000
    const state = await stores.open(undefined, { now: () => time })
    return { state, pass: (ms: number) => void (time += ms) }
  }

  async function begin({ ask }: ReturnType<typeof serve>, token: string): Promise<string> {
    const begun = await ask('/begin', { token, json: {} })
    expect(begun).toMatchObject({ status: 'waiting' })
    return String(begun['runId'])
  }

  /** Another instance goes on with what is due: the others have ended. */
  async function outcome(state: Store, runId: string, given: ServerConfig = {}) {
    await Promise.all(apps.splice(0).map((app) => app.close()))
    const next = serve(state, given)
    await next.app.begin()
    const owner = ownerKey({ resourceId: 'alice' })
    return await vi.waitFor(
      async () => {
        const { status, failure } = (await state.runs.get(owner, runId)) ?? {}
        expect(['success', 'failed']).toContain(status)
        return { status, code: failure?.code, ran: next.ran }
      },
      { timeout: 20_000, interval: 100 },
    )
  }

  it('is that of the caller who asked for it, and of no other', async () => {
    const { state, pass } = await setUp()
    const runId = await begin(serve(state), tokenFor('alice'))
    pass(DAY)
    const end = await outcome(state, runId)
    expect(end).toStrictEqual({ status: 'success', code: undefined, ran: ['alice'] })
    const token = tokenFor('bob')
    expect(await serve(state).ask(`/read/${runId}`, { token })).toStrictEqual({})
  })

  it('goes on after the token has expired', async () => {
    const { state, pass } = await setUp()
    const past = Date.now() - 60_000
    const then = new MastraJwtAuth({ secret: SECRET, now: () => past })
    const token = then.sign({ sub: 'alice', role: 'member' }, { expiresInSeconds: 30 })
    const runId = await begin(serve(state, { auth: then }), token)
    pass(DAY)
    expect(await outcome(state, runId)).toMatchObject({ status: 'success', ran: ['alice'] })
  })

  it('ends where the token has been revoked', async () => {
    const { state, pass } = await setUp()
    const token = tokenFor('alice')
    const first = serve(state)
    const runId = await begin(first, token)
    const owner = tokenFor('root', { role: 'owner' })
    await first.ask('/api/auth/revocations', { token: owner, json: { token } })
    pass(DAY)
    const end = await outcome(state, runId)
    expect(end).toStrictEqual({ status: 'failed', code: 'token_revoked', ran: [] })
  })

  it.each<readonly [string, ServerConfig, string]>([
    [
      'whose role may not run the workflow any more',
      { access: { roles: { member: ['agents:read'] } } },
      'scope_insufficient',
    ],
    [
      'whom authorizeUser refuses now',
      { auth: new MastraJwtAuth({ secret: SECRET, authorizeUser: () => false }) },
      'access_denied',
    ],
    [
      'who owns something else now',
      { auth: new MastraJwtAuth({ secret: SECRET, mapUserToResourceId: () => 'other' }) },
      'access_denied',
    ],
    ['whom an open server cannot tell apart', { auth: false }, 'access_denied'],
  ])('ends for a caller %s', async (_case, given, code) => {
    const { state, pass } = await setUp()
    const runId = await begin(serve(state), tokenFor('alice'))
    pass(DAY)
    expect(await outcome(state, runId, given)).toStrictEqual({ status: 'failed', code, ran: [] })
  })

  it('ends where the API key that asked for it was revoked, and not where it was not', async () => {
    const { state, pass } = await setUp()
    const first = serve(state)
    const maker = tokenFor('alice')
    const keys = await Promise.all(
      ['kept', 'revoked'].map(async (name) => {
        const json = { name, scopes: [...MEMBER] }
        return await first.ask('/api/auth/api-keys', { token: maker, json })
      }),
    )
    const [kept, revoked] = keys.map(({ key }) => String(key))
    const runs = [await begin(first, kept ?? ''), await begin(first, revoked ?? '')] as const
    const owner = tokenFor('root', { role: 'owner' })
    await first.ask('/api/auth/revocations', { token: owner, json: { token: revoked } })
    await Promise.all(apps.splice(0).map((app) => app.close()))
    pass(DAY)
    const next = serve(state)
    await next.app.begin()
    await vi.waitFor(() => expect(next.ran).toHaveLength(1), { timeout: 20_000 })
    await vi.waitFor(
      async () => {
        expect(await next.ask(`/read/${runs[0]}`, { token: kept })).toMatchObject({
          status: 'success',
        })
      },
      { timeout: 20_000 },
    )
    expect(next.ran).toStrictEqual([expect.stringMatching(/^key:/)])
  })
})
