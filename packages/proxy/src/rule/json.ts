import { isJsonObject } from '@signet/auth/internal'
import { invalid } from './refusal.js'

/** A JSON object that the proxy may change: a copy of its own. */
export type MutableJson = Record<string, unknown>

/** Whether a value is an object of JSON, which its only owner may change. */
export function isMutable(value: unknown): value is MutableJson {
  return isJsonObject(value)
}

/**
 * The body of a request of a known route. No name in it is `__proto__`, which some parsers take for the prototype.
 * @param value - of a parser that refuses names that stand twice, and what is nested deeply
 * @throws {PolicyRefusal} `request_invalid` for anything but an object
 */
export function bodyObject(value: unknown): MutableJson {
  if (!isMutable(value)) throw invalid('body', 'The body is not a JSON object.')
  refusePrototypes(value)
  return value
}

/**
 * Refuses a member that is called `__proto__`. It goes as deep as the parser lets a value be.
 * @throws {PolicyRefusal} `request_invalid`
 */
export function refusePrototypes(value: unknown): void {
  if (typeof value !== 'object' || value === null) return
  if (Object.hasOwn(value, '__proto__')) throw invalid('body', 'A member is called __proto__.')
  for (const member of Object.values(value)) refusePrototypes(member)
}

/** A place of a body in its segments. */
interface Segment {
  readonly name: string
  /** Whether the value is a list of which each entry is meant. */
  readonly isEach: boolean
}

function segmentsOf(path: string): readonly Segment[] {
  if (path === '') return []
  return path
    .split('.')
    .map((text) =>
      text.endsWith('[]')
        ? { name: text.slice(0, -2), isEach: true }
        : { name: text, isEach: false },
    )
}

/**
 * The objects around the last name of a place, with that name. Where a list is named, it must be one.
 * @param isMandatory - throws where an entry of a list is not an object
 */
function around(
  body: MutableJson,
  path: string,
): { readonly holders: readonly MutableJson[]; readonly name: string; readonly isInList: boolean } {
  const segments = segmentsOf(path)
  const name = segments.at(-1)?.name ?? ''
  let holders: MutableJson[] = [body]
  let isInList = false
  for (const segment of segments.slice(0, -1)) {
    const next: MutableJson[] = []
    for (const holder of holders) {
      if (!Object.hasOwn(holder, segment.name)) continue
      const value = holder[segment.name]
      if (!segment.isEach) {
        if (isMutable(value)) next.push(value)
        continue
      }
      isInList = true
      const entries: readonly unknown[] = Array.isArray(value) ? value : [value]
      for (const entry of entries) {
        if (!isMutable(entry)) throw invalid(path, `An entry of ${segment.name} is not an object.`)
        next.push(entry)
      }
    }
    holders = next
  }
  return { holders, name, isInList }
}

/** The values at a place of a body; none where the body does not name it. Entries of a list must each have it. */
export function valuesAt(body: MutableJson, path: string): readonly unknown[] {
  const { holders, name, isInList } = around(body, path)
  const values: unknown[] = []
  for (const holder of holders) {
    if (Object.hasOwn(holder, name)) values.push(holder[name])
    else if (isInList) throw invalid(path, `An entry has no ${name}.`)
  }
  return values
}

/** The objects at a place of a body: one, several where a list is named, or none. */
export function objectsAt(body: MutableJson, path: string): readonly MutableJson[] {
  if (path === '') return [body]
  return valuesAt(body, path).filter(isMutable)
}

/**
 * Sets a place of a body.
 * @param where - `always` makes the last name; `within` only where the objects around it are there; `present` only
 *   where the place itself is there. Objects around a place are never made.
 */
export function setAt(
  body: MutableJson,
  path: string,
  value: unknown,
  where: 'present' | 'within',
): void {
  const { holders, name } = around(body, path)
  for (const holder of holders) {
    if (where === 'within' || Object.hasOwn(holder, name)) holder[name] = value
  }
}
