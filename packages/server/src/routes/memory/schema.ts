import { containsCredential, parseStrictJson, StrictJsonError } from '@signet/auth/internal'
import {
  BOUNDS,
  dropMark,
  isThreadId,
  type Bound,
  type MemoryContent,
  type MemoryRole,
  type PageInfo,
} from '@signet/core'
import { z } from 'zod'
import { boundedJson, boundedRecord } from '../../route/bounded.js'

/** Far more than a thread can have. */
const MAX_PAGE = 1_000_000_000

/** The id of a thread or a message that a client chooses or names. */
export const idText: z.ZodType<string, string> = z
  .string()
  .min(1)
  .max(BOUNDS.idCharacters.limit, { abort: true })
  .refine(isThreadId, 'An id has 1 to 255 characters, none of them NUL; it is not . or ..')
  .refine((id) => !containsCredential(id), 'It looks like a credential, and is not an id.')

/** The name of the agent that threads belong to; empty where none is meant. No such agent need be there. */
export const agentName: z.ZodType<string, string> = z
  .string()
  .max(BOUNDS.agentIdCharacters.limit, { abort: true })
  .refine((name) => name === '' || isThreadId(name), 'An id has no NUL in it; it is not . or ..')
  .refine((name) => !containsCredential(name), 'It looks like a credential, and is not an id.')

/** An owner that a client names. Nothing is left of it: the token says who owns. */
export const ignoredOwner: z.ZodType<undefined> = z
  .unknown()
  .transform(() => undefined)
  .optional()
  .meta({ type: 'string', description: 'Not looked at: the token says who owns.' })

/** The title of a thread. */
export const titleText: z.ZodType<string, string> = z.string().max(BOUNDS.titleCharacters.limit)

/** What titles are looked for by: a text that they have in them, in whatever case. */
export const soughtTitle: z.ZodType<string, string> = z
  .string()
  .max(BOUNDS.soughtTitleCharacters.limit)

/** Why a value would not come back as it was; undefined for one that would. */
function lossOf(value: unknown): string | undefined {
  if (value === Infinity || value === -Infinity) return 'A number is too large.'
  if (typeof value !== 'object' || value === null) return undefined
  if (Object.hasOwn(value, '__proto__')) return 'The name __proto__ cannot be kept.'
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

function metadataOf(names: Bound): z.ZodType<Record<string, unknown>> {
  return boundedJson(lossless(boundedRecord(z.string(), z.unknown(), names)), {
    values: BOUNDS.metadataValues,
    depth: BOUNDS.bodyDepth,
    characters: BOUNDS.metadataCharacters,
  })
}

/** What an application notes about a thread or a message. What Signet alone writes there is left out. */
export const metadataObject: z.ZodType<Record<string, unknown>> = metadataOf(
  BOUNDS.metadataNames,
).transform(dropMark)

/** Metadata that threads or messages are found by: each name costs a look at all of them. */
export const soughtMetadata: z.ZodType<Record<string, unknown>> = metadataOf(BOUNDS.soughtNames)

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

/** The agent whose memory is meant. */
export const agentQuery: z.ZodObject<{
  agentId: z.ZodString
  resourceId: z.ZodType<undefined>
}> = z.object({
  agentId: z.string().max(BOUNDS.agentIdCharacters.limit),
  resourceId: ignoredOwner,
})

/** Times that ISO 8601 writes with four digits of the year; an offset may lead out of them. */
const [FIRST_TIME, LAST_TIME] = [
  Date.parse('0000-01-01T00:00:00.000Z'),
  Date.parse('9999-12-31T23:59:59.999Z'),
]

/** A time in milliseconds since 1970, as the wire has it: ISO 8601. */
export const timeText: z.ZodType<number, string> = z.iso
  .datetime({ offset: true })
  .max(BOUNDS.timeCharacters.limit)
  .transform((text) => Date.parse(text))
  .refine((time) => time >= FIRST_TIME && time <= LAST_TIME, 'The year is from 0 to 9999.')

/** What is said about a page beside its rows. */
export const pageInfo: Readonly<Record<keyof PageInfo, z.ZodType>> = {
  total: z.int(),
  page: z.int(),
  perPage: z.int(),
  hasMore: z.boolean(),
}

/** A thread as the wire shows it; times in ISO 8601. */
export interface ThreadView {
  readonly id: string
  readonly title: string
  readonly resourceId: string
  readonly createdAt: string
  readonly updatedAt: string
  /** Null where there are none. */
  readonly metadata: Readonly<Record<string, unknown>> | null
}

/** The schema of a thread as the wire shows it. */
export const threadView: z.ZodType<ThreadView> = z.object({
  id: z.string(),
  title: z.string(),
  resourceId: z.string(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
  metadata: z.record(z.string(), z.unknown()).nullable(),
})

/** A message as the wire shows it. */
export interface MessageView {
  readonly id: string
  readonly role: MemoryRole
  readonly type: string
  /** ISO 8601. */
  readonly createdAt: string
  readonly threadId: string
  readonly resourceId: string
  readonly content: MemoryContent
}

/** The schema of a message as the wire shows it. */
export const messageView: z.ZodType<MessageView> = z.object({
  id: z.string(),
  role: z.enum(['user', 'assistant', 'system', 'tool']),
  type: z.string(),
  createdAt: z.iso.datetime(),
  threadId: z.string(),
  resourceId: z.string(),
  content: z.looseObject({
    format: z.literal(2),
    parts: z.array(z.looseObject({ type: z.string() })),
    content: z.string().optional(),
  }),
})
