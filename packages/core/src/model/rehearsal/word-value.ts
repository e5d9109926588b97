import type { JSONValue } from '@ai-sdk/provider'
import { splitName } from './words.js'

/** How many items of a list, or values of an object, are worded; the rest is only counted. */
const ITEM_LIMIT = 20

/** How deep values are worded. */
const DEPTH_LIMIT = 6

type JsonObject = Readonly<Record<string, JSONValue | undefined>>

function isList(value: JSONValue): value is readonly JSONValue[] {
  return Array.isArray(value)
}

function isObject(value: JSONValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !isList(value)
}

function capitalise(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1)
}

function endSentence(text: string): string {
  return /[.!?…]["'”’)]?$/u.test(text) ? text : `${text}.`
}

/** `windSpeed` as people write it: `wind speed`. */
export function wordName(name: string): string {
  return splitName(name).join(' ') || name
}

function wordRest(count: number): readonly string[] {
  return count > ITEM_LIMIT ? [`${count - ITEM_LIMIT} more`] : []
}

function wordList(items: readonly JSONValue[], depth: number): string {
  const parts = items.slice(0, ITEM_LIMIT).map((item) => wordPart(item, depth + 1))
  const all = [...parts, ...wordRest(items.length)]
  if (all.length === 0) return 'none'
  return all.length === 1 ? (all[0] ?? '') : `${all.slice(0, -1).join(', ')} and ${all.at(-1)}`
}

/** The name of the value which is only the unit of another: `heightUnit` beside `height`. */
function findUnit(name: string, object: JsonObject): string | undefined {
  const numbers = Object.values(object).filter((value) => typeof value === 'number')
  const own = [`${name} unit`, `${name} units`]
  const shared = numbers.length === 1 ? ['unit', 'units'] : []
  return Object.keys(object).find(
    (key) =>
      typeof object[key] === 'string' && [...own, ...shared].includes(splitName(key).join(' ')),
  )
}

/** The values of an object as `name: value`, numbers with their units. */
function wordEntries(object: JsonObject, depth: number): readonly string[] {
  const units = new Map<string, string>()
  for (const [name, value] of Object.entries(object)) {
    const unit = typeof value === 'number' ? findUnit(wordName(name), object) : undefined
    if (unit !== undefined) units.set(name, unit)
  }
  const taken = new Set(units.values())
  const entries = Object.entries(object).filter(
    ([name, value]) => value !== undefined && !taken.has(name),
  )
  const worded = entries.slice(0, ITEM_LIMIT).map(([name, value]) => {
    const unit = object[units.get(name) ?? ''] ?? ''
    return `${wordName(name)}: ${`${wordPart(value ?? null, depth + 1)} ${String(unit)}`.trim()}`
  })
  return [...worded, ...wordRest(entries.length)]
}

function wordPart(value: JSONValue, depth: number): string {
  if (value === null || value === '') return 'none'
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (!isList(value) && !isObject(value)) return String(value).trim()
  if (depth > DEPTH_LIMIT) return 'more'
  if (isList(value)) return wordList(value, depth)
  const entries = wordEntries(value, depth)
  return entries.length === 0 ? 'none' : `(${entries.join(', ')})`
}

/**
 * A value as a person reads it, in sentences: `{ depth: 3, depthUnit: 'm', isOpen: true }` gives
 * `Depth: 3 m. Is open: yes.` Units and texts stay as they are, but for a capital at the start; a list of
 * objects has a line for each.
 */
export function wordValue(value: JSONValue): string {
  if (isObject(value)) {
    const entries = wordEntries(value, 0)
    return entries.length === 0
      ? 'There is nothing in it.'
      : entries.map((entry) => endSentence(capitalise(entry))).join(' ')
  }
  if (isList(value) && value.length > 0 && value.every(isObject)) {
    const lines = value
      .slice(0, ITEM_LIMIT)
      .map((item) => `- ${capitalise(wordEntries(item, 0).join(', ')) || 'none'}`)
    return [...lines, ...wordRest(value.length).map((rest) => `- ${rest}`)].join('\n')
  }
  return endSentence(capitalise(wordPart(value, 0)))
}
