import { z } from 'zod'
import { BOUNDS, type MemoryMessage, type MessageFilter, type MessageRequest } from '@signet/core'
import {
  MESSAGES_QUERY,
  MESSAGES_TO_DELETE,
  NEW_MESSAGES,
  OWNED_QUERY,
  SEARCH_QUERY,
} from '../../route/option/route-options.js'
import { defineRoute, type Route } from '../../route/route.js'
import { ownedMemory, requireThread, textOf, viewMessage } from './owned-memory.js'
import { messageToSave, toSavedMessage } from './saved-message.js'
import { agentOfList } from './agent-of-thread.js'
import { agentName, ignoredOwner, messageView, soughtMetadata } from './schema.js'
import { idText, jsonText, numberText, pageInfo, pageQuery, timeText } from '../schema.js'

const DEFAULT_PER_PAGE = 40
const DEFAULT_HITS = 20
/** How many messages before and behind a hit are shown with it. */
const CONTEXT = 2

const order = z.object({
  field: z.literal('createdAt').optional(),
  direction: z.enum(['ASC', 'DESC', 'asc', 'desc']).optional(),
})

const filter = z.object({
  dateRange: z
    .object({
      start: timeText.optional(),
      end: timeText.optional(),
      startExclusive: z.boolean().optional(),
      endExclusive: z.boolean().optional(),
    })
    .optional(),
  roles: z
    .array(z.enum(['user', 'assistant', 'system', 'tool']))
    .max(BOUNDS.roleFilter.limit)
    .optional(),
  metadata: soughtMetadata.optional(),
})

const neighbours = z.int().min(0).max(BOUNDS.neighbours.limit).optional()
const include = z
  .array(z.object({ id: idText, withPreviousMessages: neighbours, withNextMessages: neighbours }))
  .max(BOUNDS.include.limit)

function readFilter({ dateRange, roles, metadata }: z.output<typeof filter> = {}): MessageFilter {
  const { start, end, startExclusive, endExclusive } = dateRange ?? {}
  const from = start !== undefined && startExclusive === true ? start + 1 : start
  const to = end !== undefined && endExclusive === true ? end - 1 : end
  return { createdAt: { from, to }, roles, metadata }
}

const list = defineRoute({
  method: 'GET',
  path: '/memory/threads/:threadId/messages',
  access: 'memory:read',
  summary: 'The messages of a thread, the oldest first',
  queryOptions: MESSAGES_QUERY,
  query: z.object({
    ...pageQuery,
    resourceId: ignoredOwner,
    orderBy: jsonText(order).optional(),
    'orderBy[field]': z.literal('createdAt').optional(),
    'orderBy[direction]': order.shape.direction,
    filter: jsonText(filter).optional(),
    include: jsonText(include).optional(),
  }),
  response: z.object({ messages: z.array(messageView), ...pageInfo, uiMessages: z.null() }),
  async handler(input) {
    const { storage, owner, resourceId } = ownedMemory(input)
    const { threadId } = input.params
    const { page, perPage = DEFAULT_PER_PAGE, orderBy } = input.query
    const direction = input.query['orderBy[direction]'] ?? orderBy?.direction
    const isDescending = direction?.toLowerCase() === 'desc'
    const found = await storage.listMessages(owner, threadId, {
      page,
      perPage,
      direction: isDescending ? 'desc' : 'asc',
      ...readFilter(input.query.filter),
    })
    const { messages, ...info } = requireThread(found)
    const wanted = (input.query.include ?? []).map((each) => ({
      id: each.id,
      previous: each.withPreviousMessages,
      next: each.withNextMessages,
    }))
    const shown = wanted.length === 0 ? messages : await withNeighbours(wanted)
    return {
      messages: shown.map((message) => viewMessage(message, resourceId)),
      ...info,
      uiMessages: null,
    }

    /** The page with what else is wanted of the thread, in the order of the page. */
    async function withNeighbours(
      requests: readonly MessageRequest[],
    ): Promise<readonly MemoryMessage[]> {
      const all = await storage.getMessages(owner, [...messages, ...requests])
      const own = all.filter((each) => each.threadId === threadId)
      return isDescending ? own.toReversed() : own
    }
  },
})

const save = defineRoute({
  method: 'POST',
  path: '/memory/save-messages',
  access: 'memory:write',
  summary: 'Stores messages in threads of the caller, all or none',
  queryOptions: OWNED_QUERY,
  bodyOptions: NEW_MESSAGES,
  body: z.object({ messages: z.array(messageToSave).max(BOUNDS.savedMessages.limit) }),
  response: z.object({ messages: z.array(messageView) }),
  async handler(input) {
    const { storage, owner, resourceId } = ownedMemory(input)
    const messages = await storage.saveMessages(owner, input.body.messages.map(toSavedMessage))
    return { messages: messages.map((message) => viewMessage(message, resourceId)) }
  },
})

const reference = z.union([idText, z.object({ id: idText })])

const remove = defineRoute({
  method: 'POST',
  path: '/memory/messages/delete',
  access: 'memory:delete',
  summary: 'Deletes messages of the caller, and says how many there were',
  queryOptions: OWNED_QUERY,
  bodyOptions: MESSAGES_TO_DELETE,
  body: z.object({
    messageIds: z.union([reference, z.array(reference).max(BOUNDS.deletedMessages.limit)]),
  }),
  response: z.object({ success: z.boolean(), message: z.string() }),
  async handler(input) {
    const { storage, owner } = ownedMemory(input)
    const ids = [input.body.messageIds]
      .flat()
      .map((each) => (typeof each === 'string' ? each : each.id))
    const count = await storage.deleteMessages(owner, ids)
    const noun = count === 1 ? 'message' : 'messages'
    return { success: true, message: `${count} ${noun} deleted successfully` }
  },
})

/** A message in few words. */
const excerpt = z.object({
  id: z.string(),
  role: z.string(),
  content: z.string(),
  createdAt: z.iso.datetime(),
})

function viewExcerpt(message: MemoryMessage): z.input<typeof excerpt> {
  const { id, role, createdAt } = message
  return { id, role, content: textOf(message), createdAt: new Date(createdAt).toISOString() }
}

/** What stands before and behind a hit, out of all messages that were read for all hits. */
function viewContext(hit: MemoryMessage, all: readonly MemoryMessage[]) {
  const thread = all.filter(({ threadId }) => threadId === hit.threadId)
  const place = thread.findIndex(({ id }) => id === hit.id)
  return {
    before: thread.slice(Math.max(0, place - CONTEXT), place).map(viewExcerpt),
    after: thread.slice(place + 1, place + 1 + CONTEXT).map(viewExcerpt),
  }
}

const search = defineRoute({
  method: 'GET',
  path: '/memory/search',
  access: 'memory:read',
  summary: 'Messages of the caller that have all words of a text, the newest first',
  queryOptions: SEARCH_QUERY,
  query: z.object({
    agentId: agentName.optional(),
    resourceId: ignoredOwner,
    searchQuery: z.string().max(BOUNDS.searchCharacters.limit),
    threadId: idText.optional(),
    limit: numberText(1, BOUNDS.searchHits.limit).optional(),
  }),
  response: z.object({
    results: z.array(
      excerpt.extend({
        threadId: z.string(),
        threadTitle: z.string(),
        context: z.object({ before: z.array(excerpt), after: z.array(excerpt) }),
      }),
    ),
    count: z.int(),
    query: z.string(),
    searchScope: z.enum(['thread', 'resource']),
    searchType: z.literal('text'),
  }),
  async handler(input) {
    const { storage, owner } = ownedMemory(input)
    const { searchQuery: text, threadId, limit = DEFAULT_HITS } = input.query
    const agentId = agentOfList(input, input.query.agentId)
    const hits = await storage.searchMessages(owner, { text, threadId, agentId, limit })
    const wanted = hits.map(({ message: { id } }) => ({ id, previous: CONTEXT, next: CONTEXT }))
    const all = await storage.getMessages(owner, wanted)
    const results = hits.map(({ message, threadTitle }) => ({
      ...viewExcerpt(message),
      threadId: message.threadId,
      threadTitle,
      context: viewContext(message, all),
    }))
    const searchScope = threadId === undefined ? 'resource' : 'thread'
    return { results, count: results.length, query: text, searchScope, searchType: 'text' }
  },
})

/** The messages of the caller. */
export const messageRoutes: readonly Route[] = [list, save, remove, search]
