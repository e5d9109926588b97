import { isJsonObject, isObject } from '@signet/auth/internal'
import type { JSONValue } from '@ai-sdk/provider'
import type { WordReader } from './words.js'
import type { Work } from './work.js'

/** How many values of the results are read. */
const MAX_VALUES = 10_000

const keyOf = (name: string, words: WordReader): string => words.readName(name).stems.join(' ')

/** Finds the values that an answer may take over from the results of tools. */
export class Facts {
  readonly #words: WordReader
  readonly #work: Work
  /** By the stems of their names: outer ones before inner ones, earlier before later. */
  readonly #values = new Map<string, JSONValue[]>()

  /**
   * Reads results by the names of their values.
   * @throws {WorkLimitError}
   */
  constructor(results: readonly JSONValue[], words: WordReader, work: Work) {
    this.#words = words
    this.#work = work
    const open = results.slice(0, MAX_VALUES)
    for (const value of open) {
      if (!isObject(value)) continue
      const left = MAX_VALUES - open.length
      work.spend(1)
      open.push(...(isJsonObject(value) ? this.#addAll(value, left) : value.slice(0, left)))
    }
  }

  /** Adds the first values of an object, and returns them. */
  #addAll(object: Readonly<Record<string, JSONValue | undefined>>, limit: number): JSONValue[] {
    return Object.keys(object)
      .slice(0, limit)
      .flatMap((name) => {
        const value = object[name]
        if (value === undefined) return []
        this.#add(name, value)
        return [value]
      })
  }

  #add(name: string, value: JSONValue): void {
    const key = keyOf(name, this.#words)
    const known = this.#values.get(key)
    if (known === undefined) this.#values.set(key, [value])
    else known.push(value)
  }

  /**
   * The first value under a name, however it is spelled: `wind_speed` finds `windSpeed`.
   *
   * @param accepts - whether a value will do; a number is also offered as text
   * @throws {WorkLimitError}
   */
  find(name: string, accepts: (value: JSONValue) => boolean): JSONValue | undefined {
    if (name === '' || this.#values.size === 0) return undefined
    for (const value of this.#values.get(keyOf(name, this.#words)) ?? []) {
      this.#work.spend(1)
      if (accepts(value)) return value
      if (typeof value === 'number' && accepts(String(value))) return String(value)
    }
    return undefined
  }
}
