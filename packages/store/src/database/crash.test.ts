import { randomInt } from 'node:crypto'
import type { MemoryMessage } from '@signet/core'
import { expect, it } from 'vitest'
import { TurnWriter } from '@signet/test-support/store/turn-writer'
import { ALICE, BOB } from '@signet/test-support/store/memory'
import { describeStores } from '@signet/test-support/store/stores'

/** How often the writer is killed. */
const ROUNDS = Number(process.env['SIGNET_CRASH_ROUNDS'] || 5)

/** The turns of a thread; fails where a question is not followed by its answer. */
function turnsOf(messages: readonly MemoryMessage[]): string[] {
  const ids = messages.map(({ id }) => id)
  const questions = ids.filter((_, index) => index % 2 === 0)
  const turns = questions.map((id) => id.replace(/-question$/, ''))
  expect(ids).toStrictEqual(turns.flatMap((id) => [`${id}-question`, `${id}-answer`]))
  return turns
}

describeStores('processes', (stores) => {
  it('keeps every acknowledged turn, and no half one, of a writer that is killed', async () => {
    const options = await stores.locate()
    const acknowledged: string[] = []
    for (let round = 0; round < ROUNDS; round++) {
      const writing = { store: options, owner: ALICE, threadId: 't', prefix: `r${round}` }
      const writer = new TurnWriter({ ...writing, count: 1_000_000 })
      await writer.killAfter(randomInt(1, 80))
      acknowledged.push(...writer.acknowledged)
    }
    const { memory } = await stores.open(options)
    const page = await memory.listMessages(ALICE, 't', { perPage: 1_000_000 })
    const stored = turnsOf(page?.messages ?? [])
    expect(stored).toEqual(expect.arrayContaining(acknowledged))
    // At most the one that was on its way when its writer died.
    expect(stored.length - acknowledged.length).toBeLessThanOrEqual(ROUNDS)
    expect(page?.total).toBe(stored.length * 2)
    const hits = await memory.searchMessages(ALICE, { text: 'question', limit: 1_000_000 })
    expect(hits).toHaveLength(stored.length)
  })

  it('lets several write to one thread at once: nothing is lost or mixed', async () => {
    const options = await stores.locate()
    const writings = ['a', 'b', 'c'].map((prefix) => {
      return { store: options, owner: ALICE, threadId: 't', prefix, count: 40 }
    })
    const writers = writings.map((writing) => new TurnWriter(writing))
    await Promise.all(writers.map((writer) => writer.finished()))
    const { memory } = await stores.open(options)
    const page = await memory.listMessages(ALICE, 't', { perPage: 1000 })
    const stored = turnsOf(page?.messages ?? [])
    expect(stored.toSorted()).toStrictEqual(
      writers.flatMap(({ acknowledged }) => acknowledged).toSorted(),
    )
    for (const prefix of ['a', 'b', 'c']) {
      const own = stored.filter((id) => id.startsWith(prefix))
      expect(own).toStrictEqual(Array.from({ length: 40 }, (_, index) => `${prefix}-${index}`))
    }
    expect(page?.total).toBe(240)
    expect(await memory.getThread(BOB, 't')).toBeUndefined()
  })
})
