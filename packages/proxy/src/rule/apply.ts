import { randomUUID } from 'node:crypto'
import type { Permission } from '@signet/auth'
import { isLegalId, requiredPermissions } from '@signet/auth/internal'
import type { KnownRoute } from '../policy/policy-table.js'
import type {
  AnswerRule,
  NamedThing,
  OpenRoute,
  OwnerRule,
  Place,
  RunId,
} from '../policy/route-policy.js'
import { findAgent } from './agent.js'
import { applyAnswer } from './answer.js'
import { bindBody, checkApprovals, checkMembers, checkMessages, dropContext } from './body.js'
import type { NewThing, ThreadClaims } from './claims.js'
import type { RuleContext, UpstreamAgent } from './context.js'
import { fillPath, idsOf, ownedRunId } from './id.js'
import {
  bodyObject,
  isMutable,
  refusePrototypes,
  setAt,
  valuesAt,
  type MutableJson,
} from './json.js'
import { requireOwnMessages, requireState } from './look-up.js'
import { makeMissing } from './made.js'
import { checkMcpMessage, filterMcpMessage, requireMcpTool } from './mcp.js'
import { bindQuery, readQuery, writeQuery, writtenNames } from './query.js'
import { invalid, notFound, PolicyRefusal } from './refusal.js'
import { limitTools, needsAgent } from './tools.js'

/** A request as the upstream gets it. */
export interface PreparedRequest {
  readonly path: string
  /** Without the question mark; empty for none. */
  readonly query: string
  /** JSON; undefined where the body passes as it is, or where there is none. */
  readonly body: string | undefined
  /** Ends what is held for the request. It is called once the answer is over, or cannot come. */
  release(): void
}

/** A body that the proxy has read. */
export interface GivenBody {
  /** Parsed; undefined for a request without a body. The rules change it. */
  readonly value: unknown
}

/** The permission without the id at its end. */
function forEveryId(permission: Permission): Permission {
  return permission.split(':').slice(0, 2).join(':') as Permission
}

/** How many things one request may name. */
const MAX_THINGS = 100

/** Whether permissions are for an agent that the path names. */
const OF_AGENT = /^agents:\w+:\{agentId\}$/

/** The agent of a path, looked up once, and only where somebody asks. */
class AgentOfPath {
  #found: Promise<UpstreamAgent> | undefined
  readonly #name: string | undefined
  readonly #context: RuleContext
  /** Whether the name may be the key of an agent with another id. */
  readonly isLookedUp: boolean

  constructor(name: string | undefined, context: RuleContext, isLookedUp: boolean) {
    this.#name = name
    this.#context = context
    this.isLookedUp = isLookedUp
  }

  get name(): string | undefined {
    return this.#name
  }

  find(): Promise<UpstreamAgent> {
    if (this.#name === undefined) return Promise.reject(notFound('The path names no agent.'))
    this.#found ??=
      this.#context.agents?.find(this.#name, this.#context) ?? findAgent(this.#name, this.#context)
    return this.#found
  }
}

/**
 * The permissions that a caller lacks, as they may be told them: with the name of an agent as they spelt it.
 * @param access - templates
 */
async function missingOf(
  access: OpenRoute['access'],
  params: Readonly<Record<string, string>>,
  agent: AgentOfPath,
  { caller }: RuleContext,
): Promise<readonly Permission[]> {
  const templates = typeof access === 'string' ? [access] : access
  const missing: Permission[] = []
  for (const template of templates) {
    const [asked] = requiredPermissions(template, params)
    const isOfAgent = agent.isLookedUp && OF_AGENT.test(template)
    if (asked === undefined || (caller.permissions.allows(asked) && !isOfAgent)) continue
    // A grant for every agent holds for this one, whatever its id.
    if (isOfAgent && caller.permissions.allows(forEveryId(asked)) && isLegalId(agent.name ?? ''))
      continue
    if (isOfAgent) {
      const id = await idOf(agent)
      const [meant] = requiredPermissions(template, { ...params, agentId: id })
      if (meant !== undefined && caller.permissions.allows(meant)) continue
    }
    missing.push(asked)
  }
  return missing
}

/**
 * The id of the agent that a path names; the name itself where the upstream does not know it, so that nobody learns whether it
 * does.
 * @throws {PolicyRefusal} `upstream_failed`
 */
export function agentIdOf(name: string, context: RuleContext): Promise<string> {
  return idOf(new AgentOfPath(name, context, true))
}

/** The id of an agent; the name itself where the upstream does not know it, so that nobody learns whether it does. */
async function idOf(agent: AgentOfPath): Promise<string> {
  try {
    return (await agent.find()).id
  } catch (error) {
    if (error instanceof PolicyRefusal && error.code === 'not_found') return agent.name ?? ''
    throw error
  }
}

function refuse(missing: readonly Permission[], fields: readonly string[] = []): void {
  if (missing.length > 0)
    throw new PolicyRefusal('scope_insufficient', 'The caller lacks a permission of the route.', {
      missing,
      fields,
    })
}

/** One request under the rules of its line. Nothing of the body is read before `judge` has let it pass. */
export class RuledRequest {
  readonly #route: KnownRoute
  readonly #context: RuleContext
  readonly #agent: AgentOfPath

  constructor(route: KnownRoute, context: RuleContext) {
    this.#route = route
    this.#context = context
    const isLookedUp = route.policy.looksUpAgent === true
    this.#agent = new AgentOfPath(route.params['agentId'], context, isLookedUp)
  }

  /**
   * Judges the permissions of the route.
   * @throws {PolicyRefusal} `scope_insufficient`, `not_found`, `upstream_failed`
   */
  async judge(): Promise<void> {
    const { policy, params } = this.#route
    if (policy.access === 'public' || policy.access === 'authenticated') return
    refuse(await missingOf(policy.access, params, this.#agent, this.#context))
    if (policy.mcp === 'tool') requireMcpTool(params['toolId'] ?? '', this.#context.caller)
  }

  /**
   * Makes the request for the upstream.
   * @param queryText - as the client wrote it, without the question mark
   * @param given - the value of a body that is read, parsed by a strict parser, and undefined where there is none; undefined
   *   for a body that passes as it is
   * @param claims - of the proxy
   * @throws {PolicyRefusal}
   */
  async prepare(
    queryText: string,
    given: GivenBody | undefined,
    claims: ThreadClaims,
  ): Promise<PreparedRequest> {
    const { policy, params } = this.#route
    const { ownerKey } = this.#context.caller
    const owner: OwnerRule = policy.owner === 'none' ? {} : policy.owner
    const query = readQuery(queryText)
    bindQuery(query, policy, ownerKey)
    const body = this.#readBody(given)
    if (policy.mcp === 'message') {
      if (body !== undefined) checkMcpMessage(body, this.#context.caller)
      return this.#prepared({ ...params }, query, body, () => {})
    }
    await this.#checkWrites(query, body)
    const things = (owner.names ?? []).flatMap((named) => this.#thingsOf(named, query, body))
    if (things.length > MAX_THINGS) throw invalid('body', 'The request names too many things.')
    const held = claims.hold(
      things
        .filter(({ named }) => named.must !== 'own')
        .map(({ named, id }) => ({ kind: named.kind, id })),
      ownerKey,
    )
    try {
      const fresh = await this.#lookUp(things, query, body)
      // Who only reads makes nothing.
      if (policy.method !== 'GET') await held.share(fresh)
      const changed = { ...params }
      for (const run of owner.runs ?? []) this.#ownRun(run, changed, query, body)
      for (const place of owner.sets ?? [])
        if (place.startsWith('path:')) changed[place.slice(5)] = ownerKey
      if (body !== undefined) {
        bindBody(body, policy, ownerKey)
        await this.#limit(body)
        await makeMissing(body, owner.makes, this.#context)
      }
      return this.#prepared(changed, query, body, () => held.release())
    } catch (error) {
      held.release()
      throw error
    }
  }

  /** Whether the caller may see the prompt of the agent that the path names, or of all where it names none. */
  async isPromptSeen(): Promise<boolean> {
    const { permissions } = this.#context.caller
    const { name } = this.#agent
    if (permissions.allows('agents:write')) return true
    if (name === undefined || !isLegalId(name)) return false
    return permissions.allows(`agents:write:${await idOf(this.#agent)}`)
  }

  /**
   * What the caller is told of an answer of the upstream. Changes the answer.
   * @param body - parsed
   * @throws {PolicyRefusal} `not_found` for an answer that is another's
   */
  async answer(body: unknown): Promise<unknown> {
    const { policy } = this.#route
    const { caller } = this.#context
    if (policy.mcp === 'message') filterMcpMessage(body, caller)
    if (policy.answer === undefined) return body
    return applyAnswer(body, policy.answer, await this.#toldParams(policy.answer), caller)
  }

  /** The parameters of the path, without a name of an agent that is the id of another one. */
  async #toldParams({ blanks = [] }: AnswerRule): Promise<Readonly<Record<string, string>>> {
    const { params } = this.#route
    const { name } = this.#agent
    const { permissions } = this.#context.caller
    const isTold = blanks.some(({ unless }) => unless.includes('{agentId}'))
    if (!this.#agent.isLookedUp || !isTold || name === undefined) return params
    if (permissions.allows('agents:write')) return params
    if (!isLegalId(name) || !permissions.allows(`agents:write:${name}`)) return params
    return { ...params, agentId: await idOf(this.#agent) }
  }

  #readBody(given: GivenBody | undefined): MutableJson | undefined {
    if (given === undefined) return undefined
    if (given.value !== undefined) {
      const body = bodyObject(given.value)
      dropContext(body)
      return body
    }
    const { sets = [], runs = [] } =
      this.#route.policy.owner === 'none' ? {} : this.#route.policy.owner
    // What the line sets in a body needs one.
    const places = [...sets, ...runs.filter(({ absent }) => absent === 'make').map(({ at }) => at)]
    return places.some((place) => place.startsWith('body:')) ? {} : undefined
  }

  async #checkWrites(query: URLSearchParams, body: MutableJson | undefined): Promise<void> {
    const { policy, params } = this.#route
    const names = writtenNames(query, policy)
    if (names.length > 0 && policy.query?.write !== undefined)
      refuse(await missingOf(policy.query.write, params, this.#agent, this.#context), names)
    if (body === undefined) return
    if (policy.bodyAccess !== undefined) await this.#checkBodyAccess(body, policy.bodyAccess)
    if (policy.body === undefined) return
    checkApprovals(body, policy.body, this.#context.caller.ownerKey)
    const fields = [...checkMembers(body, policy.body), ...checkMessages(body, policy.body)]
    if (fields.length === 0) return
    if (policy.body.write === undefined)
      throw invalid(fields[0] ?? 'body', 'Nobody may say this here.')
    refuse(await missingOf(policy.body.write, params, this.#agent, this.#context), fields)
  }

  async #checkBodyAccess(
    body: MutableJson,
    { permission, at }: NonNullable<OpenRoute['bodyAccess']>,
  ): Promise<void> {
    const field = at.slice(5)
    const [name, ...more] = valuesAt(body, field)
    if (typeof name !== 'string' || more.length > 0 || !isLegalId(name))
      throw invalid(field, `${field} does not name an agent.`)
    refuse(
      await missingOf(
        permission,
        { agentId: name },
        new AgentOfPath(name, this.#context, this.#agent.isLookedUp),
        this.#context,
      ),
    )
  }

  #valuesOf(at: Place, query: URLSearchParams, body: MutableJson | undefined): readonly unknown[] {
    const name = at.slice(at.indexOf(':') + 1)
    if (at.startsWith('path:')) return [this.#route.params[name]]
    if (at.startsWith('query:')) return query.getAll(name)
    return body === undefined ? [] : valuesAt(body, name)
  }

  #thingsOf(
    named: NamedThing,
    query: URLSearchParams,
    body: MutableJson | undefined,
  ): readonly { readonly named: NamedThing; readonly id: string }[] {
    return this.#valuesOf(named.at, query, body)
      .flatMap((value) => idsOf(value, named.at, named.kind === 'message'))
      .map((id) => ({ named, id }))
  }

  /** The agent whose memory the request is about: of its path, of its query or of its body. */
  #agentId(query: URLSearchParams, body: MutableJson | undefined): string | undefined {
    const inBody =
      body === undefined ? [] : ['agentId', 'agent_id'].flatMap((name) => valuesAt(body, name))
    const names = [this.#route.params['agentId'], query.get('agentId') ?? undefined, ...inBody]
    const name = names.find((each) => each !== undefined)
    if (name === undefined) return undefined
    const [id] = idsOf(name, 'agentId')
    return id
  }

  /** @returns those that do not exist yet */
  async #lookUp(
    things: readonly { readonly named: NamedThing; readonly id: string }[],
    query: URLSearchParams,
    body: MutableJson | undefined,
  ): Promise<readonly NewThing[]> {
    if (things.length === 0) return []
    const agentId = this.#agentId(query, body)
    const messages = things.filter(({ named }) => named.kind === 'message').map(({ id }) => id)
    const seen = new Set<string>()
    const others = things.filter(({ named, id }) => {
      const key = JSON.stringify([named.kind, named.must, id])
      const isNew = named.kind !== 'message' && !seen.has(key)
      seen.add(key)
      return isNew
    })
    const [, ...areNew] = await Promise.all([
      requireOwnMessages(messages, agentId, this.#context),
      ...others.map(({ named, id }) =>
        requireState({ kind: named.kind, id, agentId }, named.must, this.#context),
      ),
    ])
    return others
      .filter((_, index) => areNew[index])
      .map(({ named, id }) => ({ kind: named.kind, id }))
  }

  #ownRun(
    { at, absent }: RunId,
    params: Record<string, string>,
    query: URLSearchParams,
    body: MutableJson | undefined,
  ): void {
    const { ownerKey } = this.#context.caller
    const name = at.slice(at.indexOf(':') + 1)
    const [given] = this.#valuesOf(at, query, body)
    // An empty text is nobody's run.
    if (given === undefined && absent !== 'make') return
    const [id = ''] = given === undefined ? [randomUUID()] : idsOf(given, name)
    const owned = ownedRunId(ownerKey, id)
    if (at.startsWith('path:')) params[name] = owned
    else if (at.startsWith('query:')) query.set(name, owned)
    else if (body !== undefined) setAt(body, name, owned, 'within')
  }

  async #limit(body: MutableJson): Promise<void> {
    const { policy } = this.#route
    if (policy.body === undefined || this.#agent.name === undefined) return
    if (!needsAgent(body, policy.body, this.#context.caller)) return
    limitTools(body, policy.body, await this.#agent.find(), this.#context.caller)
  }

  #prepared(
    params: Readonly<Record<string, string>>,
    query: URLSearchParams,
    body: MutableJson | undefined,
    release: () => void,
  ): PreparedRequest {
    const { pattern } = this.#route
    return {
      path: fillPath(pattern, params),
      query: writeQuery(query),
      body: body === undefined ? undefined : JSON.stringify(body),
      release,
    }
  }
}

/**
 * Makes a request of a route that no line knows, once its permission has let it pass: without the context that a client
 * would give itself.
 * @param given - as for a known route
 * @throws {PolicyRefusal} `request_invalid`
 */
export function prepareUnknown(
  queryText: string,
  given: GivenBody | undefined,
): { readonly query: string; readonly body: string | undefined } {
  const query = writeQuery(readQuery(queryText))
  if (given?.value === undefined) return { query, body: undefined }
  refusePrototypes(given.value)
  if (isMutable(given.value)) dropContext(given.value)
  return { query, body: JSON.stringify(given.value) }
}
