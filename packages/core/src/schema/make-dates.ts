import { z } from 'zod'
import { itemSchema } from './check-array.js'
import { fits } from './check-value.js'
import type { Check } from './check.js'
import {
  followReference,
  isSchemaObject,
  listOf,
  ownSchema,
  type JsonSchema,
} from './json-schema.js'

/** How deep a value, and references at one value, are followed. */
const MAX_DEPTH = 100

/** A day of the calendar, or a day and a time. */
const ISO_TEXT = z.union([z.iso.datetime({ offset: true, local: true }), z.iso.date()])
const MAX_CHARACTERS = 40

/** A time that does not name its zone is one of UTC, wherever the server stands. */
function toDate(text: string): Date | undefined {
  if (text.length > MAX_CHARACTERS || !ISO_TEXT.safeParse(text).success) return undefined
  const isZoned = !text.includes('T') || /(?:Z|[+-]\d\d:?\d\d)$/u.test(text)
  return new Date(isZoned ? text : `${text}Z`)
}

/** Makes the dates of one value. */
class DateMaker {
  readonly #check: Check
  readonly #dates: ReadonlySet<unknown>

  constructor(check: Check, dates: ReadonlySet<unknown>) {
    this.#check = check
    this.#dates = dates
  }

  make(value: unknown, schema: unknown, depth = 0): unknown {
    if (!isSchemaObject(schema) || depth > MAX_DEPTH) return value
    const { work, document } = this.#check
    work.spend(1)
    const { $ref: reference, anyOf, oneOf, allOf } = schema
    if (typeof reference === 'string') {
      return this.make(value, followReference(reference, document), depth + 1)
    }
    if (this.#dates.has(schema)) return this.#date(value, schema)
    let made = value
    for (const forms of [anyOf, oneOf]) {
      // The value is still JSON here: the first form that it fits is meant.
      const meant = listOf(forms).find((form) => fits(value, form, this.#check))
      if (meant !== undefined) made = this.make(value, meant, depth + 1)
    }
    for (const part of listOf(allOf)) made = this.make(made, part, depth + 1)
    if (Array.isArray(made)) return this.#items(made, schema, depth + 1)
    if (!isSchemaObject(made) || made instanceof Date) return made
    return this.#members(made, schema, depth + 1)
  }

  #date(value: unknown, { type }: JsonSchema): unknown {
    if (typeof value === 'string') return toDate(value) ?? value
    // A date that is made of what it gets would make the first of January 1970 of null.
    return value === null && !listOf(type).includes('null') ? undefined : value
  }

  #items(items: readonly unknown[], schema: JsonSchema, depth: number): readonly unknown[] {
    const made = items.map((item, index) => this.make(item, itemSchema(schema, index), depth))
    return made.some((item, index) => item !== items[index]) ? made : items
  }

  #members(value: JsonSchema, schema: JsonSchema, depth: number): JsonSchema {
    const { properties, additionalProperties } = schema
    let isChanged = false
    const members = Object.entries(value).map(([name, member]): [string, unknown] => {
      const made = this.make(member, ownSchema(properties, name) ?? additionalProperties, depth)
      if (made !== member) isChanged = true
      return [name, made]
    })
    return isChanged ? Object.fromEntries(members) : value
  }
}

/**
 * A value of JSON with dates where its schema wants some: of texts of ISO 8601. Any other text stays, and does not fit.
 * Where one of several forms is meant, the first that fits counts.
 *
 * @param dates - the schemas of the document whose texts become dates
 * @returns the value itself where there is none
 * @throws {CheckLimitError} or {PatternLimitError} for what takes too long
 */
export function makeDates(value: unknown, check: Check, dates: ReadonlySet<unknown>): unknown {
  return dates.size === 0 ? value : new DateMaker(check, dates).make(value, check.document)
}
