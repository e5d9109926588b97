import { ownMember } from '@signet/auth/internal'
import type { BodyRule, OpenRoute, OwnerRule, Place } from '../policy/route-policy.js'
import { isMutable, objectsAt, setAt, valuesAt, type MutableJson } from './json.js'
import { isOwned } from './id.js'
import { invalid, notFound } from './refusal.js'

/** Who speaks in a message. Who speaks as the system needs a permission. */
const ROLES: ReadonlySet<unknown> = new Set(['user', 'assistant', 'tool'])
const SYSTEM_ROLES: ReadonlySet<unknown> = new Set(['system', 'developer'])

const MAX_MESSAGES = 10_000

const field = (at: string, name: string) => (at === '' ? name : `${at}.${name}`)

/**
 * Leaves out of a body what its line drops, and refuses what it does not know.
 * @returns the places that need the permission `write` of the rule
 * @throws {PolicyRefusal} `request_invalid`
 */
export function checkMembers(body: MutableJson, rule: BodyRule): readonly string[] {
  const written: string[] = []
  for (const { at, allowed, writes = [], drops = [], onlyTrue = [] } of rule.members) {
    for (const object of objectsAt(body, at)) {
      for (const name of Object.keys(object)) {
        if (drops.includes(name) || (onlyTrue.includes(name) && object[name] !== true)) {
          delete object[name]
        } else if (writes.includes(name)) {
          // What is null or undefined changes nothing, and clients send it.
          if (object[name] === null) delete object[name]
          else written.push(field(at, name))
        } else if (!allowed.includes(name)) {
          throw invalid(
            field(at, name),
            `${field(at, name)} is not an option that the policy knows.`,
          )
        }
      }
    }
  }
  return written
}

function checkContent(content: unknown, at: string): void {
  const parts: unknown = isMutable(content) ? content['parts'] : content
  if (parts === undefined || typeof parts === 'string') return
  if (!Array.isArray(parts))
    throw invalid(at, 'The content of a message is neither a text nor a list.')
  for (const part of parts) {
    if (typeof part === 'string') continue
    if (!isMutable(part) || typeof part['type'] !== 'string')
      throw invalid(at, 'A part of a message has no type.')
  }
}

/** Whether a message speaks as the system. Takes out of it what would move it to another thread or owner. */
function checkMessage(message: unknown, at: string, isStored: boolean): boolean {
  if (typeof message === 'string') return false
  if (!isMutable(message)) throw invalid(at, 'A message is neither a text nor an object.')
  delete message['id']
  if (!isStored) {
    delete message['threadId']
    delete message['resourceId']
  }
  const role = message['role']
  if (!ROLES.has(role) && !SYSTEM_ROLES.has(role)) throw invalid(at, 'A message has another role.')
  checkContent(message['content'], at)
  return SYSTEM_ROLES.has(role)
}

function checkMessagesAt(body: MutableJson, at: string, isStored: boolean): boolean {
  let isSystem = false
  for (const value of valuesAt(body, at)) {
    const messages: readonly unknown[] = Array.isArray(value) ? value : [value]
    if (messages.length > MAX_MESSAGES) throw invalid(at, 'There are too many messages.')
    for (const message of messages) {
      if (checkMessage(message, at, isStored)) isSystem = true
    }
  }
  return isSystem
}

/**
 * Checks the messages of a body, and takes their ids out.
 * @returns the places in which a message speaks as the system
 * @throws {PolicyRefusal} `request_invalid` for what the upstream could not read
 */
export function checkMessages(body: MutableJson, rule: BodyRule): readonly string[] {
  return [
    ...(rule.messages ?? []).filter((at) => checkMessagesAt(body, at, false)),
    ...(rule.storedMessages ?? []).filter((at) => checkMessagesAt(body, at, true)),
  ]
}

function checkApproval(part: MutableJson, at: string, ownerKey: string): void {
  const approval = ownMember(part, 'approval')
  if (approval === undefined || approval === null) return
  // Its id is made of the id of the run and that of the call: `<run>::<call>`.
  const id = ownMember(approval, 'id')
  if (typeof id !== 'string') throw invalid(at, 'The approval of a part of a message has no id.')
  if (!isOwned(ownerKey, id)) throw notFound('The run of an approval is not one of the caller.')
}

/**
 * Refuses a part of a message that answers for a run of another.
 * @throws {PolicyRefusal} `not_found`; `request_invalid` for parts of another form
 */
export function checkApprovals(body: MutableJson, rule: BodyRule, ownerKey: string): void {
  for (const at of rule.approvals ?? []) {
    for (const value of valuesAt(body, at)) {
      for (const message of [value].flat()) {
        if (!isMutable(message) || !Object.hasOwn(message, 'parts')) continue
        const { parts } = message
        if (!Array.isArray(parts)) throw invalid(at, 'The parts of a message are not a list.')
        const entries: readonly unknown[] = parts
        for (const part of entries) {
          if (!isMutable(part) || typeof part['type'] !== 'string')
            throw invalid(at, 'A part of a message has no type.')
          checkApproval(part, at, ownerKey)
        }
      }
    }
  }
}

function placesIn(places: readonly Place[] = []): readonly string[] {
  return places.filter((place) => place.startsWith('body:')).map((place) => place.slice(5))
}

/** Binds a body to its owner, whatever it says. */
export function bindBody(body: MutableJson, line: OpenRoute, ownerKey: string): void {
  const owner: OwnerRule = line.owner === 'none' ? {} : line.owner
  for (const place of placesIn(owner.sets)) setAt(body, place, ownerKey, 'within')
  for (const place of placesIn(owner.setsWithin)) setAt(body, place, ownerKey, 'within')
  for (const place of placesIn(owner.replaces)) setAt(body, place, ownerKey, 'present')
}

/** Takes out of a body the context that a client would give itself: at the upstream, any route with a body reads it. */
export function dropContext(body: MutableJson): void {
  delete body['requestContext']
  delete body['runtimeContext']
}

/** Some readers look for the word anywhere in the header. */
const JSON_TYPE = /json/i

/**
 * Whether the proxy reads the body of a request whole, and makes it anew: where the line speaks of it, and where the upstream
 * could read the context of the request in it. Any other body passes as a stream.
 * @param line - undefined for a route that no line knows
 * @param contentType - undefined where the request has none
 */
export function isBodyRead(line: OpenRoute | undefined, contentType: string | undefined): boolean {
  if (contentType !== undefined && JSON_TYPE.test(contentType)) return true
  if (line === undefined) return false
  const { owner, body, bodyAccess, mcp } = line
  const isSet =
    owner !== 'none' &&
    [...(owner.sets ?? []), ...(owner.runs ?? []).map(({ at }) => at)].some((place) =>
      place.startsWith('body:'),
    )
  return isSet || body !== undefined || bodyAccess !== undefined || mcp === 'message'
}
