import { MastraClientError } from './error.js'

/** Parameters of a query: objects become JSON, what is undefined is left out. */
export type Query = Readonly<Record<string, unknown>>

function segment(name: string): string {
  // A URL that holds one of these is another URL: /threads/.. is /.
  if (/^\.{0,2}$/.test(name)) {
    throw new MastraClientError('request_invalid', 'An id must not be empty, . or ..')
  }
  return encodeURIComponent(name)
}

/**
 * Makes a path of names, each of them encoded.
 * @throws {MastraClientError} `request_invalid` for a name that cannot stand in a path
 */
export function joinPath(names: readonly string[], query: Query = {}): string {
  const parameters = Object.entries(query).flatMap(([name, value]) => {
    if (value === undefined) return []
    return [[name, typeof value === 'string' ? value : JSON.stringify(value)]]
  })
  const search = new URLSearchParams(parameters).toString()
  const path = names.map((name) => `/${segment(name)}`).join('')
  return search === '' ? path : `${path}?${search}`
}
