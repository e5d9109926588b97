import type { JSONValue } from '@ai-sdk/provider'
import { splitName } from './words.js'

/** How many items of a list, or values of an object, are worded; the rest is only counted. */
const MAX_ITEMS = 20

/** How deep values are worded. */
const MAX_DEPTH = 6

/** How many values of an object are looked at; what follows is only counted. */
const MAX_ENTRIES = 200

type Entry = readonly [name: string, value: JSONValue | undefined]

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
  return count > MAX_ITEMS ? [`${count - MAX_ITEMS} more`] : []
}

function wordList(items: readonly JSONValue[], depth: number): string {
  const parts = items.slice(0, MAX_ITEMS).map((item) => wordPart(item, depth + 1))
  const all = [...parts, ...wordRest(items.length)]
  if (all.length === 0) return 'none'
  return all.length === 1 ? (all[0] ?? '') : `${all.slice(0, -1).join(', ')} and ${all.at(-1)}`
}

/** Of the values of an object, the names of those that are only the units of others, such as `heightUnit`. */
class Units {
  /** By the words of their names. */
  readonly #texts = new Map<string, string>()
  readonly #isOneNumber: boolean

  constructor(entries: readonly Entry[]) {
    for (const [name, value] of entries) {
      const key = splitName(name).join(' ')
      if (typeof value === 'string' && !this.#texts.has(key)) this.#texts.set(key, name)
    }
    this.#isOneNumber = entries.filter(([, value]) => typeof value === 'number').length === 1
  }

  /** The name of the unit of a number. */
  find(name: string): string | undefined {
    const own = this.#texts.get(`${name} unit`) ?? this.#texts.get(`${name} units`)
    if (own !== undefined || !this.#isOneNumber) return own
    return this.#texts.get('unit') ?? this.#texts.get('units')
  }
}

/** The values of an object as `name: value`, numbers with their units. */
function wordEntries(object: JsonObject, depth: number): readonly string[] {
  const names = Object.keys(object)
  const read = names.slice(0, MAX_ENTRIES).map((name): Entry => [name, object[name]])
  const all = new Units(read)
  const units = new Map<string, string>()
  for (const [name, value] of read) {
    const unit = typeof value === 'number' ? all.find(wordName(name)) : undefined
    if (unit !== undefined) units.set(name, unit)
  }
  const taken = new Set(units.values())
  const entries = read.filter(([name, value]) => value !== undefined && !taken.has(name))
  const worded = entries.slice(0, MAX_ITEMS).map(([name, value]) => {
    const unit = object[units.get(name) ?? ''] ?? ''
    return `${wordName(name)}: ${`${wordPart(value ?? null, depth + 1)} ${String(unit)}`.trim()}`
  })
  return [...worded, ...wordRest(entries.length + names.length - read.length)]
}

function wordPart(value: JSONValue, depth: number): string {
  if (value === null || value === '') return 'none'
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (!isList(value) && !isObject(value)) return String(value).trim()
  if (depth > MAX_DEPTH) return 'more'
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
      .slice(0, MAX_ITEMS)
      .map((item) => `- ${capitalise(wordEntries(item, 0).join(', ')) || 'none'}`)
    return [...lines, ...wordRest(value.length).map((rest) => `- ${rest}`)].join('\n')
  }
  return endSentence(capitalise(wordPart(value, 0)))
}
