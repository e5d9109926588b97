import type { SearchHit, SearchQuery } from '@signet/core'
import type { Transaction } from 'kysely'
import type { Driver } from '../database/driver/driver.js'
import { getMessages } from './message.js'
import type { Schema } from '../schema.js'
import { ofAgent } from './of-agent.js'
import { checkCount, checkId, decodeText } from '../database/value.js'
import { searchWords } from './words.js'

/**
 * See `MemoryStorage`. The newest come first, not the most fitting: a rank is reckoned from how common
 * a word is in the whole index, and so would show what others write.
 */
export async function searchMessages(
  tx: Transaction<Schema>,
  driver: Driver,
  owner: string,
  query: SearchQuery,
): Promise<readonly SearchHit[]> {
  const { threadId, agentId } = query
  const limit = checkCount(query.limit, 'limit')
  if (threadId !== undefined) checkId(threadId)
  if (agentId !== undefined) checkId(agentId)
  const words = searchWords(owner, query.text)
  if (words.length === 0) return []
  const hits = await tx
    .selectFrom('signet_message')
    .innerJoin('signet_thread', (join) =>
      join
        .onRef('signet_thread.owner', '=', 'signet_message.owner')
        .onRef('signet_thread.id', '=', 'signet_message.thread_id'),
    )
    .select(['signet_message.id', 'signet_thread.title'])
    .where('signet_message.owner', '=', owner)
    .where('signet_thread.owner', '=', owner)
    .where(driver.hasWords(words))
    .$if(threadId !== undefined, (query) =>
      query.where('signet_message.thread_id', '=', threadId ?? ''),
    )
    .$if(agentId !== undefined, (query) =>
      query.where(ofAgent('signet_thread.agent', agentId ?? '')),
    )
    .orderBy('signet_message.created_at', 'desc')
    .orderBy('signet_message.thread_id')
    .orderBy('signet_message.position', 'desc')
    .limit(limit)
    .execute()
  const messages = await getMessages(
    tx,
    owner,
    hits.map(({ id }) => ({ id })),
  )
  const byId = new Map(messages.map((message) => [message.id, message]))
  return hits.flatMap(({ id, title }) => {
    const message = byId.get(id)
    return message === undefined ? [] : [{ message, threadTitle: decodeText(title) }]
  })
}
