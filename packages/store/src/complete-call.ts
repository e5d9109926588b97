import type { CompletedCall } from '@signet/core'
import type { Transaction } from 'kysely'
import { batches } from './batch.js'
import type { Schema } from './schema.js'
import { decodeObject, encodeJson } from './value.js'

type Json = Readonly<Record<string, unknown>>

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The part with the result of its call, where it is a call that waits for one. */
function completePart(part: unknown, results: ReadonlyMap<unknown, unknown>): unknown {
  if (!isObject(part) || part['type'] !== 'tool-invocation') return part
  const { toolInvocation } = part
  if (!isObject(toolInvocation) || toolInvocation['state'] === 'result') return part
  const { toolCallId } = toolInvocation
  if (!results.has(toolCallId)) return part
  const result = results.get(toolCallId) ?? null
  return { ...part, toolInvocation: { ...toolInvocation, state: 'result', result } }
}

/** The body of a message with results in it; undefined where nothing changes. */
function completeBody(body: string, results: ReadonlyMap<unknown, unknown>): string | undefined {
  const message = decodeObject(body)
  const { content } = message
  if (!isObject(content) || !Array.isArray(content['parts'])) return undefined
  const before: readonly unknown[] = content['parts']
  const parts = before.map((part) => completePart(part, results))
  if (parts.every((part, index) => part === before[index])) return undefined
  return encodeJson({ ...message, content: { ...content, parts } })
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
  const ids = [...new Set(calls.map(({ messageId }) => messageId))]
  for (const batch of batches(ids)) {
    const rows = await tx
      .selectFrom('signet_message')
      .select(['id', 'body'])
      .where('owner', '=', owner)
      .where('thread_id', '=', threadId)
      .where('id', 'in', batch)
      .execute()
    for (const row of rows) {
      const own = calls.filter(({ messageId }) => messageId === row.id)
      const results = new Map(own.map(({ toolCallId, result }) => [toolCallId, result]))
      const body = completeBody(row.body, results)
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
