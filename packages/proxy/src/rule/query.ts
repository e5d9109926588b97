import type { OpenRoute, Place } from '../policy/route-policy.js'
import { invalid } from './refusal.js'

/** In characters. */
const MAX_QUERY = 16_384
const MAX_NAMES = 200

/** No client may say these of itself; they are ours, or a credential. */
const NEVER = new Set(['requestContext', 'runtimeContext', 'apiKey', 'auth_header'])

/** The name before brackets and dots, by which some parsers write lists and objects. */
function baseOf(name: string): string {
  return name.split(/[[.\]]/, 1)[0] ?? ''
}

/** The names of the query that the places of a line speak of. */
function namesIn(places: readonly Place[] = []): readonly string[] {
  return places.filter((place) => place.startsWith('query:')).map((place) => place.slice(6))
}

/**
 * Reads a query. Each name stands once in what a line binds to an owner, so that no two readers choose another of two.
 * @param text - without the question mark
 * @throws {PolicyRefusal} `request_invalid`
 */
export function readQuery(text: string): URLSearchParams {
  if (text.length > MAX_QUERY) throw invalid('query', 'The query is too long.')
  const query = new URLSearchParams(text)
  if (query.size > MAX_NAMES) throw invalid('query', 'The query has too many names.')
  const names = new Set(query.keys())
  for (const name of names) if (NEVER.has(baseOf(name))) query.delete(name)
  return query
}

/**
 * Binds a query to its owner: what the line sets is set, and what it drops is gone, in whatever form it is written.
 * @throws {PolicyRefusal} `request_invalid` where a name that the line looks up stands twice, or in another form
 */
export function bindQuery(query: URLSearchParams, line: OpenRoute, ownerKey: string): void {
  const owner = line.owner === 'none' ? {} : line.owner
  const sets = namesIn(owner.sets)
  const replaces = namesIn(owner.replaces)
  const bound = new Set([...sets, ...replaces, ...(line.query?.drops ?? [])])
  const given = new Set(query.keys())
  const wasThere = new Set([...given].map(baseOf))
  for (const name of given) if (bound.has(baseOf(name))) query.delete(name)
  for (const name of sets) query.set(name, ownerKey)
  for (const name of replaces) if (wasThere.has(name)) query.set(name, ownerKey)
  const looked = [...(owner.names ?? []), ...(owner.runs ?? [])].map(({ at }) => at)
  const single = new Set(['agentId', ...namesIn(looked)])
  for (const name of query.keys()) {
    if (!single.has(baseOf(name))) continue
    if (name !== baseOf(name) || query.getAll(name).length > 1)
      throw invalid(baseOf(name), `${baseOf(name)} stands more than once in the query.`)
  }
}

/** The names of a query that need a permission. */
export function writtenNames(query: URLSearchParams, line: OpenRoute): readonly string[] {
  const writes = line.query?.writes ?? []
  return writes.filter((write) => [...query.keys()].some((name) => baseOf(name) === write))
}

/** A query as text. A blank is `%20`, which each parser reads as one. */
export function writeQuery(query: URLSearchParams): string {
  return query.toString().replaceAll('+', '%20')
}
