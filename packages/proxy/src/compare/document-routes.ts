import { HTTP_METHODS, isObject, ownMember } from '@signet/auth/internal'
import type { PolicyMethod } from '../policy/route-policy.js'

/** A route that an OpenAPI document describes. */
export interface DocumentRoute {
  readonly method: Exclude<PolicyMethod, 'ALL'>
  /** Complete, with parameters as `:name`. */
  readonly path: string
  /** Whether each parameter is a whole segment, as in a line of a policy. */
  readonly isPlain: boolean
}

/** How many routes are read. The document of Mastra has 414. */
const MAX_ROUTES = 5000
/** In characters. */
const MAX_PATH = 2048

/** By index: a regular expression tries each slash of the path anew. */
function withoutEndSlashes(path: string): string {
  let end = path.length
  while (path[end - 1] === '/') end--
  return path.slice(0, end)
}

/** The path below which the paths of a document or of one of its items stand; empty where none is said. */
function prefixOf(servers: unknown): string {
  const [first]: readonly unknown[] = Array.isArray(servers) ? servers : []
  const url = ownMember(first, 'url')
  if (typeof url !== 'string' || url.length > MAX_PATH) return ''
  const base = 'http://localhost'
  return URL.canParse(url, base) ? withoutEndSlashes(new URL(url, base).pathname) : ''
}

/** A segment such as `{agentId}`, as a line of a policy writes it. A segment that is only in part a parameter is one, too. */
function segmentOf(text: string): string {
  if (!text.includes('{')) return text
  const name = /\{([^}]*)\}?/.exec(text)?.[1]?.replaceAll(/\W/g, '_') ?? ''
  return /^[A-Za-z_]/.test(name) ? `:${name}` : `:_${name}`
}

function pathOf(template: string): Pick<DocumentRoute, 'isPlain' | 'path'> {
  const segments = template.split('/')
  return {
    path: segments.map(segmentOf).join('/'),
    isPlain: segments.every((text) => !/[{}]/.test(text) || /^\{[A-Za-z_]\w*\}$/.test(text)),
  }
}

/**
 * Reads which routes an OpenAPI document describes, whatever else is in it.
 * @param document - parsed JSON of anybody
 * @returns undefined where it is not such a document, or has more than 5000 routes
 */
export function readDocumentRoutes(document: unknown): readonly DocumentRoute[] | undefined {
  const paths = ownMember(document, 'paths')
  if (typeof ownMember(document, 'openapi') !== 'string' || !isObject(paths)) return undefined
  const prefix = prefixOf(ownMember(document, 'servers'))
  const routes: DocumentRoute[] = []
  for (const [template, item] of Object.entries(paths)) {
    if (!template.startsWith('/') || template.length > MAX_PATH || !isObject(item)) continue
    const servers = ownMember(item, 'servers')
    const own = servers === undefined ? prefix : prefixOf(servers)
    const read = pathOf(own + template)
    for (const method of HTTP_METHODS) {
      if (isObject(ownMember(item, method.toLowerCase()))) routes.push({ method, ...read })
    }
    if (routes.length > MAX_ROUTES) return undefined
  }
  return routes
}
