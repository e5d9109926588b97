import { ownMember } from '@signet/auth/internal'
import type { Permission, Permissions } from '@signet/auth'
import type { AnswerRule, BlankRule, DropRule, ListRule } from '../policy/route-policy.js'
import type { Caller } from './context.js'
import { isMutable, type MutableJson } from './json.js'
import { notFound } from './refusal.js'

type Params = Readonly<Record<string, string>>

/** Where a value stands: it can be put back there. */
interface Spot {
  readonly value: unknown
  /** The name that the last `*` of the place stood for. */
  readonly id: string
  set(value: unknown): void
}

function below(spot: Spot, segment: string): readonly Spot[] {
  const { value } = spot
  if (segment === '*' && Array.isArray(value)) {
    const entries: unknown[] = value
    return entries.map((entry, index) => ({
      value: entry,
      id: '',
      set: (next) => void (entries[index] = next),
    }))
  }
  if (!isMutable(value)) return []
  const names =
    segment === '*' ? Object.keys(value) : Object.hasOwn(value, segment) ? [segment] : []
  return names.map((name) => ({
    value: value[name],
    id: segment === '*' ? name : spot.id,
    set: (next) => void (value[name] = next),
  }))
}

function spotsAt(root: Spot, at: string): readonly Spot[] {
  const segments = at === '' ? [] : at.split('.')
  return segments.reduce<readonly Spot[]>(
    (spots, segment) => spots.flatMap((spot) => below(spot, segment)),
    [root],
  )
}

/** A template with its parameters and the id filled in; undefined where one is not there. */
function fill(template: string, params: Params, id: unknown): Permission | undefined {
  let isWhole = true
  const text = template.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = name === 'id' ? id : params[name]
    if (typeof value !== 'string') isWhole = false
    return String(value)
  })
  return isWhole ? (text as Permission) : undefined
}

function allows(
  permissions: Pick<Permissions, 'allows'>,
  template: string,
  params: Params,
  id: unknown,
): boolean {
  const asked = fill(template, params, id)
  return asked !== undefined && permissions.allows(asked)
}

/** Whether an entry of a list stays. */
function stays(rule: ListRule, entry: unknown, name: string, params: Params, caller: Caller) {
  if (rule.owner !== undefined && ownMember(entry, rule.owner) !== caller.ownerKey) return false
  if (rule.permission === undefined) return true
  const id = rule.id === undefined ? name : ownMember(entry, rule.id)
  return allows(caller.permissions, rule.permission, params, id)
}

/** What stays of a list or of an object; anything else has no entries that could be kept. */
function filtered(value: unknown, keep: (entry: unknown, name: string) => boolean): unknown {
  if (Array.isArray(value)) return value.filter((entry) => keep(entry, ''))
  if (!isMutable(value)) return value === null ? null : []
  return Object.fromEntries(Object.entries(value).filter(([name, entry]) => keep(entry, name)))
}

/** The counts beside a list would tell how many entries another has. */
const COUNTS = ['total', 'total_count', 'count', 'totalCount']

function recount(holder: unknown, before: unknown, after: unknown): void {
  if (!isMutable(holder) || !Array.isArray(before) || !Array.isArray(after)) return
  if (before.length === after.length) return
  for (const name of COUNTS) if (Object.hasOwn(holder, name)) holder[name] = after.length
}

function filterList(root: Spot, rule: ListRule, params: Params, caller: Caller): void {
  if (rule.sameIdsAs !== undefined) return filterSame(root, rule.at, rule.sameIdsAs)
  for (const spot of spotsAt(root, rule.at)) {
    const after = filtered(spot.value, (entry, name) => stays(rule, entry, name, params, caller))
    recount(root.value, spot.value, after)
    spot.set(after)
  }
}

function filterSame(root: Spot, at: string, other: string): void {
  const [list] = spotsAt(root, other)
  const entries: readonly unknown[] = Array.isArray(list?.value) ? list.value : []
  const ids = new Set(entries.map((entry) => ownMember(entry, 'id')))
  for (const spot of spotsAt(root, at))
    spot.set(filtered(spot.value, (entry) => ids.has(ownMember(entry, 'id'))))
}

/** An empty value of the same kind, so that clients find each member that they expect. */
function emptied(value: unknown): unknown {
  if (typeof value === 'string') return ''
  if (Array.isArray(value)) return []
  return isMutable(value) ? {} : value
}

function blank(object: MutableJson, names: readonly string[]): void {
  for (const name of names) {
    if (!Object.hasOwn(object, name)) continue
    // A prompt may be a list or an object, too: what clients read is a text.
    object[name] = name === 'instructions' ? '' : emptied(object[name])
  }
}

function applyBlanks(root: Spot, rule: BlankRule, params: Params, caller: Caller): void {
  for (const { value, id } of spotsAt(root, rule.at)) {
    if (!isMutable(value) || allows(caller.permissions, rule.unless, params, id)) continue
    blank(value, rule.names)
  }
}

function dropMembers(root: Spot, { at, names }: DropRule): void {
  for (const { value } of spotsAt(root, at)) {
    if (!isMutable(value)) continue
    for (const name of names) delete value[name]
  }
}

function path(value: unknown, at: string): unknown {
  return at.split('.').reduce(ownMember, value)
}

/**
 * What a caller is told of an answer of the upstream: what belongs to others is not in its lists, and what only its
 * authors know is empty.
 * @param body - parsed, and changed by this
 * @throws {PolicyRefusal} `not_found` for what is another's
 */
export function applyAnswer(
  body: unknown,
  rule: AnswerRule,
  params: Params,
  caller: Caller,
): unknown {
  let result = body
  if (rule.owner !== undefined && path(body, rule.owner) !== caller.ownerKey)
    throw notFound('The answer of the upstream belongs to another owner.')
  const root: Spot = {
    get value() {
      return result
    },
    id: '',
    set: (next) => void (result = next),
  }
  for (const list of rule.lists ?? []) filterList(root, list, params, caller)
  for (const each of rule.blanks ?? []) applyBlanks(root, each, params, caller)
  for (const each of rule.drops ?? []) dropMembers(root, each)
  return result
}
