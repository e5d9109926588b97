import { UNANSWERED, type MemoryStorage } from '@signet/core'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ALICE, BOB, textMessage } from '@signet/test-support/store/memory'
import { describeStores } from '@signet/test-support/store/stores'
import { ownerFault } from '@signet/test-support/store/statement-owner'
import { ModelStorage } from '@signet/test-support/store/model-storage'

/** How often the property is tried. More by SIGNET_PROPERTY_RUNS, with a longer --testTimeout. */
const numRuns = Number(process.env['SIGNET_PROPERTY_RUNS'] || 60)

// Few names, so that the two owners clash all the time.
const threadId = fc.constantFrom('t1', 't2', 't3')
const messageId = fc.constantFrom('m1', 'm2', 'm3', 'm4', 'm5', 'm6')
const text = fc.constantFrom('alpha', 'beta', 'alpha beta')
const agentId = fc.constantFrom('a1', 'a2')
const title = fc.constantFrom('ALPHA', 'a b', '')
const metadata = fc.constantFrom({ k: 1 }, { k: 2 }, { j: 1, k: 1 })
const role = fc.constantFrom('user' as const, 'assistant' as const)
const kind = fc.constantFrom('a', 'b', null)
const unanswered = fc.constantFrom('failed' as const, 'stopped' as const, undefined)
const message = fc
  .record({
    id: messageId,
    text,
    role,
    kind,
    unanswered,
    createdAt: fc.nat(3),
    calls: fc.subarray(['c1', 'c2']),
  })
  .map(({ id, text, role, kind, unanswered, createdAt, calls }) => {
    const { content } = textMessage(id, text)
    const invocations = calls.map((toolCallId) => ({
      type: 'tool-invocation',
      toolInvocation: { state: 'call', toolCallId, toolName: 'tool', args: {} },
    }))
    const parts = [...content.parts, ...invocations]
    const mark = unanswered && UNANSWERED[unanswered]
    return { id, role, createdAt, content: { ...content, parts, metadata: { kind, ...mark } } }
  })
const completedCall = fc.record({
  messageId,
  toolCallId: fc.constantFrom('c1', 'c2', 'c3'),
  result: fc.constantFrom('done', null, { k: 1 }),
})
const messages = fc.array(message, { minLength: 1, maxLength: 3 })
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined })
const filter = fc.record({
  roles: maybe(fc.array(role, { maxLength: 2 })),
  createdAt: maybe(fc.record({ from: maybe(fc.nat(3)), to: maybe(fc.nat(3)) })),
  metadata: maybe(fc.record({ kind })),
})
const page = fc.record({ page: fc.nat(2), perPage: fc.integer({ min: 1, max: 3 }) })

type Operation = (memory: MemoryStorage, owner: string) => Promise<unknown>

const operation: fc.Arbitrary<Operation> = fc.oneof(
  fc.record({ id: threadId, title: text, metadata, agentId: maybe(agentId) }).map(
    (thread): Operation =>
      (memory, owner) =>
        memory.createThread(owner, thread),
  ),
  threadId.map(
    (id): Operation =>
      (memory, owner) =>
        memory.getThread(owner, id),
  ),
  fc
    .tuple(
      page,
      fc.record({ metadata: maybe(metadata), agentId: maybe(agentId), title: maybe(title) }),
    )
    .map(
      ([page, filter]): Operation =>
        (memory, owner) =>
          memory.listThreads(owner, { ...page, ...filter }),
    ),
  fc.tuple(threadId, fc.record({ title: maybe(text), metadata: maybe(metadata) })).map(
    ([id, change]): Operation =>
      (memory, owner) =>
        memory.updateThread(owner, id, change),
  ),
  threadId.map(
    (id): Operation =>
      (memory, owner) =>
        memory.deleteThread(owner, id),
  ),
  fc
    .tuple(threadId, threadId, maybe(fc.nat(3)))
    .map(([source, id, messageLimit]): Operation => async (memory, owner) => {
      const clone = await memory.cloneThread(owner, source, { id, messageLimit })
      // The ids of copies are random: they go, so that both sides stay the same.
      if (clone === undefined) return undefined
      await memory.deleteMessages(owner, Object.values(clone.messageIds))
      return [clone.thread, Object.keys(clone.messageIds)]
    }),
  fc.tuple(threadId, page, fc.constantFrom('asc' as const, 'desc' as const), filter).map(
    ([id, page, direction, filter]): Operation =>
      (memory, owner) =>
        memory.listMessages(owner, id, { ...page, direction, ...filter }),
  ),
  fc.tuple(threadId, fc.nat(4)).map(
    ([id, count]): Operation =>
      (memory, owner) =>
        memory.lastMessages(owner, id, count),
  ),
  fc.tuple(messageId, fc.nat(2), fc.nat(2)).map(
    ([id, previous, next]): Operation =>
      (memory, owner) =>
        memory.getMessages(owner, [{ id, previous, next }]),
  ),
  fc.array(messageId, { maxLength: 3 }).map((ids): Operation => async (memory, owner) => {
    const found = await memory.findMessages(owner, ids)
    return found.toSorted((a, b) => (a.id < b.id ? -1 : 1))
  }),
  fc.tuple(threadId, messages).map(
    ([threadId, messages]): Operation =>
      (memory, owner) =>
        memory.saveMessages(
          owner,
          messages.map((message) => ({ ...message, threadId })),
        ),
  ),
  fc.array(messageId, { maxLength: 3 }).map(
    (ids): Operation =>
      (memory, owner) =>
        memory.deleteMessages(owner, ids),
  ),
  fc.tuple(text, maybe(threadId)).map(([text, threadId]): Operation => async (memory, owner) => {
    const hits = await memory.searchMessages(owner, { text, threadId, limit: 20 })
    return hits.map(({ message, threadTitle }) => [message.id, threadTitle]).sort()
  }),
  maybe(threadId).map(
    (id): Operation =>
      (memory, owner) =>
        memory.getWorkingMemory(owner, id),
  ),
  fc.tuple(maybe(text), maybe(threadId)).map(
    ([text, id]): Operation =>
      (memory, owner) =>
        memory.setWorkingMemory(owner, text, id),
  ),
  fc
    .record({
      thread: fc.record({ id: threadId, title: maybe(text), metadata: fc.constant({ k: 1 }) }),
      messages,
      sent: maybe(fc.array(messageId, { maxLength: 4 })),
      completed: maybe(fc.array(completedCall, { maxLength: 3 })),
      workingMemory: maybe(
        fc.record({ text, scope: fc.constantFrom('resource' as const, 'thread' as const) }),
      ),
    })
    .map(
      (turn): Operation =>
        (memory, owner) =>
          memory.commitExchange(owner, turn),
    ),
)

/** What an operation came to: its value, or the code of its refusal. */
async function outcome(promise: Promise<unknown>): Promise<unknown> {
  try {
    return await promise
  } catch (error) {
    const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined
    if (typeof code === 'string') return code
    throw error
  }
}

describeStores('ownership', (stores) => {
  it('gives each of two owners what they would have alone', async () => {
    let time = 0
    const now = () => time
    const { memory } = await stores.open(undefined, { now })
    const step = fc.record({ who: fc.constantFrom(0, 1), operation })
    let run = 0
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60, size: 'max' }), async (steps) => {
        // New owners for each run: what other runs left is of others, and so must not show.
        run++
        const owners = [ALICE, BOB].map((key) => run.toString(16).padStart(8, '0') + key.slice(8))
        const models = [new ModelStorage(now), new ModelStorage(now)]
        for (const { who, operation } of steps) {
          time++
          const owner = owners[who] ?? ''
          const expected = await outcome(operation(models[who] ?? new ModelStorage(now), owner))
          expect(await outcome(operation(memory, owner))).toStrictEqual(expected)
        }
      }),
      { numRuns },
    )
  })
})

describe('the check that each statement binds an owner', () => {
  const check = (sql: string, ...parameters: unknown[]) => ownerFault({ sql, parameters })

  it('takes statements of one owner', () => {
    const statements = [
      'select * from "signet_thread" where "owner" = ? and "id" = ?',
      'select * from "signet_message" where "signet_message"."owner" = $1 and "id" = $2',
      'update "signet_thread" set "title" = ? where "owner" = ? and "id" = ?',
      'insert into "signet_message" ("owner", "id") values (?, ?)',
    ]
    for (const sql of statements) expect(check(sql, ALICE, 't')).toBeUndefined()
    expect(check('select 1')).toBeUndefined()
    expect(check('select "name" from "signet_migration"')).toBeUndefined()
  })

  it('refuses statements without an owner, beside one, or with one that is optional', () => {
    const statements = [
      'select * from "signet_thread"',
      'select * from "signet_thread" where "id" = ?',
      'delete from "signet_message" where "id" in (?, ?)',
      'select * from "signet_thread" where "id" = ? or "owner" = ?',
      'select * from "signet_thread" where "owner" = ? or "id" = ?',
      'select "owner" from "signet_message" where "owner" <> ?',
      'insert into "signet_message" ("id") values (?)',
    ]
    for (const sql of statements) expect(check(sql, ALICE, 't')).toBeDefined()
    expect(check('select * from "signet_thread" where "owner" = ?', 'alice')).toBeDefined()
  })
})
