import { isLegalId, ownMember } from '@signet/auth/internal'
import type { RuleContext, UpstreamAgent } from './context.js'
import { isMutable, type MutableJson } from './json.js'
import { notFound, PolicyRefusal } from './refusal.js'

/** Members that the list has and the details have not, or the other way round. */
const APART = new Set(['id', 'hasDraft', 'activeVersionId', 'resolvedVersionId'])

/** A text that two objects share if they say the same, in whatever order. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical)
  if (!isMutable(value)) return value
  return Object.keys(value)
    .toSorted()
    .map((name) => [name, canonical(value[name])])
}

function signature(details: MutableJson): string {
  return JSON.stringify(
    canonical(Object.fromEntries(Object.entries(details).filter(([name]) => !APART.has(name)))),
  )
}

/**
 * The agent that the upstream means by a name, which is its key or its id. The list of agents is by id, and details hold
 * none: the one entry that says the same is meant. A name that no list has names nothing. An agent whose id has characters
 * that no permission has, such as a blank, has its key for an id.
 * @throws {PolicyRefusal} `not_found`, also where two agents say the same and the name is neither's id; `upstream_failed`
 */
export async function findAgent(name: string, context: RuleContext): Promise<UpstreamAgent> {
  const [list, one] = await Promise.all([
    context.ask(`${context.prefix}/agents`),
    context.ask(`${context.prefix}/agents/${encodeURIComponent(name)}`),
  ])
  if (one.status === 404) throw notFound('The upstream does not know the agent.')
  if (list.status !== 200 || one.status !== 200 || !isMutable(list.body) || !isMutable(one.body))
    throw new PolicyRefusal(
      'upstream_failed',
      `The upstream answered ${list.status} and ${one.status} about its agents.`,
    )
  const details = one.body
  const told = signature(details)
  const same = Object.entries(list.body)
    .filter(([, entry]) => isMutable(entry) && signature(entry) === told)
    .map(([id]) => id)
  const id = same.includes(name) ? name : same.length === 1 ? same[0] : undefined
  if (id !== undefined && isLegalId(id)) return { id, details }
  // A permission for the other one would be one for this one.
  if (same.length > 0 && !same.includes(name) && Object.hasOwn(list.body, name))
    throw new PolicyRefusal(
      'upstream_failed',
      'The name is the key of one agent, and the id of another.',
    )
  // Permissions cannot name such an id, and name the key.
  if (id !== undefined && isLegalId(name)) return { id: name, details }
  throw notFound('The name is not one of an agent in the list.')
}

/** The tools of an agent: what its model calls them, and the id that permissions are for. */
export function toolsOf({ details }: UpstreamAgent): ReadonlyMap<string, string> {
  const tools = details['tools']
  const found = new Map<string, string>()
  if (!isMutable(tools)) return found
  for (const [key, tool] of Object.entries(tools)) {
    const id = ownMember(tool, 'id')
    found.set(key, typeof id === 'string' ? id : key)
  }
  return found
}
