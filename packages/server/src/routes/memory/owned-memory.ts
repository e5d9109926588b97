import { ScopeError, type Principal } from '@signet/auth'
import { isLegalId } from '@signet/auth/internal'
import {
  hideProviderState,
  ownerKey,
  type Agent,
  type Mastra,
  type MemoryMessage,
  type MemoryStorage,
  type MemoryThread,
} from '@signet/core'
import { RequestError } from '../../error/error.js'
import { requireAgent } from '../agent/find.js'
import type { MessageView, ThreadView } from './schema.js'

/** Who asks, and of which application. */
export interface MemoryCaller {
  readonly mastra: Mastra
  readonly principal: Principal
}

/** What a caller owns, and nothing else. */
export interface OwnedMemory {
  readonly storage: MemoryStorage
  /** The first argument of every call of the storage. It is made of the token alone. */
  readonly owner: string
  /** The owner as the wire shows it. */
  readonly resourceId: string
}

/**
 * The memory of the caller of a request.
 * @throws {RequestError} `not_found` where the application keeps none
 */
export function ownedMemory({ mastra, principal }: MemoryCaller): OwnedMemory {
  const storage = mastra.getStorage()
  if (storage === undefined) throw new RequestError('not_found', 'This server has no storage.')
  return { storage, owner: ownerKey(principal), resourceId: principal.resourceId }
}

/** @throws {RequestError} `not_found`, for a thread of another as for one that is not there */
export function requireThread<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new RequestError('not_found', 'The caller has no such thread.')
  return value
}

/**
 * The agent that a query names, for a caller who may read it.
 * @throws {ScopeError} `agents:read:<id>`
 * @throws {RequestError} `not_found`
 */
export function readableAgent({ mastra, principal }: MemoryCaller, name: string): Agent {
  if (!isLegalId(name)) throw new RequestError('not_found', 'The agentId is not a legal id.')
  const id = mastra.findAgent(name)?.id ?? name
  const permission = `agents:read:${id}` as const
  if (!principal.permissions.allows(permission)) {
    throw new ScopeError(permission, principal.ignoredGrants)
  }
  return requireAgent(mastra, id)
}

/** A thread as the wire shows it. */
export function viewThread(thread: MemoryThread, resourceId: string): ThreadView {
  const { id, title, metadata, createdAt, updatedAt } = thread
  return {
    id,
    title,
    resourceId,
    createdAt: new Date(createdAt).toISOString(),
    updatedAt: new Date(updatedAt).toISOString(),
    metadata: metadata ?? null,
  }
}

/** A message as the wire shows it. */
export function viewMessage(message: MemoryMessage, resourceId: string): MessageView {
  const { id, role, type, createdAt, threadId, content } = message
  return {
    id,
    role,
    type,
    createdAt: new Date(createdAt).toISOString(),
    threadId,
    resourceId,
    content: hideProviderState(content),
  }
}

/** The text of a message. */
export function textOf({ content }: MemoryMessage): string {
  if (content.content !== undefined) return content.content
  return content.parts.map(({ text }) => (typeof text === 'string' ? text : '')).join('')
}
