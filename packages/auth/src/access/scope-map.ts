import { ConfigurationError } from '../error.js'
import { isJsonObject } from '../lib/object.js'
import { shownValue } from '../lib/text.js'
import { ACTIONS, RESOURCES } from './action-set.js'
import { parseGrant } from './permission.js'

/** Words of an issuer, and what each grants here: `{ 'weather.read': ['agents:read'] }`. */
export type ScopeMap = Readonly<Record<string, readonly string[]>>

const OWN_SEGMENTS: ReadonlySet<string> = new Set([...RESOURCES, '*'])

/** What separates words elsewhere, and is a slip in a word. */
const SEPARATOR = /[\s,;|]/

/** How somebody misspells a resource that they mean: in the singular or the plural, in another case. */
const NEAR_RESOURCES: ReadonlySet<string> = new Set(
  RESOURCES.flatMap((resource) => [resource, resource.replace(/s$/, ''), `${resource}s`]),
)
const ACTION_NAMES: ReadonlySet<string> = new Set(ACTIONS)

/** Whether a word is a resource, or `*`, with whatever follows; or a misspelt resource with an action. */
function beginsOwn(word: string): boolean {
  const [first = '', second] = word.split(':', 2)
  if (OWN_SEGMENTS.has(first)) return true
  if (second === undefined || !ACTION_NAMES.has(second.toLowerCase())) return false
  return NEAR_RESOURCES.has(first.toLowerCase())
}

/**
 * Whether a scope is meant for this server, whatever it grants: its first segment is a resource, or `*`. Any other is a
 * foreign word, such as `openid`, but for a slip: `agent:read` and `Agents:Read` are meant for it, too, and so are words
 * with a wrong separator between them where one of them is, such as `openid,agents:read`.
 */
export function isOwnScope(scope: string): boolean {
  return SEPARATOR.test(scope) ? scope.split(SEPARATOR).some(beginsOwn) : beginsOwn(scope)
}

/** What a word of the issuer grants; undefined for one that the map does not have. `constructor` is no word. */
export function grantsOfWord(
  map: ScopeMap | undefined,
  word: string,
): readonly string[] | undefined {
  return map !== undefined && Object.hasOwn(map, word) ? map[word] : undefined
}

function refuse(message: string): never {
  throw new ConfigurationError('option_invalid', message)
}

function checkEntry(word: string, grants: unknown): void {
  const shown = JSON.stringify(word)
  if (word === '' || /[\s,]/.test(word)) {
    refuse(
      `The option scopeMap has ${shown}, which is not one word. Write each word as an entry of its own: a token has blanks or commas between words.`,
    )
  }
  if (!Array.isArray(grants) || grants.length === 0) {
    refuse(
      `The option scopeMap has no list of permissions for ${shown}. Give it one, or leave the word out.`,
    )
  }
  const entries: readonly unknown[] = grants
  for (const grant of entries) {
    if (typeof grant === 'string' && parseGrant(grant) !== undefined) continue
    refuse(
      `The option scopeMap has ${shownValue(grant)} for ${shown}, which is not a permission. Write resource:action or resource:action:id.`,
    )
  }
}

/**
 * Refuses a map with a word that no token can have, or that grants nothing.
 * @throws {ConfigurationError} `option_invalid`, naming the word
 */
export function checkScopeMap(map: unknown): asserts map is ScopeMap {
  if (!isJsonObject(map)) {
    refuse(
      "The option scopeMap must be an object from words to lists of permissions, such as { 'weather.read': ['agents:read'] }.",
    )
  }
  const entries: readonly (readonly [string, unknown])[] = Object.entries(map)
  if (entries.length === 0) refuse('The option scopeMap is empty. Give it a word, or leave it out.')
  for (const [word, grants] of entries) checkEntry(word, grants)
}
