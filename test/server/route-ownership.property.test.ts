import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { MastraJwtAuth } from '@signet/auth'
import type { Mastra } from '@signet/core'
import { createProxy } from '@signet/proxy'
import { createApp, type App, type Route } from '@signet/server'
import { openStore, type Store } from '@signet/store'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { UpstreamServer } from '@signet/test-support/http/upstream-server'
import { createLogRecorder, SECRET } from '@signet/test-support/application/application'
import { takeOverChance, type Repeatable } from '@signet/test-support/time/repeatable'
import {
  createRouteApplication,
  KNOWN_NAMES,
} from '@signet/test-support/application/route-application'
import {
  callsOf,
  toWire,
  type RouteCall,
  type WireCall,
} from '@signet/test-support/http/route-calls'
import type { NameRef } from '@signet/test-support/http/schema-value'

// Everything here is made from the live table of routes: a new route is covered as it is added.

/** How often the property is tried. More by SIGNET_PROPERTY_RUNS, with a longer --testTimeout. */
const numRuns = Number(process.env['SIGNET_PROPERTY_RUNS'] || 150)
const START = Date.UTC(2030, 0, 1)

const directory = mkdtempSync(join(tmpdir(), 'signet-routes-'))
const auth = new MastraJwtAuth({ secret: SECRET, now: () => START })
const { logger, lines } = createLogRecorder()
let store: Store
let upstream: UpstreamServer
let app: App
let chance: Repeatable

function createMastra(): Mastra {
  return createRouteApplication({ storage: store.memory, logger, server: { auth } })
}

/** A built Studio, as far as a server looks at it. */
function writeStudio(): string {
  const studio = join(directory, 'studio')
  mkdirSync(join(studio, 'assets'), { recursive: true })
  writeFileSync(join(studio, 'index.html'), '<title>Studio</title>')
  return studio
}

beforeAll(async () => {
  // First, because the store keeps the clock that it finds.
  chance = takeOverChance()
  store = await openStore({ directory })
  upstream = await UpstreamServer.start((response) => {
    response.setHeader('content-type', 'application/json').end('{}')
  })
})

afterAll(async () => {
  chance.restore()
  await upstream.stop()
  await store.close()
  rmSync(directory, { recursive: true })
})

/** What has a table of routes. Of a proxy, those that it answers itself. */
const APPS: Readonly<Record<'server' | 'proxy', () => App>> = {
  server: () =>
    createApp(createMastra(), { state: { audit: store.audit, apiKeys: store.apiKeys } }),
  proxy: () =>
    createProxy(
      { auth },
      {
        upstream: upstream.url,
        state: { audit: store.audit, apiKeys: store.apiKeys },
        studio: writeStudio(),
        logger,
      },
    ),
}

/** A caller. The issuer differs from world to world, so that what one world stores is of no other. */
interface Caller {
  readonly subject: string
  readonly issuer: string
  /** Default: everything. */
  readonly permissions?: readonly string[]
  /** Of the token: each request has its own, so that one that logs out ends no other. */
  readonly id: string
}

function tokenOf({ subject, issuer, permissions = ['*'], id }: Caller): string {
  return auth.sign({ sub: subject, iss: issuer, permissions, jti: id, exp: START / 1000 + 1e6 })
}

/**
 * The answer without the number of a revocation and its time, which never goes back: both follow those of all callers,
 * and whoever may revoke what others were given may know of them.
 */
function withoutPlace(text: string): string {
  if (!text.includes('"sequence":')) return text
  return text
    .replace(/"sequence":\d+/, '"sequence":0')
    .replace(/"createdAt":"[^"]*"/, `"createdAt":"${new Date(START).toISOString()}"`)
}

async function send(call: WireCall, token: string | undefined): Promise<Response> {
  const headers = new Headers({ host: 'localhost' })
  if (token !== undefined) headers.set('authorization', `Bearer ${token}`)
  if (call.body !== undefined) headers.set('content-type', 'application/json')
  const { method, body } = call
  return app.fetch(new Request(`http://localhost${call.path}`, { method, headers, body }))
}

/** Whether the request that was logged last got as far as the handler of its route. */
function reachedHandler(status: number, from: number): boolean {
  if (status < 400) return true
  const early =
    /^The (?:body|query) is not valid|^The request has options|^The path parameter|does not grant|^There is no such (?:option|path|route)/
  return !lines.slice(from).some(({ fields }) => early.test(String(fields['reason'])))
}

interface Step {
  readonly who: 0 | 1
  readonly call: RouteCall
}

/** A request that was sent, by whom and when, and what came back. */
interface Sent {
  readonly who: 0 | 1
  /** Names what is left to chance in it: the caller and the number of the request among theirs. */
  readonly seed: string
  readonly time: number
  readonly call: WireCall
  readonly status: number
  readonly text: string
}

const SUBJECTS = ['alice.7f3c', 'bob.9e41'] as const
/** Ids that both make up, so that they clash. */
const COMMON = ['shared-1', 'shared/2 ü']

type Known = Record<'thread' | 'message' | 'run' | 'call' | 'key', string[]>

const nothingKnown = (): Known => ({ thread: [], message: [], run: [], call: [], key: [] })

/** Keeps the ids that an answer shows, by what they are of. */
function learn(value: unknown, known: Known): void {
  if (Array.isArray(value)) for (const each of value) learn(each, known)
  if (typeof value !== 'object' || value === null) return
  for (const [name, member] of Object.entries(value)) {
    if (typeof member !== 'string') learn(member, known)
    else if (name === 'threadId') known.thread.push(member)
    else if (name === 'runId') known.run.push(member)
    else if (name === 'toolCallId') known.call.push(member)
    else if (name === 'id' && 'updatedAt' in value) known.thread.push(member)
    else if (name === 'id' && 'role' in value) known.message.push(member)
    else if (name === 'id' && 'key' in value) known.key.push(member)
  }
}

function kindOf(name: string): 'thread' | 'message' | 'call' | 'run' {
  if (/thread/i.test(name)) return 'thread'
  if (/message/i.test(name)) return 'message'
  return name === 'toolCallId' ? 'call' : 'run'
}

/** An own name, one of the other, a common one or one of nothing; of agents and tools, one that is there. */
function chooseFrom(own: Known, other: Known): (ref: NameRef) => string {
  return ({ name, choice }) => {
    const fixed = name.startsWith('resource') ? SUBJECTS : KNOWN_NAMES[name]
    if (fixed !== undefined) return fixed[choice % fixed.length] ?? ''
    // API keys are everybody's to revoke who may: each revokes those that they made.
    if (name === 'keyId') return own.key[choice % own.key.length] ?? 'nothing'
    const kind = kindOf(name)
    const lists = [own[kind], own[kind], other[kind], COMMON]
    const list = lists[choice % lists.length] ?? []
    const names = list.length === 0 ? COMMON : list.slice(-4)
    return names[Math.floor(choice / lists.length) % names.length] ?? ''
  }
}

/**
 * What is about every caller, for whoever runs the server, and fresh keys: of it only the status must be
 * the same.
 */
const ABOUT_ALL = /^(?:\/signet)?\/(?:metrics|api\/audit|api\/auth\/api-keys)(?![\w-])/

/** What must not depend on the other. */
function ownPart(sent: Sent): Sent {
  return ABOUT_ALL.test(sent.call.path) ? { ...sent, text: '' } : sent
}

let world = 0
const reached = new Map<Route, { calls: number; handled: number }>()

/** What begins a leg of a run that its response does not wait for. */
const UNWAITED =
  /^\/api\/workflows\/([^/?]+)\/(?:start|resume|resume-no-wait)\?(?:.*&)?runId=([^&]+)/

/** Waits for what a call left at work: where it stands when the next call comes would be chance. */
async function untilAtRest({ path }: WireCall, token: string): Promise<void> {
  const [, workflow, runId] = UNWAITED.exec(path) ?? []
  if (workflow === undefined || runId === undefined) return
  const run = `/api/workflows/${workflow}/runs/${runId}?fields=result`
  for (;;) {
    const seen: unknown = await (
      await send({ method: 'GET', path: run, body: undefined }, token)
    ).json()
    if (Reflect.get(Object(seen) as object, 'status') !== 'running') return
    await setImmediate()
  }
}

async function sendAt(
  { who, seed, time, call }: Omit<Sent, 'status' | 'text'>,
  issuer: string,
): Promise<Sent> {
  chance.start(seed, time)
  const token = tokenOf({ subject: SUBJECTS[who], issuer, id: seed })
  const response = await send(call, token)
  const text = withoutPlace(await response.text())
  await untilAtRest(call, token)
  return { who, seed, time, call, status: response.status, text }
}

function countReached(route: Route, { status }: Sent, from: number): void {
  const count = reached.get(route) ?? { calls: 0, handled: 0 }
  count.calls++
  if (reachedHandler(status, from)) count.handled++
  reached.set(route, count)
}

/** An answer is what the route, and so the OpenAPI document, says that it is. */
function checkShape({ response }: Route, { status, text }: Sent): void {
  if (status >= 300 || response === undefined) return
  const { error } = response.safeParse(JSON.parse(text))
  expect(error?.issues).toBeUndefined()
}

/** What an answer says, where it is JSON: also chunk by chunk. */
function jsonOf({ text }: Sent): readonly unknown[] {
  if (!text.startsWith('{')) return []
  const records = text.split('\x1E').filter((record) => record !== '')
  return records.map((record): unknown => JSON.parse(record))
}

/** Runs the requests of both, as they come. */
async function runTogether(steps: readonly Step[]): Promise<readonly Sent[]> {
  const issuer = `world-${world++}`
  const known: [Known, Known] = [nothingKnown(), nothingKnown()]
  const sent: Sent[] = []
  for (const [index, { who, call }] of steps.entries()) {
    const wire = toWire(app.table, call, chooseFrom(known[who], known[who === 0 ? 1 : 0]))
    const own = sent.filter((each) => each.who === who).length
    const from = lines.length
    const seed = `${SUBJECTS[who]} ${own}`
    const done = await sendAt({ who, seed, time: START + index * 1000, call: wire }, issuer)
    countReached(call.route, done, from)
    checkShape(call.route, done)
    if (done.status < 300) for (const each of jsonOf(done)) learn(each, known[who])
    sent.push(done)
  }
  return sent
}

/** Sends again what one of them sent, in a world without the other. */
async function runAlone(sent: readonly Sent[], who: 0 | 1): Promise<readonly Sent[]> {
  const issuer = `world-${world++}`
  const alone: Sent[] = []
  for (const each of sent.filter((each) => each.who === who)) alone.push(await sendAt(each, issuer))
  return alone
}

describe.each(['server', 'proxy'] as const)('every route of a %s', (kind) => {
  beforeAll(() => {
    app = APPS[kind]()
    reached.clear()
  })
  afterAll(() => app.close())

  const steps = () => {
    const isClosed = ({ access }: Route) => access !== 'public'
    const calls = app.table.routes.filter(isClosed).map((route) => ({
      // What neither names nor stores anything is the same for all, and so is called less.
      weight: route.body !== undefined || app.table.pathOf(route).includes(':') ? 4 : 1,
      arbitrary: callsOf(app.table, route),
    }))
    const who = fc.constantFrom<0 | 1>(0, 1)
    const step = fc.record({ who, call: fc.oneof(...calls) })
    return fc.array(step, { minLength: 20, maxLength: 60, size: 'max' })
  }

  // Some hundred requests, one after the other: a busy machine is given four times what it takes.
  it(
    'answers each of two callers as if the other were not there',
    { timeout: 120_000 },
    async () => {
      await fc.assert(
        fc.asyncProperty(steps(), async (steps) => {
          const sent = await runTogether(steps)
          for (const who of [0, 1] as const) {
            const own = sent.filter((each) => each.who === who).map(ownPart)
            expect((await runAlone(sent, who)).map(ownPart)).toStrictEqual(own)
            // What a caller says of owners is not looked at, so the other's name is in no answer.
            expect(own.map(({ text }) => text).join()).not.toContain(SUBJECTS[who === 0 ? 1 : 0])
          }
          expect(sent.filter(({ status }) => status >= 500)).toStrictEqual([])
          lines.length = 0
        }),
        { numRuns },
      )
    },
  )

  it('was reached by it, and by at least four of five calls to it', () => {
    const closed = app.table.routes.filter(({ access }) => access !== 'public')
    const counts = closed.map((route) => {
      const { calls, handled } = reached.get(route) ?? { calls: 0, handled: 0 }
      return { route: `${route.method} ${route.path}`, isReached: handled > 0, calls, handled }
    })
    expect(counts.filter(({ isReached }) => !isReached)).toStrictEqual([])
    const total = (of: 'calls' | 'handled') => counts.reduce((sum, each) => sum + each[of], 0)
    expect(total('handled') / total('calls')).toBeGreaterThan(0.8)
  })

  it('refuses a stranger, and a caller who holds no permission for it', async () => {
    const closed = app.table.routes.filter(({ access }) => access !== 'public')
    const names = chooseFrom(
      { ...nothingKnown(), thread: ['shared-1'], message: ['m'] },
      nothingKnown(),
    )
    for (const route of closed) {
      await fc.assert(
        fc.asyncProperty(callsOf(app.table, route), async (call) => {
          const wire = toWire(app.table, call, names)
          const stranger = await send(wire, undefined)
          expect(stranger.status).toBe(401)
          expect(await stranger.json()).toMatchObject({ code: 'token_missing' })
          if (route.access === 'authenticated') return
          const caller = { subject: 'nobody', issuer: 'world', permissions: [], id: 'nothing' }
          const nobody = await send(wire, tokenOf(caller))
          expect(nobody.status).toBe(403)
          expect(await nobody.json()).toMatchObject({ code: 'scope_insufficient' })
        }),
        { numRuns: 5 },
      )
    }
  })
})
