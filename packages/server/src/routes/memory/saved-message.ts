import { randomUUID } from 'node:crypto'
import {
  BOUNDS,
  hideProviderState,
  type MemoryContent,
  type MemoryPart,
  type MemoryRole,
  type SavedMessage,
} from '@signet/core'
import { z } from 'zod'
import { metadataObject } from './schema.js'
import { idText, lossless, timeText } from '../schema.js'

/** A message as a client saves it. */
export interface MessageToSave {
  /** Default: a random UUID. */
  readonly id?: string | undefined
  readonly role: MemoryRole
  readonly type?: string | undefined
  /** In milliseconds since 1970. Default: now. */
  readonly createdAt?: number | undefined
  readonly threadId: string
  readonly content: string | readonly MemoryPart[] | MemoryContent
}

const part = z.looseObject({ type: z.string().max(BOUNDS.partTypeCharacters.limit) })
const parts = z.array(part).max(BOUNDS.savedParts.limit)

/** Reads a message that a client saves: its content is a text, a list of parts, or of format 2. */
export const messageToSave: z.ZodType<MessageToSave> = z.object({
  id: idText.optional(),
  role: z.enum(['user', 'assistant', 'system', 'tool']),
  type: z.string().max(BOUNDS.typeCharacters.limit).optional(),
  createdAt: timeText.optional(),
  threadId: idText,
  content: lossless(
    z.union([
      z.string(),
      parts,
      z.looseObject({
        format: z.literal(2).default(2),
        parts,
        content: z.string().optional(),
        metadata: metadataObject.optional(),
      }),
    ]),
  ),
})

function readContent(given: MessageToSave['content']): MemoryContent {
  if (typeof given === 'string') {
    return { format: 2, parts: [{ type: 'text', text: given }], content: given }
  }
  return hideProviderState('parts' in given ? given : { format: 2, parts: given })
}

/** The message as storage takes it. */
export function toSavedMessage(message: MessageToSave): SavedMessage {
  const { id = randomUUID(), role, type, createdAt = Date.now(), threadId } = message
  return { id, role, type, createdAt, threadId, content: readContent(message.content) }
}
