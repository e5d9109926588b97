import { MastraJwtAuth, type Claims } from '@signet/auth'
import {
  Agent,
  createMemorySchedules,
  createTool,
  Mastra,
  Memory,
  ownerKey,
  type ScheduleStorage,
} from '@signet/core'
import { createStep, createWorkflow } from '@signet/core/workflows'
import { createApp, type App } from '@signet/server'
import type { Store } from '@signet/store'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import {
  createLogRecorder,
  createTestAuth,
  makeRequest,
  SECRET,
} from '@signet/test-support/application/application'
import {
  hangingModel,
  textModel,
  toolModel,
  type TestModel,
} from '@signet/test-support/application/model'
import { tokenFor } from '@signet/test-support/application/remembering-application'
import { describeStores } from '@signet/test-support/store/stores'

const HOUR = 3_600_000
/** Each day, twelve hours from now: none of these tests takes that long. */
const in12Hours = new Date(Date.now() + 12 * HOUR)
const CRON = `${in12Hours.getUTCMinutes()} ${in12Hours.getUTCHours()} * * *`
/** Until behind that. */
const UNTIL_DUE = 13 * HOUR
const ADMIN: Claims = { role: 'admin' }
const alice = tokenFor('alice', ADMIN)
const bob = tokenFor('bob', ADMIN)

/** What a test needs of where schedules are kept. */
interface Kept {
  readonly schedules: ScheduleStorage
  readonly store: Store | undefined
  /** Sets the clock of the schedules forward. */
  pass(ms: number): void
}

const apps: App[] = []

interface Given {
  readonly model?: TestModel
  readonly roles?: Readonly<Record<string, readonly string[]>>
  readonly timeout?: number
  readonly withoutClerk?: boolean
  /** What every caller owns. Default: each their own. */
  readonly resourceId?: string
  /** The storage is still to come. */
  readonly isBeforeStorage?: boolean
}

function authOf(resourceId: string): MastraJwtAuth {
  return new MastraJwtAuth({ secret: SECRET, mapUserToResourceId: () => resourceId })
}

function start({ schedules, store }: Kept, given: Given = {}) {
  const paid: unknown[] = []
  const pay = createTool({
    id: 'pay',
    description: 'Pays',
    inputSchema: z.object({}),
    async execute(_input, { requestContext }) {
      paid.push(requestContext.principal?.subject)
      return 'paid'
    },
  })
  const model = given.model ?? textModel('Done.')
  const base = { instructions: 'Report.', model }
  const clerk = new Agent({
    ...base,
    id: 'clerk',
    name: 'Clerk',
    tools: { pay },
    ...(store !== undefined && { memory: new Memory() }),
  })
  const other = new Agent({ ...base, id: 'other', name: 'Other' })
  const step = createStep({
    id: 'double',
    inputSchema: z.object({ n: z.number() }),
    outputSchema: z.number(),
    async execute({ inputData, requestContext }) {
      paid.push([requestContext.principal?.subject, requestContext.client, inputData.n])
      return inputData.n * 2
    },
  })
  const double = createWorkflow({
    id: 'double',
    inputSchema: z.object({ n: z.number() }),
    outputSchema: z.number(),
  })
    .then(step)
    .commit()
  const { logger, lines } = createLogRecorder()
  const mastra = new Mastra({
    agents: given.withoutClerk === true ? { other } : { clerk, other },
    workflows: { double },
    ...(store !== undefined && { storage: store.memory }),
    server: {
      auth: given.resourceId === undefined ? createTestAuth() : authOf(given.resourceId),
      ...(given.roles && { access: { roles: given.roles } }),
      ...(given.timeout !== undefined && { timeout: given.timeout }),
    },
    logger,
  })
  if (given.isBeforeStorage !== true) mastra.setScheduleStorage(schedules)
  if (store !== undefined) mastra.setRuns(store.runs)
  const app = createApp(mastra, { state: store ?? {} })
  apps.push(app)
  return { app, paid, model, lines, mastra }
}

/** What a route answered. */
interface Said {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
}

async function call(app: App, method: string, path: string, json?: object, token = alice) {
  const request = makeRequest(`/api/schedules${path}`, { method, token, ...(json && { json }) })
  const response = await app.fetch(request)
  return { status: response.status, body: (await response.json()) as Said['body'] }
}

const REPORT = { agentId: 'clerk', cron: CRON, prompt: 'Report.' }

async function make(app: App, more: object = {}, token = alice): Promise<string> {
  const { status, body } = await call(app, 'POST', '', { ...REPORT, ...more }, token)
  expect([status, body]).toStrictEqual([200, body])
  return String(body['id'])
}

async function triggersOf(app: App, id: string, token = alice) {
  const { body } = await call(app, 'GET', `/${id}/triggers`, undefined, token)
  return body['triggers'] as readonly Readonly<Record<string, unknown>>[]
}

/** The newest fire, once it has ended. */
async function ended(app: App, id: string, token = alice) {
  return await vi.waitFor(async () => {
    const [newest] = await triggersOf(app, id, token)
    expect(newest?.['outcome']).not.toBe('published')
    expect(newest).toBeDefined()
    return newest
  }, 20_000)
}

async function fireByHand(app: App, id: string, token = alice) {
  const { status } = await call(app, 'POST', `/${id}/run`, undefined, token)
  expect(status).toBe(200)
  return await ended(app, id, token)
}

/** The members of JSON that its schema does not name, at all levels that it describes. */
function unknownMembers(schema: z.ZodType | undefined, value: unknown): unknown {
  if (schema === undefined) return ['all']
  const form = schema instanceof z.ZodOptional ? schema.unwrap() : schema
  if (form instanceof z.ZodArray && Array.isArray(value)) {
    return value.flatMap((each) => unknownMembers(form.element as z.ZodType, each))
  }
  if (!(form instanceof z.ZodObject)) return []
  const shape: Readonly<Record<string, z.ZodType>> = form.shape
  return Object.entries(Object(value)).flatMap(([name, member]) =>
    name in shape ? unknownMembers(shape[name], member) : [name],
  )
}

const refusal = ({ status, body }: Said) => [status, body['code']]

async function revoke(app: App, json: object): Promise<void> {
  const token = tokenFor('operator', { role: 'owner' })
  const response = await app.fetch(makeRequest('/api/auth/revocations', { token, json }))
  expect(response.status).toBeLessThan(300)
}

function declareRules(open: () => Promise<Kept>): void {
  it('is made, read, changed, paused, resumed and deleted by its owner', async () => {
    const { app } = start(await open())
    const given = {
      ...REPORT,
      id: 'daily',
      cron: '0 9 * * 1-5',
      timezone: 'Europe/Zurich',
      name: 'x',
      metadata: { a: 1 },
    }
    const made = await call(app, 'POST', '', given)
    expect(made).toMatchObject({
      status: 200,
      body: {
        ...given,
        id: 'agent_daily',
        overlap: 'skip',
        status: 'active',
        nextFireAt: expect.any(Number),
        firesAs: { issuer: 'local', subject: 'alice' },
      },
    })
    expect(JSON.stringify(made.body)).not.toContain('caller')
    expect((await call(app, 'GET', '/daily')).body).toStrictEqual(made.body)
    expect((await call(app, 'GET', '?agentId=clerk&status=active&name=x')).body).toStrictEqual({
      schedules: [made.body],
    })
    expect((await call(app, 'GET', '?agentId=other')).body).toStrictEqual({ schedules: [] })
    const change = { cron: '@daily', prompt: 'New.', overlap: 'queue' }
    const changed = await call(app, 'PATCH', '/agent_daily', change)
    expect(changed.body).toMatchObject({ ...change, name: 'x', timezone: 'Europe/Zurich' })
    const paused = await call(app, 'POST', '/agent_daily/pause')
    expect(paused.body).toMatchObject({ status: 'paused', nextFireAt: expect.any(Number) })
    expect((await call(app, 'POST', '/agent_daily/resume')).body['status']).toBe('active')
    const paused2 = await call(app, 'PATCH', '/agent_daily', { status: 'paused' })
    expect(paused2.body['status']).toBe('paused')
    expect((await call(app, 'DELETE', '/agent_daily')).status).toBe(200)
    expect(refusal(await call(app, 'GET', '/agent_daily'))).toStrictEqual([404, 'not_found'])
    expect(refusal(await call(app, 'DELETE', '/agent_daily'))).toStrictEqual([404, 'not_found'])
  })

  it('of another owner is 404, and goes on', async () => {
    const { app } = start(await open())
    const id = await make(app)
    for (const [method, path, json] of [
      ['GET', ''],
      ['PATCH', '', { prompt: 'Mine.' }],
      ['DELETE', ''],
      ['POST', '/pause'],
      ['POST', '/resume'],
      ['POST', '/run'],
      ['GET', '/triggers'],
    ] as const) {
      const said = await call(app, method, `/${id}${path}`, json, bob)
      expect(refusal(said)).toStrictEqual([404, 'not_found'])
    }
    expect((await call(app, 'GET', '', undefined, bob)).body).toStrictEqual({ schedules: [] })
    expect((await call(app, 'GET', `/${id}`)).body).toMatchObject({
      status: 'active',
      prompt: 'Report.',
    })
  })

  it('fires when its time has come, as who made it', async () => {
    const kept = await open()
    const { app, paid, model } = start(kept, { model: toolModel('pay') })
    const id = await make(app)
    expect(await triggersOf(app, id)).toStrictEqual([])
    kept.pass(UNTIL_DUE)
    expect(await ended(app, id)).toMatchObject({
      scheduleId: id,
      outcome: 'succeeded',
      triggerKind: 'schedule-fire',
      run: { status: 'success', durationMs: expect.any(Number) },
    })
    expect(paid).toStrictEqual(['alice'])
    expect(JSON.stringify(model.calls[0]?.prompt)).toContain('Report.')
    expect((await call(app, 'GET', `/${id}`)).body).toMatchObject({
      lastFireAt: expect.any(Number),
      lastRunId: expect.any(String),
    })
  })

  it('fires by hand, and tells by which id', async () => {
    const { app } = start(await open())
    const id = await make(app)
    const { body } = await call(app, 'POST', `/${id}/run`)
    const fired = await ended(app, id)
    expect(body).toStrictEqual({
      scheduleId: id,
      claimId: fired?.['runId'],
      scheduledFireAt: fired?.['scheduledFireAt'],
    })
    expect(fired).toMatchObject({ outcome: 'succeeded', triggerKind: 'manual' })
  })

  it('does not fire once what its maker was given is revoked, and says why', async () => {
    const { app, model } = start(await open())
    const id = await make(app)
    await revoke(app, { subject: 'alice' })
    const later = tokenFor('alice', { ...ADMIN, iat: Math.floor(Date.now() / 1000) + 2 })
    await vi.waitFor(
      async () => expect((await call(app, 'GET', '', undefined, later)).status).toBe(200),
      5000,
    )
    expect(await fireByHand(app, id, later)).toMatchObject({
      outcome: 'skipped',
      code: 'token_revoked',
    })
    expect((await call(app, 'GET', `/${id}`, undefined, later)).body).toMatchObject({
      status: 'paused',
      pausedBy: { code: 'token_revoked' },
    })
    expect(model.calls).toHaveLength(0)
    // Who resumes it is who it fires as. In the second of the revocation that is not yet another.
    const resumable = Math.floor(Date.now() / 1000) + 1
    await vi.waitFor(() => expect(Date.now() / 1000).toBeGreaterThan(resumable), 5000)
    expect((await call(app, 'POST', `/${id}/resume`, undefined, later)).status).toBe(200)
    expect(await fireByHand(app, id, later)).toMatchObject({ outcome: 'succeeded' })
  })

  it('does not fire once the token that made it is revoked', async () => {
    const { app, model } = start(await open())
    const token = tokenFor('alice', { ...ADMIN, jti: 'made-it' })
    const id = await make(app, {}, token)
    await revoke(app, { issuer: 'local', jti: 'made-it' })
    expect(await fireByHand(app, id)).toMatchObject({ outcome: 'skipped', code: 'token_revoked' })
    expect(model.calls).toHaveLength(0)
  })

  it('does not fire for who owns something else now', async () => {
    const kept = await open()
    const before = start(kept)
    const id = await make(before.app)
    await before.app.close()
    const { app, model } = start(kept, { resourceId: 'other' })
    const owner = ownerKey({ resourceId: 'alice' })
    await kept.schedules.trigger(owner, id)
    await app.begin()
    await vi.waitFor(async () => {
      expect(await kept.schedules.get(owner, id)).toMatchObject({
        status: 'paused',
        pausedBy: { code: 'access_denied' },
      })
    }, 20_000)
    expect(model.calls).toHaveLength(0)
  })

  it.each([
    ['changes', 'PATCH', '', { status: 'active' }],
    ['resumes', 'POST', '/resume', undefined],
  ] as const)(
    'is paused again where who %s it is revoked meanwhile',
    async (_case, method, path, json) => {
      const kept = await open()
      let meanwhile = async () => {}
      const schedules: ScheduleStorage = {
        ...kept.schedules,
        async update(...given) {
          const changed = await kept.schedules.update(...given)
          const once = meanwhile
          meanwhile = async () => {}
          await once()
          return changed
        },
      }
      const { app } = start({ ...kept, schedules })
      const id = await make(app)
      await call(app, 'POST', `/${id}/pause`)
      const good = tokenFor('alice', { ...ADMIN, jti: 'good' })
      expect((await call(app, method, `/${id}${path}`, json, good)).body['status']).toBe('active')
      await call(app, 'POST', `/${id}/pause`)
      const token = tokenFor('alice', { ...ADMIN, jti: 'ended' })
      meanwhile = () => revoke(app, { issuer: 'local', jti: 'ended' })
      const said = await call(app, method, `/${id}${path}`, json, token)
      expect(refusal(said)).toStrictEqual([401, 'token_revoked'])
      await vi.waitFor(async () => {
        const { body } = await call(app, 'GET', `/${id}`)
        expect(body).toMatchObject({ status: 'paused', prompt: 'Report.' })
      }, 5000)
    },
  )

  it('outlives the end of the token that made it', async () => {
    const { app } = start(await open())
    const exp = Math.floor(Date.now() / 1000) + 2
    const id = await make(app, {}, tokenFor('alice', { ...ADMIN, exp }))
    await vi.waitFor(() => expect(Date.now() / 1000).toBeGreaterThan(exp), 5000)
    expect(await fireByHand(app, id)).toMatchObject({ outcome: 'succeeded' })
  })

  it.each([
    ['its role may not run the agent any more', { clerk: ['schedules:*'] }],
    ['its role may not schedule any more', { clerk: ['schedules:read', 'agents:execute'] }],
    ['its role is gone', {}],
  ])('does not fire once %s', async (_case, roles: Record<string, string[]>) => {
    const kept = await open()
    const clerk = ['schedules:*', 'agents:execute:clerk']
    const admin = ['schedules:*', 'agents:*']
    const token = tokenFor('alice', { role: 'clerk' })
    const before = start(kept, { roles: { clerk, admin } })
    const id = await make(before.app, {}, token)
    await before.app.close()
    const { app, model } = start(kept, { roles: { ...roles, admin } })
    expect(await fireByHand(app, id)).toMatchObject({
      outcome: 'skipped',
      code: 'scope_insufficient',
    })
    expect((await call(app, 'GET', `/${id}`)).body['status']).toBe('paused')
    expect(model.calls).toHaveLength(0)
  })

  it('offers the model the tools that its maker may execute, and no other', async () => {
    const kept = await open()
    const roles = { clerk: ['schedules:*', 'agents:execute:clerk'] }
    const { app, model } = start(kept, { roles })
    const token = tokenFor('alice', { role: 'clerk' })
    await fireByHand(app, await make(app, {}, token), token)
    expect(model.calls[0]?.tools ?? []).toStrictEqual([])
  })

  it('fires as who changed it last', async () => {
    const kept = await open()
    const roles = {
      more: ['schedules:*', 'agents:*', 'tools:*'],
      less: ['schedules:*', 'agents:*'],
    }
    const { app, model } = start(kept, { roles })
    const id = await make(app, {}, tokenFor('alice', { role: 'more' }))
    const less = tokenFor('alice', { role: 'less' })
    await call(app, 'PATCH', `/${id}`, { prompt: 'Pay.' }, less)
    await fireByHand(app, id, less)
    expect(model.calls[0]?.tools ?? []).toStrictEqual([])
  })

  it('is paused where the agent is gone', async () => {
    const kept = await open()
    const before = start(kept)
    const id = await make(before.app)
    await before.app.close()
    const { app } = start(kept, { withoutClerk: true })
    expect(await fireByHand(app, id)).toMatchObject({ outcome: 'skipped', code: 'not_found' })
    expect((await call(app, 'GET', `/${id}`)).body['status']).toBe('paused')
  })

  it('ends a fire that takes too long, and one whose caller is revoked meanwhile', async () => {
    const kept = await open()
    const slow = hangingModel(true)
    const { app } = start(kept, { model: slow.model, timeout: 1000 })
    const id = await make(app)
    expect(await fireByHand(app, id)).toMatchObject({
      outcome: 'aborted',
      code: 'deadline_exceeded',
      run: { status: 'canceled' },
    })
    slow.release()
    const stuck = hangingModel(true)
    const second = start(kept, { model: stuck.model })
    await call(second.app, 'POST', `/${id}/run`)
    await stuck.started
    await revoke(second.app, { issuer: 'local', subject: 'alice' })
    const later = tokenFor('alice', { ...ADMIN, iat: Math.floor(Date.now() / 1000) + 2 })
    await vi.waitFor(async () => {
      expect((await call(second.app, 'GET', '', undefined, later)).status).toBe(200)
    }, 5000)
    expect(await ended(second.app, id, later)).toMatchObject({
      outcome: 'aborted',
      code: 'token_revoked',
    })
    stuck.release()
  })

  it('fires while many of another owner go on', async () => {
    const kept = await open()
    const { model, release } = hangingModel(true)
    const { app } = start(kept, { model })
    const ids: string[] = []
    for (let count = 0; count < 17; count++) ids.push(await make(app))
    const given = { workflowId: 'double', cron: CRON, inputData: { n: 4 } }
    const { body } = await call(app, 'POST', '', given, bob)
    kept.pass(UNTIL_DUE)
    expect(await ended(app, String(body['id']), bob)).toMatchObject({ outcome: 'succeeded' })
    const triggers = await Promise.all(ids.map((id) => triggersOf(app, id)))
    expect(triggers.filter(({ length }) => length > 0)).toHaveLength(4)
    release()
  })

  it('fires on where another schedule fails', async () => {
    const kept = await open()
    const { app } = start(kept)
    const bad = await make(app, { agentId: 'other' })
    const good = await make(app)
    await call(app, 'DELETE', `/${bad}`)
    kept.pass(UNTIL_DUE)
    expect(await ended(app, good)).toMatchObject({ outcome: 'succeeded' })
  })

  it.each<[string, object, string]>([
    ['a pattern that never fires', { cron: '0 0 30 2 *' }, 'cron'],
    ['a pattern that is searched for without end', { cron: '0 0 0 1-28 * +0-6#5 1-9999' }, 'cron'],
    ['a pattern that fires each second', { cron: '* * * * * *' }, 'cron'],
    ['a text that is no pattern', { cron: 'soon' }, 'cron'],
    ['a zone that is none', { timezone: 'Mars/Olympus' }, 'timezone'],
    ['an agent that is none', { agentId: 'nobody' }, 'agentId'],
    ['an empty prompt', { prompt: '' }, 'prompt'],
    ['a prompt that is too long', { prompt: 'x'.repeat(16_385) }, 'prompt'],
    ['an overlap that is none', { overlap: 'both' }, 'overlap'],
    ['an id that is none', { id: 'a b' }, 'id'],
    ['an input of a workflow', { inputData: {} }, 'inputData'],
    ['a name that nobody has', { promt: 'x' }, 'promt'],
    ['a thread of an agent without memory', { agentId: 'other', threadId: 't' }, 'threadId'],
  ])('is refused with %s', async (_case, more, field) => {
    const { app } = start(await open())
    const said = await call(app, 'POST', '', { ...REPORT, ...more })
    expect(said).toMatchObject({
      status: 400,
      body: { code: 'request_invalid', issues: [{ field }] },
    })
    expect((await call(app, 'GET', '')).body).toStrictEqual({ schedules: [] })
  })

  it.each([
    ['signalType', 'notification'],
    ['tagName', 'x'],
    ['attributes', { a: 1 }],
    ['ifActive', { behavior: 'discard' }],
    ['ifIdle', { behavior: 'wake' }],
    ['providerOptions', { openai: { a: 1 } }],
    ['status', 'paused'],
  ])('refuses %s of Mastra by name', async (name, value) => {
    const { app } = start(await open())
    expect(await call(app, 'POST', '', { ...REPORT, [name]: value })).toMatchObject({
      status: 400,
      body: { code: 'option_unsupported', issues: [{ field: name }] },
    })
  })

  it('needs the permission to schedule, and to run the agent', async () => {
    const { app } = start(await open())
    for (const [scope, missing] of [
      ['agents:execute', 'schedules:write'],
      ['schedules:*', 'agents:execute:clerk'],
      ['schedules:* agents:execute:other', 'agents:execute:clerk'],
    ] as const) {
      const said = await call(app, 'POST', '', REPORT, tokenFor('alice', { scope }))
      expect(said).toMatchObject({ status: 403, body: { code: 'scope_insufficient' } })
      expect(JSON.stringify(said.body)).toContain(missing)
    }
    const id = await make(app)
    const reader = tokenFor('alice', { scope: 'schedules:*' })
    for (const [method, path, json] of [
      ['PATCH', '', { prompt: 'x' }],
      ['POST', '/run'],
      ['POST', '/resume'],
    ] as const) {
      expect((await call(app, method, `/${id}${path}`, json, reader)).status).toBe(403)
    }
    const member = tokenFor('alice', { role: 'member' })
    expect((await call(app, 'GET', '', undefined, member)).status).toBe(403)
  })

  it('is asked for permission before its pattern is read', async () => {
    const { app } = start(await open())
    const reader = tokenFor('alice', { scope: 'schedules:*' })
    const bad = { cron: 'soon' }
    const id = await make(app)
    expect((await call(app, 'POST', '', { ...REPORT, ...bad }, reader)).status).toBe(403)
    expect((await call(app, 'PATCH', `/${id}`, bad, reader)).status).toBe(403)
    expect((await call(app, 'POST', '', { ...REPORT, ...bad })).status).toBe(400)
    expect((await call(app, 'PATCH', `/${id}`, bad)).status).toBe(400)
  })

  it('is one of 100 of its owner at most', async () => {
    const { app } = start(await open())
    for (let count = 0; count < 100; count++) await make(app)
    expect(refusal(await call(app, 'POST', '', REPORT))).toStrictEqual([409, 'schedule_limit'])
    expect((await call(app, 'POST', '', REPORT, bob)).status).toBe(200)
  })

  it('starts a workflow, whose run is that of who made it', async () => {
    const { app, paid } = start(await open())
    const given = {
      workflowId: 'double',
      cron: CRON,
      inputData: { n: 4 },
      requestContext: { a: 1 },
    }
    const made = await call(app, 'POST', '', given)
    expect(made).toMatchObject({ status: 200, body: given })
    const id = String(made.body['id'])
    expect(id).toMatch(/^schedule_/)
    const fired = await fireByHand(app, id)
    expect(fired).toMatchObject({ outcome: 'succeeded', run: { status: 'success' } })
    expect(paid).toStrictEqual([['alice', { a: 1 }, 4]])
    const path = `/api/workflows/double/runs/${String(fired?.['runId'])}`
    expect((await app.fetch(makeRequest(path, { token: alice }))).status).toBe(200)
    expect((await app.fetch(makeRequest(path, { token: bob }))).status).toBe(404)
    expect((await call(app, 'GET', '?workflowId=double')).body['schedules']).toHaveLength(1)
    expect((await call(app, 'GET', '?agentId=double')).body['schedules']).toHaveLength(0)
  })

  it.each([
    ['an agent', REPORT, 'agent_'],
    ['a workflow', { workflowId: 'double', cron: CRON }, 'schedule_'],
  ])('of %s has the id that was chosen, and one with a prefix', async (_case, given, prefix) => {
    const { app } = start(await open())
    const { body } = await call(app, 'POST', '', { ...given, id: 'mine' })
    expect(body['id']).toBe(`${prefix}mine`)
    for (const id of ['mine', `${prefix}mine`]) {
      expect((await call(app, 'GET', `/${id}`)).body).toStrictEqual(body)
      expect((await call(app, 'GET', `/${id}`, undefined, bob)).status).toBe(404)
    }
    expect((await call(app, 'DELETE', '/mine')).status).toBe(200)
    expect((await call(app, 'GET', '/mine')).status).toBe(404)
  })

  it('gives a workflow null where that is its input', async () => {
    const { app } = start(await open())
    const given = { workflowId: 'double', cron: CRON, id: 'mine' }
    const made = await call(app, 'POST', '', { ...given, inputData: null })
    expect(made.body).toMatchObject({ inputData: null })
    const changed = await call(app, 'PATCH', '/mine', { inputData: { n: 4 } })
    expect(changed.body).toMatchObject({ inputData: { n: 4 } })
    const kept = await call(app, 'PATCH', '/mine', { overlap: 'queue' })
    expect(kept.body).toMatchObject({ inputData: { n: 4 } })
    const emptied = await call(app, 'PATCH', '/mine', { inputData: null })
    expect(emptied.body).toMatchObject({ inputData: null })
  })

  it('shows nothing that the description of its routes does not have', async () => {
    const { app } = start(await open())
    const json = { n: 4 }
    const said = { inputData: json, initialState: json, requestContext: json, metadata: json }
    const { body } = await call(app, 'POST', '', { workflowId: 'double', cron: CRON, ...said })
    const id = String(body['id'])
    await fireByHand(app, id)
    for (const [path, shown] of [
      ['/schedules/:scheduleId', (await call(app, 'GET', `/${id}`)).body],
      ['/schedules/:scheduleId/triggers', (await call(app, 'GET', `/${id}/triggers`)).body],
    ] as const) {
      const route = app.table.routes.find((each) => each.method === 'GET' && each.path === path)
      expect(unknownMembers(route?.response, shown)).toStrictEqual([])
    }
  })

  it('of a workflow fails with an input that does not fit, and is refused what is of an agent', async () => {
    const { app } = start(await open())
    const given = { workflowId: 'double', cron: CRON, inputData: { n: 'x' } }
    const { body } = await call(app, 'POST', '', given)
    expect(await fireByHand(app, String(body['id']))).toMatchObject({
      outcome: 'failed',
      code: 'request_invalid',
    })
    expect(await call(app, 'POST', '', { ...given, prompt: 'x' })).toMatchObject({
      status: 400,
      body: { issues: [{ field: 'prompt' }] },
    })
    const reader = tokenFor('alice', { scope: 'schedules:* agents:execute' })
    expect((await call(app, 'POST', '', given, reader)).status).toBe(403)
  })

  it('of the application is its own, made before there was a storage, and made once', async () => {
    const kept = await open()
    const { app, mastra } = start(kept, { isBeforeStorage: true })
    const report = { ...REPORT, id: 'own', agentId: 'other' }
    await expect(mastra.schedules.create({ ...report, id: undefined })).rejects.toMatchObject({
      issues: [{ field: 'id' }],
    })
    await mastra.schedules.create(report)
    mastra.setScheduleStorage(kept.schedules)
    await app.begin()
    await vi.waitFor(async () => {
      expect(await mastra.schedules.list()).toMatchObject([{ id: 'agent_own' }])
    }, 20_000)
    expect((await call(app, 'GET', '')).body).toStrictEqual({ schedules: [] })
    expect((await call(app, 'GET', '/agent_own')).status).toBe(404)
    await mastra.schedules.run('own')
    await vi.waitFor(async () => {
      expect(await mastra.schedules.triggers('own')).toMatchObject([{ outcome: 'succeeded' }])
    }, 20_000)
  })

  it('fires where one of the application cannot be stored, and its others are', async () => {
    const kept = await open()
    const report = { ...REPORT, agentId: 'other', cron: '0 0 29 2 *' }
    const before = start(kept).mastra.schedules
    for (let count = 0; count < 100; count++) await before.create({ ...report, id: `old${count}` })
    const { app, mastra, lines } = start(kept, { isBeforeStorage: true })
    // The newest is stored first.
    await mastra.schedules.create({ ...report, id: 'old7', prompt: 'Changed.' })
    await mastra.schedules.create({ ...report, id: 'one-too-many' })
    mastra.setScheduleStorage(kept.schedules)
    const id = await make(app)
    expect(await fireByHand(app, id)).toMatchObject({ outcome: 'succeeded' })
    expect(await mastra.schedules.get('old7')).toMatchObject({ prompt: 'Changed.' })
    expect(JSON.stringify(lines)).toContain('The schedule agent_one-too-many cannot be stored.')
  })

  it('has an id once', async () => {
    const { app } = start(await open())
    await make(app, { id: 'a' })
    const again = await call(app, 'POST', '', { ...REPORT, id: 'agent_a' })
    expect(refusal(again)).toStrictEqual([409, 'schedule_exists'])
  })
}

afterEach(async () => {
  await Promise.all(apps.splice(0).map((app) => app.close()))
})

describe('a schedule in memory', () => {
  declareRules(async () => {
    let ahead = 0
    return {
      schedules: createMemorySchedules(() => Date.now() + ahead),
      store: undefined,
      pass: (ms) => void (ahead += ms),
    }
  })
})

describeStores('a schedule in a store', (stores) => {
  // Before the stores are closed.
  afterEach(async () => {
    await Promise.all(apps.splice(0).map((app) => app.close()))
  })

  const open = async () => {
    let ahead = 0
    const store = await stores.open(undefined, { now: () => Date.now() + ahead })
    return { schedules: store.schedules, store, pass: (ms: number) => void (ahead += ms) }
  }
  declareRules(open)

  it('goes on in its thread, which is that of its owner', async () => {
    const { app } = start(await open())
    const id = await make(app, { threadId: 't', resourceId: 'bob' })
    await fireByHand(app, id)
    const read = async (token: string) => {
      const request = makeRequest('/api/memory/threads/t/messages', { token })
      return await app.fetch(request)
    }
    const { messages } = (await (await read(alice)).json()) as {
      readonly messages: readonly { readonly role: string }[]
    }
    expect(messages.map(({ role }) => role)).toStrictEqual(['user', 'assistant'])
    expect((await read(bob)).status).toBe(404)
  })

  it('of an API key fires as the key, and not once it is revoked', async () => {
    const kept = await open()
    const { app, paid } = start(kept, { model: toolModel('pay') })
    const json = { name: 'nightly', scopes: ['schedules:*', 'agents:execute', 'tools:execute'] }
    const response = await app.fetch(makeRequest('/api/auth/api-keys', { token: alice, json }))
    const { key, id: keyId } = (await response.json()) as { key: string; id: string }
    const id = await make(app, {}, key)
    expect(await fireByHand(app, id, key)).toMatchObject({ outcome: 'succeeded' })
    expect(paid).toStrictEqual([`key:${keyId}`])
    const path = `/api/auth/api-keys/${keyId}`
    await app.fetch(makeRequest(path, { method: 'DELETE', token: alice }))
    kept.pass(UNTIL_DUE)
    const owner = ownerKey({ issuer: 'signet:api-keys', resourceId: `key:${keyId}` })
    await vi.waitFor(async () => {
      expect(await kept.schedules.get(owner, id)).toMatchObject({
        status: 'paused',
        pausedBy: { code: 'token_revoked' },
      })
    }, 20_000)
    expect(paid).toHaveLength(1)
  })

  it('does not fire for a revoked token, however long ago that has ended', async () => {
    const options = await stores.locate()
    let ahead = 0
    const keep = async () => {
      const store = await stores.open(options, { now: () => Date.now() + ahead })
      return { schedules: store.schedules, store, pass: () => undefined }
    }
    const { app } = start(await keep())
    const token = tokenFor('alice', { ...ADMIN, jti: 'ended' })
    const id = await make(app, {}, token)
    await app.fetch(makeRequest('/api/auth/logout', { method: 'POST', token }))
    await app.close()
    ahead = 72 * HOUR
    const kept = await keep()
    // What may be forgotten is forgotten with the next one.
    const another = { kind: 'token-id', issuer: 'local', tokenId: 'another' } as const
    await kept.store.revocations.append(another)
    const later = start(kept)
    await later.app.begin()
    const owner = ownerKey({ resourceId: 'alice' })
    await vi.waitFor(async () => {
      expect(await kept.schedules.get(owner, id)).toMatchObject({
        status: 'paused',
        pausedBy: { code: 'token_revoked' },
      })
    }, 20_000)
    expect(later.model.calls).toHaveLength(0)
  })

  it('has in the audit who did what, and each fire', async () => {
    const kept = await open()
    const { app } = start(kept)
    const id = await make(app)
    await fireByHand(app, id)
    await call(app, 'DELETE', `/${id}`)
    await app.close()
    const records = async (action: string) =>
      await kept.store.audit.list({ action, subject: 'alice', limit: 9 })
    expect(await records('schedules:write')).toMatchObject([{ resource: id, status: 200 }])
    expect(await records('schedules:delete')).toMatchObject([{ resource: id, status: 200 }])
    const fires = (await records('schedules:execute')).map(({ resource }) => resource)
    expect(fires.toSorted()).toStrictEqual([id, `clerk/${id}`])
  })

  it('fires once over two servers', async () => {
    const options = await stores.locate()
    let ahead = 0
    const probe = { now: () => Date.now() + ahead }
    const kept = async () => {
      const store = await stores.open(options, probe)
      return { schedules: store.schedules, store, pass: (ms: number) => void (ahead += ms) }
    }
    const [first, second] = [start(await kept()), start(await kept())]
    const ids: string[] = []
    for (let count = 0; count < 10; count++) ids.push(await make(first.app))
    await second.app.begin()
    ahead += UNTIL_DUE
    for (const id of ids) {
      await ended(second.app, id)
      expect(await triggersOf(first.app, id)).toHaveLength(1)
    }
    expect(first.model.calls.length + second.model.calls.length).toBe(10)
  })
})
