import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Permission } from '@signet/auth'
import { isLegalId, ownMember } from '@signet/auth/internal'
import type { Caller } from './context.js'
import { isMutable } from './json.js'
import { invalid, notFound, PolicyRefusal } from './refusal.js'

/** What anybody who is known may ask an MCP server for. */
const OPEN = new Set(['initialize', 'server/discover', 'ping', 'tools/list', 'logging/setLevel'])
/** What shows data of the application, for the permission `tools:read`. */
const READS = new Set([
  'resources/list',
  'resources/templates/list',
  'resources/read',
  'resources/subscribe',
  'resources/unsubscribe',
  'prompts/list',
  'prompts/get',
  'completion/complete',
  'subscriptions/listen',
])

/**
 * What a tool of an MCP server asks for. A name that begins with `ask_` is an agent, one with `run_` a workflow: they run with
 * tools of their own, whose names nobody is told.
 * @returns undefined for a name that is no legal id
 */
function mcpToolPermissions(name: string): readonly Permission[] | undefined {
  if (!isLegalId(name)) return undefined
  const own: Permission = `tools:execute:${name}`
  if (name.startsWith('ask_')) return [own, 'agents:execute', 'tools:execute']
  if (name.startsWith('run_')) return [own, 'workflows:execute', 'tools:execute']
  return [own]
}

function missingOf(asked: readonly Permission[], { permissions }: Caller): readonly Permission[] {
  return asked.filter((permission) => !permissions.allows(permission))
}

/**
 * Refuses a tool of an MCP server that the caller may not execute.
 * @throws {PolicyRefusal} `scope_insufficient`, `not_found`
 */
export function requireMcpTool(name: string, caller: Caller): void {
  const asked = mcpToolPermissions(name)
  if (asked === undefined) throw notFound('The name of the tool is not a legal id.')
  require(asked, caller)
}

function require(asked: readonly Permission[], caller: Caller): void {
  const missing = missingOf(asked, caller)
  if (missing.length > 0)
    throw new PolicyRefusal(
      'scope_insufficient',
      'The caller lacks a permission for what the message asks.',
      {
        missing,
      },
    )
}

/**
 * Judges a message of a client to an MCP server by what it asks for.
 * @param message - a request, a notification or a response of JSON-RPC 2.0; a batch is refused
 * @throws {PolicyRefusal} `request_invalid`, `scope_insufficient`, `not_found`
 */
export function checkMcpMessage(message: unknown, caller: Caller): void {
  if (!isMutable(message)) throw invalid('body', 'A message of MCP is one JSON object.')
  if (!Object.hasOwn(message, 'method')) {
    if (Object.hasOwn(message, 'result') || Object.hasOwn(message, 'error')) return
    throw invalid('method', 'A message of MCP has neither a method nor a result.')
  }
  const method = message['method']
  if (typeof method !== 'string') throw invalid('method', 'The method of a message is not a text.')
  if (OPEN.has(method) || method.startsWith('notifications/')) return
  if (READS.has(method)) return require(['tools:read'], caller)
  if (method !== 'tools/call')
    throw invalid('method', 'The policy does not know the method of the message.')
  const name = ownMember(message['params'], 'name')
  if (typeof name !== 'string') throw invalid('params.name', 'The message does not name a tool.')
  requireMcpTool(name, caller)
}

/** What a header may hold as it is. */
const PLAIN_VALUE = /^[\x21-\x7e]{1,512}$/

/**
 * The headers by which a client of MCP tells servers and proxies what its message asks for. They say what the message says,
 * whatever the client wrote there.
 * @param message - that was judged
 */
export function mcpHeaders(message: unknown): Readonly<Record<string, string>> {
  const method = ownMember(message, 'method')
  if (typeof method !== 'string' || !PLAIN_VALUE.test(method)) return {}
  const params = ownMember(message, 'params')
  const name = ownMember(params, 'name') ?? ownMember(params, 'uri')
  return {
    'mcp-method': method,
    ...(typeof name === 'string' && PLAIN_VALUE.test(name) && { 'mcp-name': name }),
  }
}

/**
 * Takes out of a message of an MCP server the tools that the caller may not execute, and says that the list is for this
 * caller alone: a cache that keeps it for all would give it to another. Changes the message.
 */
export function filterMcpMessage(message: unknown, caller: Caller): void {
  const result = ownMember(message, 'result')
  if (!isMutable(result) || !Array.isArray(result['tools'])) return
  if (Object.hasOwn(result, 'cacheScope')) result['cacheScope'] = 'private'
  const tools: readonly unknown[] = result['tools']
  result['tools'] = tools.filter((tool) => {
    const name = ownMember(tool, 'name')
    const asked = typeof name === 'string' ? mcpToolPermissions(name) : undefined
    return asked !== undefined && missingOf(asked, caller).length === 0
  })
}

/** The same in an event stream that is complete: each event holds one message. Events that cannot be read are left out. */
export function filterMcpEvents(text: string, caller: Caller): string {
  return text
    .split(/\r?\n/)
    .map((line) => {
      if (!line.startsWith('data:')) return line
      const data = line.slice(5).trim()
      if (data === '') return line
      try {
        const message: unknown = JSON.parse(data)
        filterMcpMessage(message, caller)
        return `data: ${JSON.stringify(message)}`
      } catch {
        return ':'
      }
    })
    .join('\n')
}

const SEAL = /^(.{1,512})\.([0-9a-f]{64})$/

function sealOf(secret: string, ownerKey: string, id: string): string {
  return createHmac('sha256', secret)
    .update(JSON.stringify(['mcp-session', ownerKey, id]))
    .digest('hex')
}

/** The id of a session of MCP as its owner is told it: nobody else can use it. */
export function sealSession(secret: string, ownerKey: string, id: string): string {
  return `${id}.${sealOf(secret, ownerKey, id)}`
}

/** The id of a session at the upstream; undefined where it is not one of this owner. */
export function openSession(secret: string, ownerKey: string, sealed: string): string | undefined {
  const [, id, seal] = SEAL.exec(sealed) ?? []
  if (id === undefined || seal === undefined) return undefined
  const expected = Buffer.from(sealOf(secret, ownerKey, id))
  return timingSafeEqual(expected, Buffer.from(seal)) ? id : undefined
}
