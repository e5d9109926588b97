import { isJsonObject } from '@signet/auth/internal'
import type { JSONValue } from '@ai-sdk/provider'
import { splitName } from './words.js'

/** How many values of an object, or items of a list, are worded; the others are named or counted. */
const MAX_SHOWN = 5

/** How many values of an object are looked at; what follows is only counted. */
const MAX_ENTRIES = 200

/** How deep values are worded. */
const MAX_DEPTH = 3

/** How many characters a value may have to be worded; of a name, a unit and all values together. */
const MAX_VALUE = 80
const MAX_NAME = 40
const MAX_UNIT = 20
const MAX_VALUES = 240

/** Where a sentence ends and another begins, or a line does. */
const BREAK = /[.!?…]["'”’)]*\s|[\r\n\u2028\u2029]/u

type Entry = readonly [name: string, value: JSONValue | undefined]

type JsonObject = Readonly<Record<string, JSONValue | undefined>>

function capitalise(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1)
}

function endSentence(text: string): string {
  return /[.!?…]["'”’)]?$/u.test(text) ? text : `${text}.`
}

/** `windSpeed` as people write it: `wind speed`; one that is long, its beginning. */
export function wordName(name: string): string {
  return (splitName(name).join(' ') || 'value').slice(0, MAX_NAME)
}

/** `a, b and c`; of many the first ones and how many more there are. */
function wordAll(parts: readonly string[], count = parts.length): string {
  const shown = parts.slice(0, MAX_SHOWN)
  const all = count > shown.length ? [...shown, `${count - shown.length} more`] : shown
  return all.length < 2 ? (all[0] ?? 'none') : `${all.slice(0, -1).join(', ')} and ${all.at(-1)}`
}

/** Of the values of an object, the names of those that are only the units of others, such as `heightUnit`. */
class Units {
  /** By the words of their names. */
  readonly #texts = new Map<string, string>()
  readonly #isOneNumber: boolean

  constructor(entries: readonly Entry[]) {
    for (const [name, value] of entries) {
      const key = splitName(name).join(' ')
      const isUnit = typeof value === 'string' && value.length <= MAX_UNIT && !BREAK.test(value)
      if (isUnit && !this.#texts.has(key)) this.#texts.set(key, name)
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

/** What an object says in few words. */
interface Worded {
  /** Values as `name: value`, numbers with their units. */
  readonly values: readonly string[]
  /** The names of the values that are left out, as far as they were looked at. */
  readonly others: readonly string[]
  readonly otherCount: number
}

function wordObject(object: JsonObject, depth: number): Worded {
  const names = Object.keys(object)
  const read = names.slice(0, MAX_ENTRIES).map((name): Entry => [name, object[name]])
  const all = new Units(read)
  const units = new Map<string, string>()
  for (const [name, value] of read) {
    const unit = typeof value === 'number' ? all.find(wordName(name)) : undefined
    if (unit !== undefined) units.set(name, unit)
  }
  const taken = new Set(units.values())
  const values: string[] = []
  const others: string[] = []
  let room = MAX_VALUES
  for (const [name, value] of read) {
    if (value === undefined || taken.has(name)) continue
    const part = values.length < MAX_SHOWN ? wordPart(value, depth + 1) : undefined
    const unitName = units.get(name)
    const unit = unitName === undefined ? '' : String(object[unitName])
    const text = `${wordName(name)}: ${`${part ?? ''} ${unit}`.trim()}`
    if (part === undefined || text.length > room) others.push(wordName(name))
    else values.push(text)
    if (part !== undefined) room -= text.length
  }
  return { values, others, otherCount: others.length + names.length - read.length }
}

/** A value within a sentence; undefined for one that is more than a few words. */
function wordPart(value: JSONValue, depth: number): string | undefined {
  if (value === null || value === '') return 'none'
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (!Array.isArray(value) && !isJsonObject(value))
    return shortText(String(value).trim().replace(/\.$/u, ''))
  if (depth > MAX_DEPTH) return undefined
  if (Array.isArray(value)) return shortText(wordItems(value, depth))
  const { values, otherCount } = wordObject(value, depth)
  if (values.length + otherCount === 0) return 'none'
  return otherCount > 0 ? undefined : shortText(`(${values.join(', ')})`)
}

function shortText(text: string | undefined): string | undefined {
  return text === undefined || text.length > MAX_VALUE || BREAK.test(text) ? undefined : text
}

/** The items of a list; undefined where one that is shown is more than a few words. */
function wordItems(items: readonly JSONValue[], depth: number): string | undefined {
  const shown = items.slice(0, MAX_SHOWN).map((item) => wordPart(item, depth + 1))
  const parts = shown.filter((part) => part !== undefined)
  return parts.length < shown.length ? undefined : wordAll(parts, items.length)
}

function wordWhole(object: JsonObject): string {
  const { values, others, otherCount } = wordObject(object, 0)
  if (values.length + otherCount === 0) return 'There is nothing in it.'
  const sentences = values.length > 0 ? [endSentence(capitalise(values.join('; ')))] : []
  if (otherCount > 0) {
    const verb = otherCount === 1 ? 'is' : 'are'
    sentences.push(`${capitalise(wordAll(others, otherCount))} ${verb} in the tool's result.`)
  }
  return sentences.join(' ')
}

function wordList(items: readonly JSONValue[]): string {
  const [first, ...others] = items
  if (first === undefined) return 'There is nothing in it.'
  if (others.length === 0 && isJsonObject(first)) return wordWhole(first)
  if (!isJsonObject(first)) {
    const text = wordItems(items, 0)
    return text === undefined
      ? `The tool's result has ${items.length} items.`
      : endSentence(capitalise(text))
  }
  const { values } = wordObject(first, 0)
  const said = values.length === 0 ? '' : `, the first with ${values.join('; ')}`
  return endSentence(`There are ${items.length} items in the tool's result${said}`)
}

/**
 * A value as a person reads it, in two sentences at most: `{ depth: 3, depthUnit: 'm', isOpen: true }` gives
 * `Depth: 3 m; is open: yes.` Units and short texts stay as they are, but for a capital at the start. What is more than
 * a few words is only named, for whoever asks sees the result of the tool itself.
 */
export function wordValue(value: JSONValue): string {
  if (isJsonObject(value)) return wordWhole(value)
  if (Array.isArray(value)) return wordList(value)
  if (typeof value === 'string') return endSentence(wordText(capitalise(value.trim())) || 'None')
  return endSentence(capitalise(wordPart(value, 0) ?? ''))
}

/** How many characters of a text are said. */
const MAX_TEXT = 300
const REST = "The rest is in the tool's result."

const SENTENCES = new Intl.Segmenter('en', { granularity: 'sentence' })

/** A text that is two short sentences at most as it is; of any other the first one, cut where it is long. */
export function wordText(text: string): string {
  const looked = text.slice(0, MAX_TEXT + 1)
  const lines = looked.split(/[\r\n\u2028\u2029]+/u).filter((line) => line.trim() !== '')
  const sentences = lines.flatMap((line) =>
    Array.from(SENTENCES.segment(line), ({ segment }) => segment.trim()),
  )
  if (text.length <= MAX_TEXT && sentences.length <= 2) return text
  const [first = ''] = sentences
  const isCut = text.length > MAX_TEXT && sentences.length === 1
  return `${isCut ? `${first.slice(0, MAX_TEXT).trimEnd()}…` : endSentence(first)} ${REST}`
}
