import { ScopeError, type Principal } from '@signet/auth'
import { isLegalId, ownMember, permissionTemplates } from '@signet/auth/internal'
import type { NewIdRegister } from '@signet/core'
import { RequestError, type Route } from '@signet/server'
import { jsonReply, readJsonBody, Reply, type NamedThings } from '@signet/server/internal'
import type {
  ForwardedRequest,
  Forwarder,
  ForwardInput,
  SessionNames,
  WholeAnswer,
} from './forward/forward.js'
import type { ChunkSource } from './forward/last-chunk.js'
import { readWhole } from './forward/read-whole.js'
import type { DeclaredPolicy } from './declared/declared-policy.js'
import type { ProxyRoute } from './declared/declared-route.js'
import { withoutTelling } from './forward/error-words.js'
import { refuseFailed } from './forward/refused-answer.js'
import { refuseCoded } from './forward/response-headers.js'
import type { Identity } from './identity/identity.js'
import type { KnownRoute } from './policy/policy-table.js'
import type { OpenRoute } from './policy/route-policy.js'
import { agentIdOf, prepareUnknown, RuledRequest, type GivenBody } from './rule/apply.js'
import { isBodyRead } from './rule/body.js'
import { createThreadClaims } from './rule/claims.js'
import type { AskedAnswer, RuleContext } from './rule/context.js'
import { createAgentDirectory } from './rule/directory.js'
import { filterMcpEvents, mcpHeaders, openSession, sealSession } from './rule/mcp.js'
import { fillPath } from './rule/id.js'
import { notFound, PolicyRefusal } from './rule/refusal.js'
import { listThings } from './rule/things.js'
import type { Upstream, UpstreamResponse } from './upstream/upstream.js'
import { within } from './upstream/within.js'

/** What requests are forwarded by. */
export interface RuledForwardOptions {
  readonly policy: DeclaredPolicy
  readonly forwarder: Forwarder
  readonly upstream: Upstream
  readonly identity: Identity
  /** Whether the upstream verifies tokens. */
  readonly isVerifying: boolean
  readonly prefix: string
  /** Largest body of a request, in bytes. */
  readonly bodyLimit: number
  /** Where the proxies before the upstream agree on who makes a new thing. Default: there is only this one. */
  readonly newIds: NewIdRegister | undefined
}

/** Forwards requests by the rules of their routes. */
export interface RuledForward {
  forward(input: ForwardInput): Promise<Reply>
  /** The parameters of a path with the id of an agent in place of its key, for the gate. */
  resolveParams(
    match: { readonly route: Route; readonly params: Readonly<Record<string, string>> },
    principal: Principal,
  ): Promise<Readonly<Record<string, string>>>
  /** The agents and tools that the application tells the caller of. */
  things(principal: Principal, signal: AbortSignal): Promise<NamedThings>
}

/** Largest response that a rule reads whole, in bytes. */
const MAX_ANSWER = 16 * 1024 * 1024
/** How long a look-up may take, in milliseconds. */
const ASK_TIMEOUT_MS = 10_000

/** The error of the server for a refusal of a rule. */
function serverError(error: unknown, principal: Principal): unknown {
  if (!(error instanceof PolicyRefusal)) return error
  const { code, message, fields, missing } = error
  if (code === 'scope_insufficient') return new ScopeError(missing, principal.ignoredGrants)
  if (code === 'request_invalid') {
    return new RequestError(code, message, { issues: fields.map((field) => ({ field, message })) })
  }
  return new RequestError(code, message)
}

/** One header value: within quotes, a comma parts nothing. */
const ONE_VALUE = /^(?:[^",]|"(?:[^"\\]|\\.)*")*$/

/** @throws {RequestError} `request_invalid` for two types: the upstream could go by the other one */
function refuseSeveralTypes(contentType: string | undefined): void {
  if (contentType === undefined || ONE_VALUE.test(contentType)) return
  const message = 'The request has more than one Content-Type.'
  throw new RequestError('request_invalid', message, {
    issues: [{ field: 'content-type', message }],
  })
}

async function readJson(response: UpstreamResponse): Promise<unknown> {
  const bytes = await readWhole(response.body, MAX_ANSWER)
  if (bytes === undefined)
    throw new RequestError('upstream_failed', 'An answer of the application is too large.')
  return parseAnswer(bytes.toString('utf8'))
}

function parseAnswer(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new RequestError('upstream_failed', 'An answer of the application is not JSON.', {
      cause: error,
    })
  }
}

const OF_AGENTS = /^(?:agents|\*)(?::|$)/
/** Grants with which somebody may change an agent. */
const WRITES_AGENTS = /^(?:agents|\*)(?::(?:write|\*)(?::|$)|$)/
const EVENTS = /^text\/event-stream\b/i

/** Makes what forwards requests by the rules of their routes. */
export function createRuledForward(options: RuledForwardOptions): RuledForward {
  const { policy, forwarder, upstream, identity, isVerifying, prefix, bodyLimit } = options
  const claims = createThreadClaims(options.newIds)
  const agents = createAgentDirectory()

  /** @param body - of a POST; undefined for a GET */
  async function ask(
    path: string,
    body: Readonly<Record<string, unknown>> | undefined,
    principal: Principal,
    signal: AbortSignal,
  ): Promise<AskedAnswer> {
    const token = isVerifying ? identity.tokenFor(principal) : undefined
    const response = await upstream.request({
      method: body === undefined ? 'GET' : 'POST',
      path,
      headers: {
        accept: 'application/json',
        'accept-encoding': 'identity',
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
      },
      body: body === undefined ? null : JSON.stringify(body),
      signal,
    })
    response.body.on('error', () => undefined)
    refuseFailed(response)
    refuseCoded(response)
    const bytes = await readWhole(response.body, MAX_ANSWER)
    let value: unknown
    try {
      value = JSON.parse(bytes?.toString('utf8') ?? '')
    } catch {
      value = undefined
    }
    return { status: response.status, body: value }
  }

  /** @param signal - of the request; null for what is asked before it has one */
  function contextOf(principal: Principal, signal: AbortSignal | null): RuleContext {
    return {
      caller: { ownerKey: identity.ownerOf(principal), permissions: principal.permissions },
      ask: (path) =>
        within(signal, ASK_TIMEOUT_MS, (until) => ask(path, undefined, principal, until)),
      make: (path, body) =>
        within(signal, ASK_TIMEOUT_MS, (until) => ask(path, body, principal, until)),
      prefix,
      agents,
    }
  }

  function sessionsOf(ownerKey: string): SessionNames {
    return {
      open: (id) => openSession(identity.secret, ownerKey, id),
      seal: (id) => sealSession(identity.secret, ownerKey, id),
    }
  }

  async function givenBody(
    input: ForwardInput,
    line: OpenRoute | undefined,
  ): Promise<GivenBody | undefined> {
    const { request } = input
    if (request.method === 'GET' || request.method === 'HEAD') return { value: undefined }
    if (!isBodyRead(line, request.header('content-type'))) return undefined
    return { value: await readJsonBody(request, bodyLimit, input.holdBody()) }
  }

  /** Reads a good response whole, where a rule speaks of it. */
  function answerReader(
    input: ForwardInput,
    ruled: RuledRequest,
    { policy: line }: KnownRoute,
    { isToolList, isPromptSeen }: { readonly isToolList: boolean; readonly isPromptSeen: boolean },
  ): WholeAnswer | undefined {
    if (line.answer === undefined && !isToolList) return undefined
    if (input.request.method === 'HEAD')
      throw new RequestError('not_found', 'The length of what is filtered is told to nobody.')
    return async (response) => {
      const type = String(response.headers['content-type'] ?? '')
      if (isToolList && EVENTS.test(type)) {
        const bytes = await readWhole(response.body, MAX_ANSWER)
        if (bytes === undefined)
          throw new RequestError('upstream_failed', 'An answer of the application is too large.')
        const { caller } = contextOf(input.principal, input.signal)
        const text = filterMcpEvents(bytes.toString('utf8'), caller)
        return new Reply(text, response.status, { 'content-type': 'text/event-stream' })
      }
      const told = await ruled.answer(await readJson(response))
      return jsonReply(withoutTelling(told, { isPromptSeen })?.value ?? told, response.status)
    }
  }

  async function forwardUnknown(input: ForwardInput, path: string): Promise<Reply> {
    const given = await givenBody(input, undefined)
    const { query, body } = prepareUnknown(input.request.query, given)
    return await forwarder.forward(input, { path, query, body: bodyFor(given, body) })
  }

  /** A route of the configuration that has no rule but who may call it. */
  async function forwardDeclared(
    input: ForwardInput,
    path: string,
    route: ProxyRoute,
  ): Promise<Reply> {
    const given = await givenBody(input, undefined)
    const { query, body } = prepareUnknown(input.request.query, given)
    return await forwarder.forward(input, {
      path,
      query,
      body: bodyFor(given, body),
      headers: route.headers,
      isJudgedThere: true,
    })
  }

  /** @param declared - the route of the configuration that the line was made of */
  async function forwardKnown(
    input: ForwardInput,
    route: KnownRoute,
    declared?: ProxyRoute,
  ): Promise<Reply> {
    const context = contextOf(input.principal, input.signal)
    const ruled = new RuledRequest(route, context)
    await ruled.judge()
    const given = await givenBody(input, route.policy)
    const isToolList = route.policy.mcp === 'message' && isListOfTools(given?.value)
    // Who may change no agent at all is told nothing without a question.
    const isPromptSeen =
      input.principal.permissions.granted.some((grant) => WRITES_AGENTS.test(grant)) &&
      (await ruled.isPromptSeen())
    const readAnswer = answerReader(input, ruled, route, { isToolList, isPromptSeen })
    const { release, path, query, body } = await ruled.prepare(input.request.query, given, claims)
    try {
      const request: ForwardedRequest = {
        path,
        query,
        body: bodyFor(given, body),
        source: declared === undefined ? sourceOf(route.policy) : undefined,
        ...(declared !== undefined && { headers: declared.headers, isJudgedThere: true }),
        isJsonRead: declared === undefined,
        isPromptSeen,
        ...(route.policy.mcp === 'message' && {
          session: sessionsOf(context.caller.ownerKey),
          ownHeaders: mcpHeaders(given?.value),
          isRpc: true,
        }),
      }
      const reply = await forwarder
        .forward(input, request, readAnswer)
        .catch((error: unknown) => refuseIdleRun(error, route, query, context))
      // What is held is held until the last byte: threads are stored at the end of an answer.
      if (typeof reply.body === 'string' || reply.body === null || input.signal.aborted) release()
      else input.signal.addEventListener('abort', release, { once: true })
      return reply
    } catch (error) {
      release()
      throw error
    }
  }

  return {
    async forward(input) {
      refuseSeveralTypes(input.request.header('content-type'))
      const { method, path } = input.request
      const match = policy.find(method, path)
      if (match.kind === 'refused') throw new RequestError('not_found', match.reason)
      const declared = match.kind === 'known' ? policy.routeOf(match.policy) : undefined
      try {
        if (match.kind === 'unknown') return await forwardUnknown(input, match.path)
        return declared === undefined || match.policy.owner !== 'none'
          ? await forwardKnown(input, match, declared)
          : await forwardDeclared(input, match.path, declared)
      } catch (error) {
        throw serverError(error, input.principal)
      }
    },

    async things(principal, signal) {
      const isListed = ['/agents', '/tools'].every(
        (path) => policy.find('GET', prefix + path).kind === 'known',
      )
      return await listThings(isListed ? contextOf(principal, signal) : undefined)
    },

    async resolveParams({ route, params }, principal) {
      const { agentId } = params
      const isAsked = permissionTemplates(route.access).some((template) =>
        template.includes('{agentId}'),
      )
      if (agentId === undefined || !isAsked || !isLegalId(agentId)) return params
      // Who may do nothing with any agent is refused without a question.
      if (!principal.permissions.granted.some((grant) => OF_AGENTS.test(grant))) return params
      // Who may do everything with each agent needs no id.
      const isForAll = permissionTemplates(route.access).every(
        (template) =>
          !template.includes('{agentId}') ||
          principal.permissions.allows(template.replace(':{agentId}', '') as 'agents:read'),
      )
      if (isForAll) return params
      try {
        const context = contextOf(principal, null)
        return { ...params, agentId: await agentIdOf(agentId, context) }
      } catch (error) {
        throw serverError(error, principal)
      }
    },
  }
}

/** Whether an error says that the upstream answered 500, which is also what it says of a run that is not suspended. */
function isInternal(error: unknown): boolean {
  return error instanceof RequestError && ownMember(error.cause, 'status') === 500
}

/**
 * Why a run could not be continued.
 * @throws {PolicyRefusal} `not_found` for a run that is not suspended
 * @throws the error, in any other case
 */
async function refuseIdleRun(
  error: unknown,
  { policy: { resumes }, params }: KnownRoute,
  query: string,
  { ask, prefix }: RuleContext,
): Promise<never> {
  const runId = new URLSearchParams(query).get('runId')
  if (resumes === undefined || runId === null || !isInternal(error)) throw error
  const path = fillPath(resumes, { ...params, runId })
  const { status, body } = await ask(prefix + path).catch(() => {
    throw error
  })
  const state = ownMember(body, 'status')
  const isIdle = status === 404 || (status === 200 && typeof state === 'string')
  if (!isIdle || state === 'suspended' || state === 'paused') throw error
  throw notFound('The run is not suspended.')
}

/** Where the chunks of a route come from; those of the AI SDK say it of themselves. */
function sourceOf({ path }: OpenRoute): ChunkSource | undefined {
  if (path.startsWith('/agents/') && !path.endsWith('/ui')) return 'AGENT'
  return path.startsWith('/workflows/') ? 'WORKFLOW' : undefined
}

/** What is sent in place of the body of a client: nothing where it was read and is empty. */
function bodyFor(
  given: GivenBody | undefined,
  body: string | undefined,
): string | undefined | null {
  return given === undefined ? undefined : (body ?? null)
}

function isListOfTools(message: unknown): boolean {
  return (
    typeof message === 'object' &&
    message !== null &&
    Reflect.get(message, 'method') === 'tools/list'
  )
}
