import {
  containsCredential,
  isObject,
  parseStrictJson,
  StrictJsonError,
} from '@signet/auth/internal'
import { BOUNDS, isThreadId, type PageInfo } from '@signet/core'
import { z } from 'zod'

/** Far more than a thread can have. */
const MAX_PAGE = 1_000_000_000

/** The id of a thread or a message that a client chooses or names. */
export const idText: z.ZodType<string, string> = z
  .string()
  .min(1)
  .max(BOUNDS.idCharacters.limit, { abort: true })
  .refine(isThreadId, 'An id must have 1 to 255 characters without NUL, and must not be . or ..')
  .refine((id) => !containsCredential(id), 'It looks like a credential, and is not an id.')

/** The id of a run that a client chooses or names. */
export const runIdText: z.ZodType<string, string> = z
  .string()
  .min(1)
  .max(BOUNDS.runIdCharacters.limit, { abort: true })
  .refine((id) => !containsCredential(id), 'It looks like a credential, and the log would show it.')

/** Why a value would not come back as it was; undefined for one that would. */
function lossOf(value: unknown): string | undefined {
  if (value === Infinity || value === -Infinity) return 'A number is too large.'
  if (!isObject(value)) return undefined
  if (Object.hasOwn(value, '__proto__')) return 'The name __proto__ cannot be stored.'
  for (const member of Object.values(value)) {
    const loss = lossOf(member)
    if (loss !== undefined) return loss
  }
  return undefined
}

/**
 * What a schema takes, of what can be stored and given back. Schemas drop the name `__proto__` in silence,
 * and a number that is infinite is null once it is stored.
 */
export function lossless<Output>(schema: z.ZodType<Output>): z.ZodType<Output> {
  return z
    .unknown()
    .superRefine((value, context) => {
      const message = lossOf(value)
      if (message !== undefined) context.addIssue({ code: 'custom', message })
    })
    .pipe(schema)
    .meta(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }))
}

const DIGITS = /^\d{1,10}$/

/** A whole number from `minimum` to `maximum` in a query; to a reader of its schema, a number. */
export function numberText(minimum: number, maximum: number): z.ZodType<number, string> {
  const isInRange = (text: string) =>
    DIGITS.test(text) && Number(text) >= minimum && Number(text) <= maximum
  return z
    .string()
    .refine(isInRange, `A whole number from ${minimum} to ${maximum}.`)
    .transform(Number)
    .meta({ type: 'integer', minimum, maximum })
}

/** Which part of a list is wanted. */
export const pageQuery: {
  readonly page: z.ZodOptional<z.ZodType<number, string>>
  readonly perPage: z.ZodOptional<z.ZodType<number, string>>
} = {
  page: numberText(0, MAX_PAGE).optional(),
  perPage: numberText(1, BOUNDS.perPage.limit).optional(),
}

/** JSON in a query, of a shape that its schema tells too. */
export function jsonText<Output>(schema: z.ZodType<Output>): z.ZodType<Output, string> {
  return z
    .string()
    .max(BOUNDS.queryCharacters.limit)
    .transform((text, context): unknown => {
      try {
        return parseStrictJson(text)
      } catch (error) {
        if (!(error instanceof StrictJsonError)) throw error
        context.addIssue({ code: 'custom', message: error.message })
        return z.NEVER
      }
    })
    .pipe(schema)
    .meta({
      contentMediaType: 'application/json',
      contentSchema: z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }),
    })
}

/** ISO 8601 writes times from here to `LAST_TIME` with four digits of the year; an offset may lead out of them. */
const FIRST_TIME = Date.parse('0000-01-01T00:00:00.000Z')
export const LAST_TIME: number = Date.parse('9999-12-31T23:59:59.999Z')

/** A time in milliseconds since 1970, as the wire has it: ISO 8601. */
export const timeText: z.ZodType<number, string> = z.iso
  .datetime({ offset: true })
  .max(BOUNDS.timeCharacters.limit)
  .transform((text) => Date.parse(text))
  .refine((time) => time >= FIRST_TIME && time <= LAST_TIME, 'The year must be from 0 to 9999.')

/** What is said about a page beside its rows. */
export const pageInfo: Readonly<Record<keyof PageInfo, z.ZodType>> = {
  total: z.int(),
  page: z.int(),
  perPage: z.int(),
  hasMore: z.boolean(),
}
