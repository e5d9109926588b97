import { isObject } from '@signet/auth/internal'
import {
  MAX_MESSAGE_BYTES,
  MAX_MESSAGE_PARTS,
  MESSAGE_TOO_LARGE,
  type MemoryContent,
  type MemoryMessage,
  type MemoryRole,
  type NewMemoryMessage,
} from '@signet/core'
import { sql, type RawBuilder, type Selectable } from 'kysely'
import { StorageError } from '../error.js'
import type { MessageTable } from '../schema.js'
import { bytesOf } from './stored-text.js'
import {
  checkId,
  checkTime,
  decodeObject,
  encodeJson,
  encodeObject,
  hashEntries,
} from '../database/value.js'
import { messageWords } from './words.js'

/** What a message is read from. */
export type MessageRow = Pick<
  Selectable<MessageTable>,
  'id' | 'thread_id' | 'position' | 'role' | 'created_at' | 'body'
>

const ROLES: ReadonlySet<string> = new Set<MemoryRole>(['user', 'assistant', 'system', 'tool'])

function isRole(role: string): role is MemoryRole {
  return ROLES.has(role)
}

/** Reads what `encodeBody` wrote. */
export function decodeBody(body: string): Pick<MemoryMessage, 'type' | 'content'> {
  return decodeObject(body) as Pick<MemoryMessage, 'type' | 'content'>
}

/** Reads the role of a stored message. */
export function checkRole(role: string): MemoryRole {
  if (isRole(role)) return role
  throw new StorageError('storage_failed', 'The role of a message is not known.')
}

/** A row as the contract has it. */
export function toMessage(row: Omit<MessageRow, 'body'>, body: string): MemoryMessage {
  const { type, content } = decodeBody(body)
  const { id, thread_id: threadId, created_at: createdAt, role } = row
  return { id, threadId, role: checkRole(role), type, createdAt, content }
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
export type NewRow = Omit<Selectable<MessageTable>, 'position'>

/** What indexing one byte of words costs, in bytes that are only stored. */
const WORD_BYTES = 8

/** What storing a message weighs, in bytes. */
export function rowWeight({ body, words }: Pick<NewRow, 'body' | 'words'>): number {
  return body.length + WORD_BYTES * words.length
}

/** The same of a message that is stored: copying or deleting it costs as much. */
export function storedWeight(): RawBuilder<number> {
  const [body, words] = [bytesOf('signet_message.body'), bytesOf('signet_message.words')]
  return sql<number>`${body} + ${sql.lit(WORD_BYTES)} * ${words}`
}

/** A message as a row, but for its position. */
export function toRow(owner: string, threadId: string, message: NewMemoryMessage): NewRow {
  const { content, type = 'text' } = message
  if (!isRole(message.role)) throw new StorageError('value_invalid', 'The role is not known.')
  if (!isObject(content) || typeof type !== 'string') {
    throw new StorageError('value_invalid', 'A message must have a type and content.')
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
