import type { Permission } from '@signet/auth'
import { isLegalId, ownMember } from '@signet/auth/internal'
import { toolsOf } from './agent.js'
import type { Caller, UpstreamAgent } from './context.js'
import { isMutable, objectsAt, type MutableJson } from './json.js'
import { invalid, PolicyRefusal } from './refusal.js'
import type { BodyRule } from '../policy/route-policy.js'

/** How many steps an agent takes that does not say. */
const DEFAULT_MAX_STEPS = 5

/** Names of what an agent offers beside its tools: other agents, workflows, and what its workspace and browser can do. */
function othersOf({ details }: UpstreamAgent): readonly string[] {
  const list = (name: string): readonly string[] => {
    const value = details[name]
    if (Array.isArray(value)) return value.filter((each) => typeof each === 'string')
    return isMutable(value) ? Object.keys(value) : []
  }
  return [
    ...list('agents').map((key) => `agent-${key}`),
    ...list('workflows').map((key) => `workflow-${key}`),
    ...list('workspaceTools'),
    ...list('browserTools'),
  ]
}

function textsIn(value: unknown, field: string): readonly string[] | undefined {
  if (value === undefined || value === null) return undefined
  if (!Array.isArray(value) || !value.every((each) => typeof each === 'string'))
    throw invalid(field, `${field} is not a list of texts.`)
  return value
}

/** The tools of an agent that a caller may execute, as its model calls them. */
function executable(agent: UpstreamAgent, { permissions }: Caller): readonly string[] {
  return [...toolsOf(agent)]
    .filter(([, id]) => isLegalId(id) && permissions.allows(`tools:execute:${id}`))
    .map(([key]) => key)
}

function checkClientTools(call: MutableJson, agent: UpstreamAgent): readonly string[] {
  const given = call['clientTools']
  if (!isMutable(given)) return []
  const tools = toolsOf(agent)
  const taken = new Set([...tools.keys(), ...tools.values(), ...othersOf(agent)])
  const names = Object.entries(given).flatMap(([name, tool]) => {
    const id = ownMember(tool, 'id')
    return typeof id === 'string' ? [name, id] : [name]
  })
  if (names.some((name) => taken.has(name)))
    throw invalid('clientTools', 'A tool of the client has the name of a tool of the agent.')
  return names
}

function checkChoice(call: MutableJson, active: readonly string[]): void {
  const name = ownMember(call['toolChoice'], 'toolName')
  if (typeof name === 'string' && !active.includes(name)) {
    const missing: readonly Permission[] = isLegalId(name) ? [`tools:execute:${name}`] : []
    throw new PolicyRefusal(
      'scope_insufficient',
      'The caller chooses a tool that they may not execute.',
      {
        fields: ['toolChoice'],
        missing,
      },
    )
  }
}

/** The steps of a call are at most those of the agent. */
function capSteps(call: MutableJson, { details }: UpstreamAgent): void {
  const given = call['maxSteps']
  if (given === undefined) return
  if (typeof given !== 'number' || !Number.isInteger(given) || given < 1)
    throw invalid('maxSteps', 'maxSteps is not a whole number above 0.')
  const own = ownMember(details['defaultOptions'], 'maxSteps')
  call['maxSteps'] = Math.min(given, typeof own === 'number' ? own : DEFAULT_MAX_STEPS)
}

/** Whether a call has to know the agent: a caller who may execute every tool, and names none, needs not wait for it. */
export function needsAgent(body: MutableJson, rule: BodyRule, { permissions }: Caller): boolean {
  const calls = rule.members.filter(({ isCall }) => isCall).flatMap(({ at }) => objectsAt(body, at))
  return calls.some(
    (call) =>
      !permissions.allows('tools:execute') ||
      Object.hasOwn(call, 'clientTools') ||
      Object.hasOwn(call, 'maxSteps'),
  )
}

/**
 * Takes out of the calls of a body the tools that the caller may not execute: with `activeTools` the model is offered
 * the others only. Agents and workflows that the agent offers as tools run with tools of their own; so who may not execute
 * every tool is not offered them.
 * @throws {PolicyRefusal} `request_invalid`, `scope_insufficient`
 */
export function limitTools(
  body: MutableJson,
  rule: BodyRule,
  agent: UpstreamAgent,
  caller: Caller,
): void {
  for (const { at, isCall } of rule.members) {
    if (isCall !== true) continue
    for (const call of objectsAt(body, at)) {
      const client = checkClientTools(call, agent)
      capSteps(call, agent)
      const asked = textsIn(call['activeTools'], 'activeTools')
      if (caller.permissions.allows('tools:execute')) continue
      const active = [...executable(agent, caller), ...client]
      call['activeTools'] =
        asked === undefined ? active : asked.filter((name) => active.includes(name))
      checkChoice(call, active)
    }
  }
}
