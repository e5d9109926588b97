import { MastraJwtAuth } from '@signet/auth'
import { requiredPermissions } from '@signet/auth/internal'
import { ownerKey } from '@signet/core'
import { createProxy, type ProxyApp } from '@signet/proxy'
import { serve, type RunningServer } from '@signet/server'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { MASTRA_1 } from '../packages/proxy/src/policy/mastra-1.js'
import {
  isClosed,
  type OpenRoute,
  type OwnerRule,
  type Place,
  type RoutePolicy,
  type ThingKind,
} from '../packages/proxy/src/policy/route-policy.js'
import { readContract, sample, type ContractRoute } from './support/client-contract.js'
import { startModelServer, type ModelServer } from './support/model-server.js'
import { startShapedApplication, type ShapedApplication } from './support/shaped-application.js'
import {
  startWholeApplication,
  type SeenRequest,
  type WholeApplication,
} from './support/whole-application.js'

const ISSUER = 'https://issuer.test'
const SECRET = 'a secret that is used by nothing but these tests'
const UPSTREAM_SECRET = 'another secret that is used by nothing but these tests'
const auth = new MastraJwtAuth({ secret: SECRET, issuer: ISSUER })
/** As the sample of the documentation verifies tokens. */
const verifying = new MastraJwtAuth({ secret: UPSTREAM_SECRET })
const SAMPLE = {
  name: 'jwt',
  authenticateToken: (token: string, request: never) => verifying.authenticateToken(token, request),
  authorizeUser: (user: unknown) => Boolean(user),
}

let model: ModelServer
let application: WholeApplication
let proxy: ProxyApp
let server: RunningServer

beforeAll(async () => {
  for (const method of ['debug', 'log', 'info', 'warn', 'error'] as const)
    vi.spyOn(console, method).mockReturnValue()
  model = await startModelServer()
  model.answerWith({ kind: 'text', pieces: ['Noted.'] })
  application = await startWholeApplication(model, SAMPLE)
  proxy = createProxy({ auth }, { upstream: application.url, upstreamSecret: UPSTREAM_SECRET })
  server = await serve(proxy.answer, { port: 0 })
})

afterAll(async () => {
  await server?.close(0)
  await proxy?.close()
  await application?.stop()
  await model?.stop()
  vi.restoreAllMocks()
})

const contract = new Map(readContract().map((route) => [`${route.method} ${route.path}`, route]))
const nameOf = ({ method, path }: RoutePolicy) => `${method} ${path}`
const ALL = MASTRA_1.map((line) => [nameOf(line), line] as const)
const OPEN = ALL.filter(
  (each): each is readonly [string, OpenRoute] => !isClosed(each[1]) && each[1].isOurs !== true,
)

/** What of the application has these names. */
const THINGS: Readonly<Record<string, unknown>> = {
  agentId: 'assistant',
  agent_id: 'assistant',
  toolId: 'get-weather',
  workflowId: 'order',
  serverId: 'house',
  scorerId: 'good',
  vectorName: 'index',
  workspaceId: 'shelf',
  controllerId: 'desk',
  resourceId: 'alice',
}

/** Values that the shapes of the contract say too little of. */
const VALUES: Readonly<Record<string, unknown>> = {
  ...THINGS,
  messages: 'Hello',
  audio: 'x',
  signal: { type: 'user-message', contents: 'Hello' },
  inputData: { item: 'x' },
  cron: '0 0 1 1 *',
  timeRange: { from: '2026-01-01T00:00:00.000Z', to: '2026-02-01T00:00:00.000Z' },
}

interface MadeRequest {
  readonly method: string
  /** Complete, with the query. */
  readonly path: string
  readonly body: unknown
}

/** A request that the contract allows, with no more than it needs. */
function requestOf(line: RoutePolicy, values: Readonly<Record<string, unknown>> = {}): MadeRequest {
  const { query, body } = contract.get(nameOf(line)) as ContractRoute
  const options = { isWhole: false, named: (name: string) => values[name] ?? VALUES[name] }
  const path = line.path.replaceAll(/:(\w+)/g, (_, name: string) =>
    encodeURIComponent(String(values[name] ?? THINGS[name] ?? `x-${name}`)),
  )
  const search = new URLSearchParams(
    Object.entries(sample(query, options) ?? {}).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  )
  const method = line.method === 'ALL' ? 'POST' : line.method
  return {
    method,
    path: `/api${path}${search.size === 0 ? '' : `?${search}`}`,
    body: method === 'GET' ? undefined : bodyOf(line, sample(body, options)),
  }
}

/** What stands in a body beside what the contract demands: an agent where a line does, and what a run begins with. */
function bodyOf(line: RoutePolicy, body: unknown): unknown {
  if (isClosed(line) || typeof body !== 'object') return body
  const isRun = ownerOf(line).runs?.some(({ absent }) => absent === 'make') === true
  return {
    ...(line.bodyAccess !== undefined && { agent_id: THINGS['agent_id'] }),
    ...(isRun && line.path.startsWith('/workflows') && { inputData: VALUES['inputData'] }),
    ...body,
  }
}

interface Told {
  readonly status: number
  readonly text: string
  readonly headers: Headers
}

const TOKEN = /.{60}eyJ[\w-]{8,}\.eyJ[\w-]{8,}/
const MAX_WAIT_MS = 150

/** What has come of a response that may be a stream without an end. */
async function textOf(response: Response): Promise<string> {
  const pieces: Uint8Array[] = []
  const reader = response.body?.getReader()
  if (reader === undefined) return ''
  const isEndless = /event-stream|text\/plain|x-json-stream/.test(
    response.headers.get('content-type') ?? '',
  )
  const end = isEndless ? setTimeout(() => void reader.cancel(), MAX_WAIT_MS) : undefined
  for (let piece = await reader.read(); !piece.done; piece = await reader.read())
    pieces.push(piece.value)
  clearTimeout(end)
  return Buffer.concat(pieces).toString()
}

async function ask(
  { method, path, body }: MadeRequest,
  token: string | undefined,
  url = `http://127.0.0.1:${server.port}`,
): Promise<Told> {
  const response = await fetch(url + path, {
    method,
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    body: body === undefined ? null : JSON.stringify(body),
    signal: AbortSignal.timeout(20_000),
  })
  const text = await textOf(response)
  // What the proxy shows the application is for nobody else.
  expect([method, path, text.match(TOKEN)?.[0]]).toEqual([method, path, undefined])
  return { status: response.status, text, headers: response.headers }
}

const tokenOf = (sub: string, permissions: readonly string[]) =>
  auth.sign({ sub, permissions, jti: crypto.randomUUID() }, { expiresInSeconds: 600 })

const EVERYTHING = { sub: 'alice', permissions: ['*'] }
const HOUR_MS = 3_600_000
const FOR_A_MINUTE = { expiresInSeconds: 60 }
const STRANGERS: Readonly<Record<string, string | undefined>> = {
  'without a token': undefined,
  'with a token of another issuer': new MastraJwtAuth({
    secret: SECRET,
    issuer: 'https://other.test',
  }).sign(EVERYTHING, FOR_A_MINUTE),
  'with a token that another secret signed': new MastraJwtAuth({
    secret: UPSTREAM_SECRET,
    issuer: ISSUER,
  }).sign(EVERYTHING, FOR_A_MINUTE),
  'with a token that has expired': auth.sign(EVERYTHING, {
    ...FOR_A_MINUTE,
    now: () => Date.now() - HOUR_MS,
  }),
}

/** What the application is asked while something happens. */
async function seenIn<T>(act: () => Promise<T>): Promise<readonly [T, readonly SeenRequest[]]> {
  const before = application.seen.length
  const result = await act()
  return [result, application.seen.slice(before)]
}

describe('a stranger', () => {
  it.each(ALL)('%s: is refused before the application is asked', async (_, line) => {
    const [told, seen] = await seenIn(() =>
      Promise.all(Object.values(STRANGERS).map((token) => ask(requestOf(line), token))),
    )
    expect(seen).toEqual([])
    const isPublic = !isClosed(line) && line.access === 'public'
    for (const { status, headers } of told) {
      expect(status).toBe(isPublic ? 200 : 401)
      if (!isPublic) expect(headers.get('www-authenticate')).toMatch(/^Bearer/)
    }
  })
})

const SCOPE = 'scope_insufficient'

describe('a token without permissions', () => {
  it.each(ALL)('%s: is refused, or told empty lists', async (_, line) => {
    const [told, seen] = await seenIn(() => ask(requestOf(line), tokenOf('nobody', [])))
    if (isClosed(line)) {
      expect([told.status, seen]).toEqual([404, []])
    } else if (line.isOurs === true) {
      expect([told.status, seen]).toEqual([200, []])
    } else if (line.access !== 'authenticated') {
      expect([told.status, told.text, seen]).toEqual([403, expect.stringContaining(SCOPE), []])
      expect(told.headers.get('www-authenticate')).toMatch(/^Bearer .*scope=/)
    } else if (line.answer !== undefined) {
      expect([told.status, seen.length]).toEqual([200, 1])
      expect(told.text.replaceAll(/"\w+":(?:\d+|null)/g, '')).toMatch(/^[[\]{}",\w:]{2,20}$/)
    } else {
      expect(told.status).toBeLessThan(500)
    }
  })
})

/** The parameters of a line, as its permissions name them. */
const paramsOf = (line: OpenRoute) =>
  Object.fromEntries(
    [...line.path.matchAll(/:(\w+)/g)].map(([, name = '']) => [
      name,
      String(THINGS[name] ?? `x-${name}`),
    ]),
  )

/** The permissions that a line names for the request that is made of it. */
function permissionsOf(line: OpenRoute): readonly string[] {
  const { bodyAccess } = line
  return [
    ...requiredPermissions(line.access, paramsOf(line)),
    ...(bodyAccess === undefined
      ? []
      : requiredPermissions(bodyAccess.permission, { agentId: 'assistant' })),
  ]
}

const OTHERS: Readonly<Record<string, string>> = {
  assistant: 'keeper',
  'get-weather': 'send-mail',
}
const LOOK_UPS = new Set(['GET /api/agents', 'GET /api/agents/assistant'])

/** Grants that are near a permission, and do not cover it. */
function nearOf(permission: string): readonly string[] {
  const [resource = '', action = '', id] = permission.split(':')
  const other = action === 'read' ? 'write' : 'read'
  return [
    `${resource}:${other}`,
    `${resource}s:${action}`,
    ...(id === undefined
      ? [`${resource}:${action}:x`]
      : [`${resource}:${action}:${OTHERS[id] ?? `${id}x`}`]),
  ]
}

/** The application answers these by asking a server of the internet: they are tried with one that asks nobody. */
const AWAY = /\/skills-sh\/|\/instructions\/enhance$/

describe('a narrow token', () => {
  const NAMED = OPEN.filter(([, line]) => permissionsOf(line).length > 0)

  it.each(NAMED)('%s: without one of the permissions it is refused', async (_, line) => {
    const asked = permissionsOf(line)
    for (const permission of asked) {
      const others = asked.filter((each) => each !== permission)
      // Without an id, a permission is for every id, and covers the narrow ones.
      if (others.some((each) => permission.startsWith(`${each}:`))) continue
      for (const more of [[], nearOf(permission)]) {
        const [told, seen] = await seenIn(() =>
          ask(requestOf(line), tokenOf('alice', [...others, ...more])),
        )
        expect([permission, told.status]).toEqual([permission, 403])
        expect(told.text).toContain(SCOPE)
        // To know whom a path means, the proxy looks agents up.
        const asks = seen.map(({ method, path }) => `${method} ${path}`)
        expect(asks.filter((each) => !LOOK_UPS.has(each))).toEqual([])
      }
    }
  })

  it.each(OPEN.filter(([name]) => !AWAY.test(name)))(
    '%s: with no more than the permissions it passes the gate',
    async (_, line) => {
      const request = requestOf(line, await valuesFor(line, 'alice'))
      const [told, seen] = await seenIn(() => ask(request, tokenOf('alice', permissionsOf(line))))
      expect(told.status).toBe(toldFor(lastOf(seen)))
      expect(isOf(lastOf(seen), line)).toBe(true)
    },
  )
})

/** The request that the proxy has forwarded, after what it looked up. */
function lastOf(seen: readonly SeenRequest[]): SeenRequest {
  const last = seen.at(-1)
  if (last === undefined) throw new Error('The application was asked nothing.')
  return last
}

/** Whether a request is one for a line. */
function isOf({ method, path }: SeenRequest, line: OpenRoute): boolean {
  const pattern = line.path.replaceAll('.', '\\.').replaceAll(/:\w+/g, '[^/]+')
  const isMethod = method === (line.method === 'ALL' ? 'POST' : line.method)
  return isMethod && new RegExp(`^/api${pattern}$`).test(path)
}

/** What a client is told of a status of the application. */
function toldFor({ status }: SeenRequest): number {
  if (status >= 500) return 424
  return status === 401 || status === 403 ? 404 : status
}

type Values = Readonly<Record<string, unknown>>
type Kind = ThingKind | 'agent run' | 'workflow run'

const everything = (sub: string) => tokenOf(sub, ['*'])

async function make(sub: string, method: string, path: string, body: unknown): Promise<Values> {
  const told = await ask({ method, path: `/api${path}`, body }, everything(sub))
  expect([path, told.status, told.text]).toEqual([path, 200, told.text])
  return JSON.parse(told.text)
}

const TEXT = { kind: 'text', pieces: ['Noted.'] } as const

/** What a caller makes through the proxy, by the names that requests have for it. */
const MAKERS: Readonly<Record<Kind, (sub: string) => Promise<Values>>> = {
  async thread(sub) {
    const threadId = crypto.randomUUID()
    const memory = { thread: threadId, resource: sub }
    await make(sub, 'POST', '/agents/assistant/generate', { messages: `of-${sub}`, memory })
    return {
      threadId,
      messages: [{ role: 'user', content: `of-${sub}`, type: 'text', threadId, resourceId: sub }],
    }
  },
  async message(sub) {
    const { threadId } = await MAKERS.thread(sub)
    const told = await make(
      sub,
      'GET',
      `/memory/threads/${String(threadId)}/messages?agentId=assistant`,
      undefined,
    )
    const [{ id }] = told['messages'] as [{ id: string }]
    return { messageIds: [id] }
  },
  async conversation(sub) {
    const { id } = await make(sub, 'POST', '/v1/conversations', {
      agent_id: 'assistant',
      title: `of-${sub}`,
    })
    return { conversationId: id }
  },
  async response(sub) {
    const { conversationId } = await MAKERS.conversation(sub)
    const { id } = await make(sub, 'POST', '/v1/responses', {
      agent_id: 'assistant',
      input: `of-${sub}`,
      store: true,
      conversation_id: conversationId,
    })
    return { responseId: id }
  },
  async schedule(sub) {
    const { id } = await make(sub, 'POST', '/schedules', {
      workflowId: 'order',
      cron: '0 0 1 1 *',
      inputData: { item: `of-${sub}` },
    })
    return { scheduleId: id }
  },
  async 'workflow run'(sub) {
    const { runId } = await make(sub, 'POST', '/workflows/order/create-run', {})
    await make(sub, 'POST', `/workflows/order/start-async?runId=${String(runId)}`, {
      inputData: { item: `of-${sub}` },
    })
    return { runId, step: 'approve', resumeData: { by: sub } }
  },
  async 'agent run'(sub) {
    model.answerWith({ kind: 'call', id: 'c1', name: 'weatherTool', pieces: ['{}'] }, TEXT)
    const threadId = crypto.randomUUID()
    const told = await make(sub, 'POST', '/agents/assistant/generate', {
      messages: `of-${sub}`,
      requireToolApproval: true,
      memory: { thread: threadId, resource: sub },
    })
    return { runId: told['runId'], toolCallId: 'c1', resumeData: { approved: true } }
  },
}

const kept = new Map<string, Promise<Values>>()

/** Something that a caller has, the same for each who asks: nothing that they do with it may use it up. */
function have(kind: Kind, sub: string): Promise<Values> {
  const name = `${kind} of ${sub}`
  const made = kept.get(name) ?? MAKERS[kind](sub)
  kept.set(name, made)
  return made
}

/** Whether nobody finds a thing again that a request of a line has named. */
const isUsedUp = ({ method, path }: OpenRoute) => method === 'DELETE' || path.endsWith('/delete')

const ownerOf = (line: OpenRoute): OwnerRule => (line.owner === 'none' ? {} : line.owner)

/** What a request of a line has to name, made by the caller. */
async function valuesFor(line: OpenRoute, sub: string, but?: Place): Promise<Values> {
  const { names = [], runs = [] } = ownerOf(line)
  const isNeeded = (at: Place) => at !== but && (at.startsWith('path:') || isRequired(line, at))
  const kinds: Kind[] = names
    .filter(({ at, must }) => must !== 'new' && isNeeded(at))
    .map(({ kind }) => kind)
  if (runs.some(({ at, absent }) => absent !== 'make' && isNeeded(at)))
    kinds.push(line.path.startsWith('/agents') ? 'agent run' : 'workflow run')
  const values: Values[] = []
  for (const kind of new Set(kinds)) {
    const isFresh = isUsedUp(line) || kind === 'agent run' || kind === 'workflow run'
    values.push(await (isFresh ? MAKERS[kind](sub) : have(kind, sub)))
  }
  return Object.assign({}, ...values)
}

/** Whether the contract demands what stands at a place of query or body. */
function isRequired(line: OpenRoute, at: Place): boolean {
  const [where = '', name = ''] = at.split(/[:.[]/)
  const { query, body } = contract.get(nameOf(line)) as ContractRoute
  const shape = where === 'query' ? query : body
  return shape.kind === 'object' && shape.members.get(name)?.isOptional === false
}

const keyOf = (sub: string) => ownerKey({ issuer: ISSUER, resourceId: sub })

/** Puts a value where a request may name it. */
function put(request: MadeRequest, at: Place, value: unknown): MadeRequest {
  const [where = '', name = ''] = at.split(':')
  if (where === 'query') {
    const url = new URL(request.path, 'http://proxy.test')
    url.searchParams.set(name, String(value))
    return { ...request, path: url.pathname + url.search }
  }
  const body = structuredClone(request.body ?? {}) as Record<string, unknown>
  let holder = body
  const segments = name.split('.')
  for (const segment of segments.slice(0, -1)) {
    const isList = segment.endsWith('[]')
    const key = segment.replace('[]', '')
    const inside = holder[key]
    const list: readonly unknown[] = Array.isArray(inside)
      ? inside
      : [{ role: 'user', content: 'x' }]
    const made = isList ? list[0] : typeof inside === 'object' ? inside : {}
    holder[key] = isList ? list : made
    holder = made as Record<string, unknown>
  }
  holder[segments.at(-1) ?? ''] = value
  return { ...request, body }
}

/** A request of a caller that names a thing at a place, and what else it needs as the caller has it. */
async function naming(
  line: OpenRoute,
  sub: string,
  at: Place,
  value: unknown,
): Promise<MadeRequest> {
  const values = await valuesFor(line, sub, at)
  if (at.startsWith('path:')) return requestOf(line, { ...values, [at.slice(5)]: value })
  return put(requestOf(line, values), at, value)
}

/** The id of a thing, under whatever name. */
const idOf = (values: Values) => {
  const { messageIds, threadId, conversationId, responseId, scheduleId, runId } = values
  return messageIds ?? threadId ?? conversationId ?? responseId ?? scheduleId ?? runId
}

/** What Alice finds of a thing of hers. */
async function lookAt(kind: Kind, id: unknown): Promise<string> {
  const path: Readonly<Record<Kind, string>> = {
    thread: `/memory/threads/${String(id)}/messages?agentId=assistant`,
    message: '/memory/search?agentId=assistant&searchQuery=of-alice&resourceId=alice',
    conversation: `/v1/conversations/${String(id)}`,
    response: `/v1/responses/${String(id)}`,
    schedule: `/schedules/${String(id)}`,
    'workflow run': `/workflows/order/runs/${String(id)}`,
    'agent run': '/agents/assistant/suspended-runs',
  }
  const told = await ask(
    { method: 'GET', path: `/api${path[kind]}`, body: undefined },
    everything('alice'),
  )
  return `${told.status} ${told.text}`
}

const isLookUp = ({ method }: SeenRequest) => method === 'GET'

describe('another owner', () => {
  const THINGS_NAMED = OPEN.flatMap(([name, line]) =>
    (ownerOf(line).names ?? []).map((named) => [name, named.at, named, line] as const),
  )

  it.each(THINGS_NAMED)('%s: is not found what Alice has at %s', async (_, at, named, line) => {
    const id = idOf(
      await (isUsedUp(line) ? MAKERS[named.kind] : have.bind(undefined, named.kind))('alice'),
    )
    const before = await lookAt(named.kind, id)
    const request = await naming(line, 'bob', at, id)
    const [told, seen] = await seenIn(() => ask(request, everything('bob')))
    expect([told.status, seen.filter((each) => !isLookUp(each))]).toEqual([404, []])
    expect(told.text).not.toMatch(/of-alice|another/)
    expect(await lookAt(named.kind, id)).toBe(before)
    // The same request of Alice passes.
    const [own, ownSeen] = await seenIn(async () =>
      ask(await naming(line, 'alice', at, id), everything('alice')),
    )
    if (named.must === 'new') {
      expect(own.status).toBe(404)
    } else {
      expect(isOf(lastOf(ownSeen), line)).toBe(true)
      expect(own.status).toBe(toldFor(lastOf(ownSeen)))
    }
  })

  const RUNS = OPEN.flatMap(([name, line]) =>
    (ownerOf(line).runs ?? []).map(({ at }) => [name, at, line] as const),
  )

  it.each(RUNS)('%s: reaches no run of Alice by the id at %s', async (_, at, line) => {
    const kind = line.path.startsWith('/agents') ? 'agent run' : 'workflow run'
    const runId = String(idOf(await have(kind, 'alice')))
    const before = await lookAt(kind, runId)
    for (const id of [runId, runId.replace(/^[0-9a-f]{64}\./, '')]) {
      const request = await naming(line, 'bob', at, id)
      const [told, seen] = await seenIn(() => ask(request, everything('bob')))
      expect(told.text).not.toContain('of-alice')
      for (const each of seen.filter(({ owner }) => owner === keyOf('bob'))) {
        const whole = `${each.path}?${decodeURIComponent(each.query)} ${each.body}`
        expect(whole.replaceAll(`${keyOf('bob')}.${id}`, '')).not.toContain(id)
      }
    }
    expect(await lookAt(kind, runId)).toBe(before)
  })

  const SET = OPEN.flatMap(([name, line]) => {
    const { sets = [], setsWithin = [], replaces = [] } = ownerOf(line)
    return [...sets, ...setsWithin, ...replaces].map((at) => [name, at, line] as const)
  })

  it.each(SET)('%s: is not Alice, whatever stands at %s', async (_, at, line) => {
    for (const value of ['alice', keyOf('alice')]) {
      const request = await naming(line, 'bob', at, value)
      const [told, seen] = await seenIn(() => ask(request, everything('bob')))
      expect(told.text).not.toMatch(/of-alice/)
      const whole = seen.map(({ path, query, body }) => `${path}?${query} ${body}`).join('\n')
      expect(whole).not.toContain(keyOf('alice'))
      expect(whole).not.toMatch(/[=:]"?alice\b/)
      if (seen.some((each) => isOf(each, line))) expect(whole).toContain(keyOf('bob'))
    }
  })
})

describe('a reader', () => {
  const OF_USERS = ['agents:*', 'tools:*', 'workflows:*', 'memory:*']
  const READS = OPEN.filter(([, { method }]) => method === 'GET')
  let values: Values = {}

  beforeAll(async () => {
    const made: Values[] = []
    for (const kind of Object.keys(MAKERS)) made.push(await have(kind as Kind, 'alice'))
    values = Object.assign({}, ...made, { resourceId: keyOf('alice') })
  })

  it.each(READS)('%s: finds nothing of Alice, whatever of hers it names', async (_, line) => {
    const isForAll = permissionsOf(line).some((each) => each.startsWith('system:'))
    for (const permissions of isForAll && line.owner === 'none' ? [OF_USERS] : [OF_USERS, ['*']]) {
      const named = requestOf(line, values)
      for (const request of [named, put(named, 'query:resourceId', keyOf('alice'))]) {
        const { text } = await ask(request, tokenOf('carol', permissions))
        expect(text).not.toContain('of-alice')
        expect(text).not.toContain(keyOf('alice'))
      }
    }
  })
})

describe('an application that answers in the shapes of the contract', () => {
  const ALICE = { key: keyOf('alice'), mark: 'of-alice' }
  const BOB = { key: keyOf('bob'), mark: 'of-bob' }
  /** Everything but what acts for all users. */
  const OF_USERS = ['agents:*', 'tools:*', 'workflows:*', 'memory:*']
  const JSON_ROUTES = OPEN.filter(([name]) => contract.get(name)?.responseType === 'json')
  const VALUES_OF_BOB: Values = Object.fromEntries(
    ['threadId', 'conversationId', 'responseId', 'scheduleId'].map((name) => [name, `bob-${name}`]),
  )

  /** Lines whose answers are not looked into: the owner, the thread or the run that the request names is the caller's. */
  const BOUND_BY_REQUEST: ReadonlySet<string> = new Set([
    'GET /workflows/:workflowId/runs/:runId',
    'GET /memory/observational-memory',
    'POST /memory/observational-memory/buffer-status',
  ])
  /** Whether what a line reads is of all users, for who may read the system. */
  const isForAll = (line: OpenRoute) =>
    line.owner === 'none' && permissionsOf(line).some((each) => each.startsWith('system:'))

  let shaped: ShapedApplication
  let front: ProxyApp
  let url = ''
  let running: RunningServer

  beforeAll(async () => {
    shaped = await startShapedApplication({ alice: ALICE, bob: BOB })
    front = createProxy({ auth }, { upstream: shaped.url, upstreamSecret: UPSTREAM_SECRET })
    running = await serve(front.answer, { port: 0 })
    url = `http://127.0.0.1:${running.port}`
  })

  afterAll(async () => {
    await running?.close(0)
    await front?.close()
    await shaped?.stop()
  })

  it.each(JSON_ROUTES)(
    '%s: tells Bob nothing of Alice, whatever is answered',
    async (name, line) => {
      shaped.answerOf(ALICE)
      const grants = isForAll(line) ? [OF_USERS] : [OF_USERS, ['*']]
      for (const permissions of grants) {
        const told = await ask(requestOf(line, VALUES_OF_BOB), tokenOf('bob', permissions), url)
        if (BOUND_BY_REQUEST.has(name)) expect(line.owner).not.toBe('none')
        else
          expect([told.text.includes(ALICE.mark), told.text.includes(ALICE.key)]).toEqual([
            false,
            false,
          ])
      }
    },
  )

  it.each(JSON_ROUTES.filter(([, line]) => !isForAll(line)))(
    '%s: tells Bob what is his',
    async (name, line) => {
      shaped.answerOf(BOB)
      const told = await ask(requestOf(line, VALUES_OF_BOB), tokenOf('bob', ['*']), url)
      const { response } = contract.get(name) as ContractRoute
      const whole = sample(response, {
        isWhole: true,
        owner: BOB,
        entries: [BOB],
        named: () => undefined,
      })
      const isOwned = JSON.stringify(whole)?.includes(BOB.mark) === true
      expect(told.text.includes(BOB.mark)).toBe(isOwned)
      if (isOwned) expect([told.status, told.text.includes(ALICE.mark)]).toEqual([200, false])
    },
  )
})
