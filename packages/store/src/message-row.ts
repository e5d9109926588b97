import {
  MAX_MESSAGE_BYTES,
  MAX_MESSAGE_PARTS,
  MESSAGE_TOO_LARGE,
  type MemoryContent,
  type MemoryMessage,
  type MemoryRole,
  type NewMemoryMessage,
} from '@signet/core'
import type { Selectable } from 'kysely'
import { StorageError } from './error.js'
import type { MessageTable } from './schema.js'
import { checkId, checkTime, decodeObject, encodeJson, encodeObject, hashEntries } from './value.js'
import { messageWords } from './words.js'

/** What a message is read from. */
export type MessageRow = Pick<
  Selectable<MessageTable>,
  'id' | 'thread_id' | 'position' | 'role' | 'created_at' | 'body'
>

/** Those columns, named with their table. */
export const MESSAGE_COLUMNS = [
  'signet_message.id',
  'signet_message.thread_id',
  'signet_message.position',
  'signet_message.role',
  'signet_message.created_at',
  'signet_message.body',
] as const

const ROLES: ReadonlySet<string> = new Set<MemoryRole>(['user', 'assistant', 'system', 'tool'])

function isRole(role: string): role is MemoryRole {
  return ROLES.has(role)
}

/** Reads what `encodeBody` wrote. */
export function decodeBody(body: string): Pick<MemoryMessage, 'type' | 'content'> {
  return decodeObject(body) as Pick<MemoryMessage, 'type' | 'content'>
}

/** A row as the contract has it. */
export function toMessage(row: MessageRow): MemoryMessage {
  const { type, content } = decodeBody(row.body)
  if (!isRole(row.role)) throw new StorageError('storage_failed', 'A message has no known role.')
  const { id, thread_id: threadId, created_at: createdAt, role } = row
  return { id, threadId, role, type, createdAt, content }
}

/**
 * The body of a message.
 * @throws {StorageError} `message_too_large`, `value_invalid`
 */
export function encodeBody(type: string, content: MemoryContent): string {
  const hasRoom = !Array.isArray(content.parts) || content.parts.length <= MAX_MESSAGE_PARTS
  const body = hasRoom ? encodeJson({ type, content }) : undefined
  if (body !== undefined && Buffer.byteLength(body) <= MAX_MESSAGE_BYTES) return body
  throw new StorageError('message_too_large', MESSAGE_TOO_LARGE)
}

/** A message as a row, but for its position. */
export function toRow(
  owner: string,
  threadId: string,
  message: NewMemoryMessage,
): Omit<Selectable<MessageTable>, 'position'> {
  const { content, type = 'text' } = message
  if (!isRole(message.role)) throw new StorageError('value_invalid', 'The role is not known.')
  if (typeof content !== 'object' || content === null || typeof type !== 'string') {
    throw new StorageError('value_invalid', 'A message has a type and content.')
  }
  return {
    owner,
    id: checkId(message.id),
    thread_id: checkId(threadId),
    role: message.role,
    created_at: checkTime(message.createdAt),
    body: encodeBody(type, content),
    words: messageWords(owner, content),
    entries: hashEntries(encodeObject(content.metadata) ?? '{}').join(' '),
  }
}
