import { containsCredential } from '@signet/auth/internal'
import {
  BOUNDS,
  dropMark,
  isThreadId,
  type Bound,
  type MemoryContent,
  type MemoryRole,
} from '@signet/core'
import { z } from 'zod'
import { boundedJson, boundedRecord } from '../../route/bounded.js'
import { lossless } from '../schema.js'

/** The name of the agent that threads belong to; empty where none is meant. No such agent need be there. */
export const agentName: z.ZodType<string, string> = z
  .string()
  .max(BOUNDS.agentIdCharacters.limit, { abort: true })
  .refine(
    (name) => name === '' || isThreadId(name),
    'An id must not contain NUL, and must not be . or ..',
  )
  .refine((name) => !containsCredential(name), 'It looks like a credential, and is not an id.')

/** An owner that a client names. Nothing is left of it: the token says who owns. */
export const ignoredOwner: z.ZodType<undefined> = z
  .unknown()
  .transform(() => undefined)
  .optional()
  .meta({ type: 'string', description: 'Ignored: the token says who the owner is.' })

/** The title of a thread. */
export const titleText: z.ZodType<string, string> = z.string().max(BOUNDS.titleCharacters.limit)

/** What titles are looked for by: a text that they have in them, in whatever case. */
export const soughtTitle: z.ZodType<string, string> = z
  .string()
  .max(BOUNDS.soughtTitleCharacters.limit)

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

/** The agent whose memory is meant. */
export const agentQuery: z.ZodObject<{
  agentId: z.ZodString
  resourceId: z.ZodType<undefined>
}> = z.object({
  agentId: z.string().max(BOUNDS.agentIdCharacters.limit),
  resourceId: ignoredOwner,
})

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
