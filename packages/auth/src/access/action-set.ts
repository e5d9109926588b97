/** What a permission is about. */
export const RESOURCES = [
  'agents',
  'tools',
  'memory',
  'api-keys',
  'tokens',
  'audit',
  'system',
  'workflows',
  'schedules',
  'routes',
] as const

/** What may be done with it. */
export const ACTIONS = ['read', 'execute', 'write', 'delete', 'approve'] as const

/** One of `RESOURCES`. */
export type Resource = (typeof RESOURCES)[number]

/** One of `ACTIONS`. */
export type Action = (typeof ACTIONS)[number]

/** Some of all pairs `resource:action`, one bit each, so that a set is one value. They are more than the 32 of a number. */
export type ActionSet = bigint

const ANY = '*'

const literal = new Map<string, ActionSet>()
const granted = new Map<string, ActionSet>()

function add(text: string, pair: ActionSet): void {
  granted.set(text, (granted.get(text) ?? 0n) | pair)
}

for (const resource of RESOURCES) {
  for (const action of ACTIONS) {
    const pair = 1n << BigInt(literal.size)
    literal.set(`${resource}:${action}`, pair)
    add(`${resource}:${action}`, pair)
    add(`${resource}:${ANY}`, pair)
    add(`${ANY}:${action}`, pair)
    add(`${ANY}:${ANY}`, pair)
  }
}

/** The one pair that a text such as `agents:read` asks for; undefined for any other text, and for a wildcard. */
export function askedAction(text: string): ActionSet | undefined {
  return literal.get(text)
}

/** The pairs that a text such as `agents:read` or `agents:*` grants; undefined for any other text. */
export function grantedActions(text: string): ActionSet | undefined {
  return granted.get(text)
}
