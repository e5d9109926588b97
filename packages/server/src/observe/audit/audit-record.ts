import type { Principal } from '@signet/auth'
import { MAX_AUDIT_CHARACTERS, type AuditRecord } from '@signet/core'
import type { Decision } from '../../exchange.js'
import type { Route } from '../../route/route.js'

/** Answers that say that the caller may not, or not so often. */
const DENIALS: ReadonlySet<number> = new Set([401, 403, 421, 429])

/** A text as a record keeps it: cut, and marked so, where it is too long. */
export function recordText(text: string): string {
  return text.length > MAX_AUDIT_CHARACTERS ? `${text.slice(0, MAX_AUDIT_CHARACTERS - 1)}…` : text
}

/** What a provider of models counted, where it is a count. */
function countOf(tokens: number | undefined): number | undefined {
  return Number.isSafeInteger(tokens) && Number(tokens) >= 0 ? tokens : undefined
}

/** What was asked for, and of what. */
type Asked = Pick<AuditRecord, 'action' | 'resource'>

/** `agents:execute:weather-agent` as what was asked for and of what; without an id, of the path. */
function readPermission(permission: string, path: string): Asked {
  const actionEnd = permission.indexOf(':', permission.indexOf(':') + 1)
  if (actionEnd < 0) return { action: permission, resource: path }
  const id = permission.slice(actionEnd + 1)
  return { action: permission.slice(0, actionEnd), resource: recordText(id) }
}

/**
 * What was asked for: the permission that was missing, else the first one that the route needs; `closed` where no permission
 * opens the route.
 * @param pathOf - the whole path of a route, with its parameters as `:name`
 */
function readRequest(
  { route, permissions, missing, closed }: Decision,
  pathOf: (route: Route) => string,
): Asked {
  if (closed !== undefined)
    return { action: 'closed', resource: closed === '' ? undefined : recordText(closed) }
  if (route === undefined) return { action: 'none', resource: undefined }
  const permission = missing ?? permissions[0]
  const path = recordText(pathOf(route))
  if (permission !== undefined) return readPermission(permission, path)
  return { action: route.access === 'public' ? 'public' : 'authenticated', resource: path }
}

function textOf(text: string | undefined): string | undefined {
  return text === undefined ? undefined : recordText(text)
}

/** Who acts: a name, or a JSON list of several, nearest first. A list also where the nearest has no name. */
function actorText({ actor, actors }: Principal): string | undefined {
  if (actors.length > 1 || (actor === undefined && actors.length > 0)) return JSON.stringify(actors)
  return actor
}

/**
 * The record of one decision about a principal. It holds the pattern of the path, never the path, the query or
 * anything of the body.
 */
export function toAuditRecord(decision: Decision, pathOf: (route: Route) => string): AuditRecord {
  const { principal, status, code, closed, usage } = decision
  const { asked } = decision
  const { action, resource } =
    asked === undefined
      ? readRequest(decision, pathOf)
      : { action: asked.action, resource: recordText(asked.resource) }
  return {
    at: decision.startedAt,
    requestId: decision.requestId,
    issuer: textOf(principal?.issuer),
    subject: textOf(principal?.subject),
    actor: textOf(principal && actorText(principal)),
    action,
    resource,
    isAllowed: principal !== undefined && closed === undefined && !DENIALS.has(status),
    code,
    status,
    address: textOf(decision.address),
    // A clock that is set back makes no time negative.
    durationMs: Math.max(0, decision.durationMs),
    inputTokens: countOf(usage?.inputTokens),
    outputTokens: countOf(usage?.outputTokens),
    count: 1,
  }
}
