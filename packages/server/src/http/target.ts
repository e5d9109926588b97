import { RequestError } from '../error/error.js'
import { normalPath } from './path.js'

/** Where a request goes, as a URL has it. */
export interface Target {
  /** In its one spelling. */
  readonly path: string
  readonly query: string
  /** With the path in that spelling. */
  readonly url: string
}

/** With `isPlain`, a target that a URL keeps as it is: no segment of dots, and nothing encoded in the path. */
const PLAIN_TARGET = /^\/[\w\-.~!$&'()*+,;=:@/]*(?:\?[\w\-.~!$&()*+,;=:@/?%]*)?$/
/** Neither a name that ends as numbers do, of which only some are addresses, nor one in Punycode. */
const PLAIN_HOST =
  /^(?!.*xn--)(?:127\.0\.0\.1|(?:[a-z0-9_-]+\.)*[a-z][a-z0-9_-]*)(?::[1-9]\d{0,3})?$/
/** A host with nothing of a user, a path, a query or a fragment beside it. */
const HOST = /^[^\s/?#@\\]+$/

function refuse(cause?: unknown): never {
  throw new RequestError('request_invalid', 'The request line or the Host is not valid.', { cause })
}

function parse(text: string): URL {
  try {
    return new URL(text)
  } catch (error) {
    return refuse(error)
  }
}

/** A URL as a target. */
export function targetOf(url: URL): Target {
  const path = normalPath(url.pathname)
  if (path !== url.pathname) url.pathname = path
  return { path, query: url.search.slice(1), url: url.href }
}

/**
 * Reads the target of a request (RFC 9112 section 3.2) and its `Host` as one URL.
 * @param target - a path, or a whole URL, whose host then counts
 * @throws {RequestError} `request_invalid` for what no URL can have, such as a backslash in the path, and for a fragment
 */
export function readTarget(target: string, host: string | undefined, scheme: string): Target {
  if (host !== undefined && PLAIN_HOST.test(host) && isPlain(target)) {
    const mark = target.indexOf('?')
    const path = mark < 0 ? target : target.slice(0, mark)
    const query = mark < 0 ? '' : target.slice(mark + 1)
    return { path, query, url: `${scheme}://${host}${target}` }
  }
  const [path = ''] = target.split('?', 1)
  if (path.includes('\\') || target.includes('#')) refuse()
  const isWhole = /^https?:\/\//i.test(target)
  if (!isWhole && (!target.startsWith('/') || host === undefined || !HOST.test(host))) refuse()
  const url = parse(isWhole ? target : `${scheme}://${host}${target}`)
  if (url.username !== '' || url.password !== '') refuse()
  return targetOf(url)
}

function isPlain(target: string): boolean {
  return !target.includes('/.') && PLAIN_TARGET.test(target)
}
