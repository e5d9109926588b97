import { isObject, type JsonObject } from '@signet/auth/internal'
import type { Bound } from '@signet/core'
import { z } from 'zod'

// Lists and texts say their bound by `.max()`, which zod looks at before their elements. What zod has no
// bound for is here, and looked at before the schema is, too.

/** Looks at a value before a schema does, which sees nothing of what is refused. */
function checkedBefore<Output>(
  schema: z.ZodType<Output>,
  faultOf: (value: unknown) => string | undefined,
): z.ZodType<Output> {
  return z.preprocess((value, context) => {
    const message = faultOf(value)
    if (message === undefined) return value
    context.addIssue({ code: 'custom', message })
    return z.NEVER
  }, schema)
}

/** An object of so many names, all with values of one schema. */
export function boundedRecord<Value>(
  name: z.ZodType<string, string>,
  value: z.ZodType<Value>,
  { limit }: Bound,
): z.ZodType<Record<string, Value>> {
  const schema = z.record(name, value).meta({ maxProperties: limit })
  return checkedBefore(schema, (given) =>
    isObject(given) && Object.keys(given).length > limit
      ? `There are more than ${limit} names.`
      : undefined,
  )
}

/** How much a JSON value may hold that nobody here looks into. */
export interface JsonBounds {
  /** Members and elements at all levels. */
  readonly values: Bound
  /** Levels of objects and lists. */
  readonly depth: Bound
  /** Of all texts and names. */
  readonly characters: Bound
}

/** What a value has too much of; undefined where nothing. It stops as soon as that is known. */
function excessOf(root: unknown, { values, depth, characters }: JsonBounds): string | undefined {
  let valuesLeft = values.limit
  let charactersLeft = characters.limit

  function isWithin(value: unknown, depthLeft: number): boolean {
    if (typeof value === 'string') charactersLeft -= value.length
    if (!isObject(value)) return charactersLeft >= 0
    if (depthLeft === 0) return false
    const members: readonly unknown[] = Object.values(value)
    valuesLeft -= members.length
    if (valuesLeft < 0) return false
    if (!Array.isArray(value)) {
      for (const name of Object.keys(value)) charactersLeft -= name.length
    }
    return charactersLeft >= 0 && members.every((member) => isWithin(member, depthLeft - 1))
  }

  if (isWithin(root, depth.limit)) return undefined
  if (valuesLeft < 0) return `It has more than ${values.limit} values.`
  if (charactersLeft < 0) return `Its texts have more than ${characters.limit} characters.`
  return `It has more than ${depth.limit} levels.`
}

/** What a schema takes, of what holds no more than these bounds. */
export function boundedJson<Output>(
  schema: z.ZodType<Output>,
  bounds: JsonBounds,
): z.ZodType<Output> {
  return checkedBefore(schema, (value) => excessOf(value, bounds))
}

const ANY_OBJECT = z.record(z.string(), z.unknown())

/** Any object that holds no more than these bounds. */
export function boundedObject(bounds: JsonBounds): z.ZodType<JsonObject> {
  return boundedJson(ANY_OBJECT.meta({ maxProperties: bounds.values.limit }), bounds)
}
