import { randomUUID } from 'node:crypto'
import { BOUNDS } from '@signet/core'
import { z } from 'zod'
import {
  NEW_THREAD,
  NEW_THREAD_QUERY,
  OWNED_QUERY,
  THREADS_QUERY,
  THREAD_CHANGE,
  THREAD_COPY,
} from '../../route/option/route-options.js'
import { defineRoute, type Route } from '../../route/route.js'
import { agentOfList, agentOfNew } from './agent-of-thread.js'
import { ownedMemory, requireThread, viewMessage, viewThread } from './owned-memory.js'
import {
  agentName,
  ignoredOwner,
  messageView,
  metadataObject,
  soughtMetadata,
  soughtTitle,
  threadView,
  titleText,
} from './schema.js'
import { idText, jsonText, pageInfo, pageQuery, timeText } from '../schema.js'

const DEFAULT_PER_PAGE = 100

const orderField = z.enum(['createdAt', 'updatedAt'])
const orderDirection = z.enum(['ASC', 'DESC', 'asc', 'desc'])
const order = z.object({ field: orderField.optional(), direction: orderDirection.optional() })

const list = defineRoute({
  method: 'GET',
  path: '/memory/threads',
  access: 'memory:read',
  summary: 'The threads of the caller, the newest first: all, or by agent, title and metadata',
  queryOptions: THREADS_QUERY,
  query: z.object({
    ...pageQuery,
    resourceId: ignoredOwner,
    'orderBy[field]': orderField.optional(),
    'orderBy[direction]': orderDirection.optional(),
    orderBy: jsonText(order).optional(),
    agentId: agentName.optional(),
    title: soughtTitle.optional(),
    metadata: jsonText(soughtMetadata).optional(),
  }),
  response: z.object({ threads: z.array(threadView), ...pageInfo }),
  async handler(input) {
    const { storage, owner, resourceId } = ownedMemory(input)
    const { page, perPage = DEFAULT_PER_PAGE, agentId, title, metadata, orderBy } = input.query
    const direction = input.query['orderBy[direction]'] ?? orderBy?.direction
    const { threads, ...info } = await storage.listThreads(owner, {
      page,
      perPage,
      agentId: agentOfList(input, agentId),
      title,
      metadata,
      orderBy: {
        field: input.query['orderBy[field]'] ?? orderBy?.field,
        direction: direction?.toLowerCase() === 'asc' ? 'asc' : 'desc',
      },
    })
    return { threads: threads.map((thread) => viewThread(thread, resourceId)), ...info }
  },
})

const create = defineRoute({
  method: 'POST',
  path: '/memory/threads',
  access: 'memory:write',
  summary: 'Creates a thread of the caller',
  queryOptions: NEW_THREAD_QUERY,
  bodyOptions: NEW_THREAD,
  query: z.object({ agentId: agentName.optional(), resourceId: ignoredOwner }),
  body: z.object({
    agentId: agentName.optional(),
    resourceId: ignoredOwner,
    threadId: idText.optional(),
    title: titleText.optional(),
    metadata: metadataObject.optional(),
  }),
  response: threadView,
  async handler(input) {
    const { storage, owner, resourceId } = ownedMemory(input)
    const { threadId: id = randomUUID(), title, metadata } = input.body
    const agentId = agentOfNew(input, input.query.agentId ?? input.body.agentId)
    const thread = await storage.createThread(owner, { id, title, metadata, agentId })
    return viewThread(thread, resourceId)
  },
})

const read = defineRoute({
  method: 'GET',
  path: '/memory/threads/:threadId',
  access: 'memory:read',
  summary: 'One thread of the caller',
  queryOptions: OWNED_QUERY,
  response: threadView,
  async handler(input) {
    const { storage, owner, resourceId } = ownedMemory(input)
    const thread = await storage.getThread(owner, input.params.threadId)
    return viewThread(requireThread(thread), resourceId)
  },
})

const update = defineRoute({
  method: 'PATCH',
  path: '/memory/threads/:threadId',
  access: 'memory:write',
  summary: 'Changes the title of a thread, and adds to its metadata',
  queryOptions: OWNED_QUERY,
  bodyOptions: THREAD_CHANGE,
  body: z.object({
    resourceId: ignoredOwner,
    title: titleText.optional(),
    metadata: metadataObject.optional(),
  }),
  response: threadView,
  async handler(input) {
    const { storage, owner, resourceId } = ownedMemory(input)
    const { title, metadata } = input.body
    const thread = await storage.updateThread(owner, input.params.threadId, { title, metadata })
    return viewThread(requireThread(thread), resourceId)
  },
})

const remove = defineRoute({
  method: 'DELETE',
  path: '/memory/threads/:threadId',
  access: 'memory:delete',
  summary: 'Deletes a thread with its messages',
  queryOptions: OWNED_QUERY,
  response: z.object({ result: z.string() }),
  async handler(input) {
    const { storage, owner } = ownedMemory(input)
    const isDeleted = await storage.deleteThread(owner, input.params.threadId)
    requireThread(isDeleted || undefined)
    return { result: 'Thread deleted' }
  },
})

const clone = defineRoute({
  method: 'POST',
  path: '/memory/threads/:threadId/clone',
  access: ['memory:read', 'memory:write'],
  summary: 'Copies a thread with its messages',
  queryOptions: OWNED_QUERY,
  bodyOptions: THREAD_COPY,
  body: z.object({
    resourceId: ignoredOwner,
    newThreadId: idText.optional(),
    title: titleText.optional(),
    metadata: metadataObject.optional(),
    options: z
      .object({
        messageLimit: z.int().min(0).optional(),
        messageFilter: z
          .object({
            startDate: timeText.optional(),
            endDate: timeText.optional(),
            messageIds: z.array(idText).max(BOUNDS.clonedMessages.limit).optional(),
          })
          .optional(),
      })
      .optional(),
  }),
  response: z.object({
    thread: threadView,
    clonedMessages: z.array(messageView),
    messageIdMap: z.record(z.string(), z.string()),
  }),
  async handler(input) {
    const { storage, owner, resourceId } = ownedMemory(input)
    const { newThreadId: id = randomUUID(), title, metadata, options } = input.body
    const { startDate: from, endDate: to, messageIds } = options?.messageFilter ?? {}
    const origin = { sourceThreadId: input.params.threadId, clonedAt: new Date().toISOString() }
    const cloned = await storage.cloneThread(owner, input.params.threadId, {
      id,
      title,
      metadata: { ...metadata, clone: origin },
      messageLimit: options?.messageLimit,
      createdAt: { from, to },
      messageIds,
    })
    const { thread, messages, messageIds: messageIdMap } = requireThread(cloned)
    return {
      thread: viewThread(thread, resourceId),
      clonedMessages: messages.map((message) => viewMessage(message, resourceId)),
      messageIdMap,
    }
  },
})

/** The threads of the caller. */
export const threadRoutes: readonly Route[] = [list, create, read, update, remove, clone]
