import { checkAccess, type Permission } from '@signet/auth'
import { isLegalRoutePath } from '@signet/auth/internal'
import { isPlainId } from './plain-id.js'
import { isClosed, type OpenRoute, type RoutePolicy } from './route-policy.js'

/** A line that a request meets, with the decoded parameters of its path. */
export interface KnownRoute {
  readonly kind: 'known'
  readonly policy: OpenRoute
  readonly params: Readonly<Record<string, string>>
  /** The path for the upstream, made anew: each parameter encoded in the one way. */
  readonly path: string
  /** The complete path of the line, with its parameters as `:name`. */
  readonly pattern: string
}

/** A route that no line knows. Only this permission opens it. */
export interface UnknownRoute {
  readonly kind: 'unknown'
  readonly permission: Permission
  readonly path: string
}

/** A route that nobody is let in to: the answer is 404. */
export interface RefusedRoute {
  readonly kind: 'refused'
  /** Why, for the log. */
  readonly reason: string
  /** The path of the route, with its parameters as `:name`; undefined for a path that is none of a route. */
  readonly pattern?: string | undefined
}

/** What a policy says of a request. */
export type PolicyMatch = KnownRoute | RefusedRoute | UnknownRoute

/** A line of a table, and the complete path that it is for. */
export interface PolicyRoute {
  /** With the prefix of its group, and with parameters as `:name`. */
  readonly path: string
  readonly policy: RoutePolicy
}

/** The lines of a policy, and the one that a request meets. */
export interface PolicyTable {
  readonly lines: readonly RoutePolicy[]
  /** The same lines in the same order, each with its complete path. */
  readonly routes: readonly PolicyRoute[]
  /**
   * What the policy says of a request.
   * @param method - in upper case; `HEAD` is read as `GET`
   * @param path - of the request target, as the client wrote it, without the query
   */
  find(method: string, path: string): PolicyMatch
}

/** Lines whose paths stand below one prefix. */
export interface PolicyGroup {
  /** Such as `/api`; empty for paths that are complete. */
  readonly prefix: string
  readonly lines: readonly RoutePolicy[]
}

/** A segment of the path of a line: a text, or the name of a parameter. */
interface Segment {
  readonly text: string
  readonly isParam: boolean
}

interface Entry {
  readonly policy: RoutePolicy
  readonly pattern: string
  readonly segments: readonly Segment[]
}

/** In characters and in segments; the routes of the contract have at most 9. */
const MAX_PATH = 2048
const MAX_SEGMENTS = 16

const METHODS: ReadonlySet<string> = new Set(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])

/** What the lines that a request can meet have in common with it. */
function shapeOf(method: string, segments: readonly unknown[]): string {
  return `${method} ${segments.length}`
}

function refuse(reason: string): RefusedRoute {
  return { kind: 'refused', reason }
}

function readSegments(path: string): readonly Segment[] {
  return path
    .split('/')
    .slice(1)
    .map((text) =>
      text.startsWith(':') ? { text: text.slice(1), isParam: true } : { text, isParam: false },
    )
}

/** The path of a line with all parameters that its access can speak of. */
function withParams({ path, params = {} }: OpenRoute): string {
  return [path, ...Object.keys(params)].join('/:')
}

/** Exact segments come before parameters, from left to right. */
function bySpecificity(left: Entry, right: Entry): number {
  for (const [index, segment] of left.segments.entries()) {
    const other = right.segments[index]
    if (other !== undefined && segment.isParam !== other.isParam) return segment.isParam ? 1 : -1
  }
  return 0
}

/** A text decoded; undefined for one that cannot be decoded, or that could not be encoded again. */
function decode(raw: string): string | undefined {
  try {
    const text = decodeURIComponent(raw)
    encodeURIComponent(text)
    return text
  } catch {
    return undefined
  }
}

/**
 * A parameter as text. What is not well encoded, what holds a separator once it is decoded, a segment of dots, and the
 * name of a member that every object has, name nothing: at the upstream they could mean something else than here.
 */
function decodeParam(raw: string): string | undefined {
  const text = decode(raw)
  if (text === undefined) return undefined
  return isPlainId(text) && !(text in Object.prototype) ? text : undefined
}

/** How a tolerant reader could read a path: one case, decoded, without empty segments. */
function looseSegments(path: string): readonly string[] {
  return (decode(path) ?? path)
    .toLowerCase()
    .split(/[/\\]/)
    .filter((segment) => segment !== '' && segment !== '.')
}

function meets({ segments }: Entry, texts: readonly string[]): boolean {
  return segments.every(({ text, isParam }, index) => isParam || texts[index] === text)
}

function isSpelling({ segments }: Entry, texts: readonly string[]): boolean {
  return segments.every(
    ({ text, isParam }, index) => isParam || texts[index] === text.toLowerCase(),
  )
}

function known(
  { policy, pattern, segments }: Entry,
  texts: readonly string[],
): KnownRoute | RefusedRoute {
  if (isClosed(policy)) return { ...refuse(policy.closed), pattern }
  const params: Record<string, string> = { ...policy.params }
  const spelt: string[] = []
  for (const [index, { text, isParam }] of segments.entries()) {
    if (!isParam) {
      spelt.push(text)
      continue
    }
    const value = decodeParam(texts[index] ?? '')
    if (value === undefined)
      return { ...refuse(`The path parameter ${text} is not a legal id.`), pattern }
    params[text] = value
    spelt.push(encodeURIComponent(value))
  }
  return { kind: 'known', policy, params, path: `/${spelt.join('/')}`, pattern }
}

/**
 * Makes a table of lines. A group that comes earlier takes precedence over a later one; within a group, exact segments
 * take precedence over parameters. Each look-up takes steps in proportion to the lines of one method and length, and to
 * the path.
 * @throws {ConfigurationError} `option_invalid` for an access that is not one
 * @throws {RangeError} for two lines of one group with the same method and path
 */
export function createPolicyTable(groups: readonly PolicyGroup[]): PolicyTable {
  const ordered: Map<string, Entry[]>[] = []
  const all: Entry[] = []
  for (const { prefix, lines } of groups) {
    const byShape = new Map<string, Entry[]>()
    const seen = new Set<string>()
    for (const policy of lines) {
      const path = prefix + policy.path
      if (!isClosed(policy)) checkAccess(policy.access, withParams(policy))
      const name = `${policy.method} ${path.replaceAll(/:\w+/g, ':')}`
      if (seen.has(name)) throw new RangeError(`Two lines of the policy are ${name}.`)
      seen.add(name)
      const entry = { policy, pattern: path, segments: readSegments(path) }
      for (const method of policy.method === 'ALL' ? METHODS : [policy.method]) {
        const shape = shapeOf(method, entry.segments)
        byShape.set(shape, [...(byShape.get(shape) ?? []), entry])
      }
      all.push(entry)
    }
    for (const entries of byShape.values()) entries.sort(bySpecificity)
    ordered.push(byShape)
  }

  function find(given: string, path: string): PolicyMatch {
    const method = given === 'HEAD' ? 'GET' : given
    if (!METHODS.has(method)) return refuse('The method is not one of the policy.')
    if (path.length > MAX_PATH || !path.startsWith('/')) return refuse('The path is not legal.')
    const texts = path.split('/').slice(1)
    if (texts.length > MAX_SEGMENTS) return refuse('The path has too many segments.')
    const shape = shapeOf(method, texts)
    for (const byShape of ordered) {
      for (const entry of byShape.get(shape) ?? []) {
        if (meets(entry, texts)) return known(entry, texts)
      }
    }
    return unknown(path)
  }

  /** What no line has. A path that a tolerant reader could take for one of a line stays closed to all. */
  function unknown(path: string): PolicyMatch {
    const loose = looseSegments(path)
    const isKnown = all.some(
      (entry) => entry.segments.length === loose.length && isSpelling(entry, loose),
    )
    if (isKnown)
      return refuse('The path is another spelling, or the method another one, of a known route.')
    if (!isLegalRoutePath(path)) return refuse('The path of an unknown route is not plain.')
    return { kind: 'unknown', permission: `routes:execute:${path}`, path }
  }

  return {
    lines: all.map(({ policy }) => policy),
    routes: all.map(({ policy, pattern }) => ({ path: pattern, policy })),
    find,
  }
}
