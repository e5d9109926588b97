import { grants } from '../api/permission.js'

const RESOURCES = [
  'agents',
  'tools',
  'memory',
  'api-keys',
  'tokens',
  'audit',
  'system',
  'workflows',
  'routes',
]
const ACTIONS = ['read', 'execute', 'write', 'delete', 'approve']
const ID = /^[A-Za-z0-9_.-]{1,128}$/
const ROUTE_PATH = /^(?:\/[A-Za-z0-9_.~-]+)+$/
const DOT_SEGMENT = /\/\.{1,2}(?:\/|$)/

/** What is wrong with a scope; undefined if it grants something. */
export function scopeProblem(text: string): string | undefined {
  if (text === '*') return undefined
  const [resource = '', action, id, ...rest] = text.split(':')
  if (action === undefined || rest.length > 0) {
    return 'Write resource:action or resource:action:id.'
  }
  if (resource !== '*' && !RESOURCES.includes(resource)) {
    return `There is no resource “${resource}”. There are ${RESOURCES.join(', ')}.`
  }
  if (action !== '*' && !ACTIONS.includes(action)) {
    return `There is no action “${action}”. There are ${ACTIONS.join(', ')}.`
  }
  if (id === undefined || id === '*' || ID.test(id)) return undefined
  if (resource === 'routes') {
    return ROUTE_PATH.test(id) && !DOT_SEGMENT.test(id)
      ? undefined
      : 'The id of a route is its path, such as /reports/daily.'
  }
  return 'An id has 1 to 128 letters, digits, dots, hyphens or underscores.'
}

const SEPARATOR = /[,;|]/
/** How a resource is misspelt that is meant: in the singular or the plural, in another case. */
const NEAR_RESOURCES: ReadonlySet<string> = new Set(
  RESOURCES.flatMap((resource) => [resource, resource.replace(/s$/, ''), `${resource}s`]),
)

function beginsOwn(word: string): boolean {
  const [first = '', second] = word.split(':', 2)
  if (first === '*' || RESOURCES.includes(first)) return true
  return (
    second !== undefined &&
    ACTIONS.includes(second.toLowerCase()) &&
    NEAR_RESOURCES.has(first.toLowerCase())
  )
}

/**
 * Whether a scope is not meant for a server of Signet, such as `openid`: as the server tells it, a misspelt permission is
 * meant for it, and so are several words with a wrong separator where one of them is.
 */
export function isForeignScope(scope: string): boolean {
  return !scope.split(SEPARATOR).some(beginsOwn)
}

/** Splits a text into its words, each once, in their order. */
export function splitScopes(text: string): readonly string[] {
  return [...new Set(text.split(/\s+/).filter((word) => word !== ''))]
}

/** The scope that also grants another one; undefined if there is none. */
export function coveredBy(scopes: readonly string[], asked: string): string | undefined {
  return scopes.find((scope) => scope !== asked && grants([scope], asked))
}

/** Adds a scope and removes those that it covers, or removes it if it is there. */
export function toggleScope(scopes: readonly string[], scope: string): readonly string[] {
  if (scopes.includes(scope)) return scopes.filter((each) => each !== scope)
  return [...scopes.filter((each) => !grants([scope], each)), scope]
}

const VERB: Readonly<Record<string, string>> = {
  read: 'read',
  execute: 'run',
  write: 'change',
  delete: 'delete',
  approve: 'approve calls of',
  '*': 'do everything with',
}

const THINGS: Readonly<Record<string, readonly [one: string, all: string]>> = {
  agents: ['the agent', 'every agent'],
  tools: ['the tool', 'every tool'],
  memory: ['its own memory', 'its own memory'],
  'api-keys': ['the API key', 'API keys'],
  tokens: ['the token', 'tokens'],
  audit: ['the audit', 'the audit'],
  system: ['the system', 'the system'],
  '*': ['whatever is named', 'everything'],
}

/** What a valid scope grants, in words: “run the agent weather-agent”. */
export function describeScope(scope: string): string {
  if (scope === '*') return 'do everything'
  const [resource = '', action = '', id = '*'] = scope.split(':')
  const [one, all] = THINGS[resource] ?? [resource, resource]
  const thing = id === '*' ? all : `${one} ${id}`
  return `${VERB[action] ?? action} ${thing}`
}
