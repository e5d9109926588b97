import type { JSONValue } from '@ai-sdk/provider'
import { nameStems } from './words.js'

/** The values of results, by the stems of their names. */
export type Facts = ReadonlyMap<string, readonly JSONValue[]>

/** How many values of the results are read. */
const VALUE_LIMIT = 10_000

const keyOf = (name: string): string => nameStems(name).join(' ')

/** Reads results by the names of their values: outer ones before inner ones, earlier before later. */
export function readFacts(results: readonly JSONValue[]): Facts {
  const facts = new Map<string, JSONValue[]>()
  const open: JSONValue[] = [...results]
  for (let index = 0; index < open.length && index < VALUE_LIMIT; index++) {
    const value = open[index]
    if (typeof value !== 'object' || value === null) continue
    for (const [name, inner] of Object.entries(value)) {
      if (inner === undefined) continue
      open.push(inner)
      if (Array.isArray(value)) continue
      const known = facts.get(keyOf(name))
      if (known === undefined) facts.set(keyOf(name), [inner])
      else known.push(inner)
    }
  }
  return facts
}

/**
 * The first value under a name, however it is spelled: `wind_speed` finds `windSpeed`.
 *
 * @param accepts - whether a value will do; a number is also offered as text
 */
export function findFact(
  facts: Facts,
  name: string,
  accepts: (value: JSONValue) => boolean,
): JSONValue | undefined {
  const values = name === '' ? [] : (facts.get(keyOf(name)) ?? [])
  const offered = values.flatMap<JSONValue>((value) =>
    typeof value === 'number' ? [value, String(value)] : [value],
  )
  return offered.find(accepts)
}
