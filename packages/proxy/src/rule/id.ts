import { isPlainId } from '../policy/plain-id.js'
import { isMutable } from './json.js'
import { invalid } from './refusal.js'

/**
 * The ids that a value names: a text, or an object with an `id`.
 * @param field - where it stands, for the refusal
 * @param isList - whether it may be a list of them
 * @throws {PolicyRefusal} `request_invalid` for any other value
 */
export function idsOf(value: unknown, field: string, isList = false): readonly string[] {
  if (isList && Array.isArray(value)) return value.flatMap((entry) => idsOf(entry, field))
  const id = isMutable(value) && Object.hasOwn(value, 'id') ? value['id'] : value
  if (typeof id !== 'string' || !isPlainId(id)) throw invalid(field, `${field} is not a legal id.`)
  return [id]
}

/** Whether an id of a run is in the name space of an owner. */
export function isOwned(ownerKey: string, id: string): boolean {
  return id.startsWith(`${ownerKey}.`)
}

/**
 * The id of a run in the name space of its owner: `<owner key>.<id>`. An id that is there already stays as it is, so
 * that a client may use the id that it chose and the id that it was told.
 */
export function ownedRunId(ownerKey: string, id: string): string {
  return isOwned(ownerKey, id) ? id : `${ownerKey}.${id}`
}

/** A path with its parameters, each encoded in the one way. @param pattern - with parameters as `:name` */
export function fillPath(pattern: string, params: Readonly<Record<string, string>>): string {
  return pattern.replaceAll(/:(\w+)/g, (_, name: string) => encodeURIComponent(params[name] ?? ''))
}
