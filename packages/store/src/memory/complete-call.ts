import { isJsonObject } from '@signet/auth/internal'
import type { CompletedCall, MemoryPart } from '@signet/core'
import type { Transaction } from 'kysely'
import { batches } from '../database/batch.js'
import { findPlaces } from './message.js'
import { decodeBody, encodeBody } from './message-row.js'
import type { Schema } from '../schema.js'

/** The part with the result of its call, where it is a call that waits for one. */
function completePart(part: MemoryPart, results: ReadonlyMap<unknown, unknown>): MemoryPart {
  if (part?.type !== 'tool-invocation') return part
  const { toolInvocation } = part
  if (!isJsonObject(toolInvocation) || toolInvocation['state'] === 'result') return part
  const { toolCallId } = toolInvocation
  if (!results.has(toolCallId)) return part
  const result = results.get(toolCallId) ?? null
  return { ...part, toolInvocation: { ...toolInvocation, state: 'result', result } }
}

/** The results of calls by their ids, by the message of the calls. */
function groupResults(calls: readonly CompletedCall[]): Map<string, Map<string, unknown>> {
  const groups = new Map<string, Map<string, unknown>>()
  for (const { messageId, toolCallId, result } of calls) {
    const group = groups.get(messageId) ?? new Map<string, unknown>()
    groups.set(messageId, group.set(toolCallId, result))
  }
  return groups
}

/** The body of a message with results in it; undefined where nothing changes. */
function completeBody(body: string, results: ReadonlyMap<unknown, unknown>): string | undefined {
  const { type, content } = decodeBody(body)
  if (!Array.isArray(content?.parts)) return undefined
  const parts = content.parts.map((part: MemoryPart) => completePart(part, results))
  if (parts.every((part, index) => part === content.parts[index])) return undefined
  return encodeBody(type, { ...content, parts })
}

/**
 * Puts results into messages of a thread that this transaction holds. Only the calls change, so that two
 * clients that answer two calls of one message do not undo each other.
 */
export async function completeCalls(
  tx: Transaction<Schema>,
  owner: string,
  threadId: string,
  calls: readonly CompletedCall[],
): Promise<void> {
  const groups = groupResults(calls)
  const places = await findPlaces(tx, owner, groups.keys())
  for await (const batch of batches(places.values(), ({ bytes }) => bytes)) {
    const rows = await tx
      .selectFrom('signet_message')
      .select(['id', 'body'])
      .where('owner', '=', owner)
      .where('thread_id', '=', threadId)
      .where(
        'id',
        'in',
        batch.map(({ id }) => id),
      )
      .execute()
    for (const row of rows) {
      const body = completeBody(row.body, groups.get(row.id) ?? new Map())
      if (body === undefined) continue
      await tx
        .updateTable('signet_message')
        .set({ body })
        .where('owner', '=', owner)
        .where('id', '=', row.id)
        .execute()
    }
  }
}
