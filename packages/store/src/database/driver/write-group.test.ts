import { sql } from 'kysely'
import { expect, it } from 'vitest'
import { ALICE, names, textMessage } from '@signet/test-support/store/memory'
import { describeStores } from '@signet/test-support/store/stores'
import { createDatabase, type Statement } from '../database.js'
import { libsqlDriver } from './libsql.js'

const turn = (id: string, ...messageIds: string[]) => {
  return { thread: { id }, messages: messageIds.map((messageId) => textMessage(messageId)) }
}

describeStores(
  'work that comes at the same time',
  (stores) => {
    it('is made durable together, and each turn is told of its own thread', async () => {
      const seen: Statement[] = []
      const probe = { onStatement: (statement: Statement) => void seen.push(statement) }
      const { memory } = await stores.open(undefined, probe)
      seen.length = 0
      const threads = await Promise.all(
        names('t', 20).map((id) => memory.commitExchange(ALICE, turn(id, `${id}-m`))),
      )
      expect(threads.map(({ id }) => id)).toStrictEqual(names('t', 20))
      // Sixteen, and what was left.
      expect(seen.filter(({ sql }) => sql.startsWith('begin'))).toHaveLength(2)
      for (const id of names('t', 20)) {
        expect(await memory.lastMessages(ALICE, id, 9)).toMatchObject([{ id: `${id}-m` }])
      }
    })

    it('fails alone where it fails, with all that belongs to it', async () => {
      const { memory } = await stores.open()
      await memory.commitExchange(ALICE, turn('t', 'taken'))
      const results = await Promise.allSettled([
        memory.commitExchange(ALICE, turn('before', 'a')),
        memory.commitExchange(ALICE, turn('wrong', 'b', 'taken')),
        memory.commitExchange(ALICE, turn('after', 'b')),
      ])
      expect(results).toMatchObject([
        { status: 'fulfilled' },
        { status: 'rejected', reason: { code: 'message_exists' } },
        { status: 'fulfilled' },
      ])
      expect(await memory.getThread(ALICE, 'wrong')).toBeUndefined()
      expect(await memory.lastMessages(ALICE, 'before', 9)).toMatchObject([{ id: 'a' }])
      expect(await memory.lastMessages(ALICE, 'after', 9)).toMatchObject([{ id: 'b' }])
    })

    it('fails together where the database gives up the transaction', async () => {
      const { directory } = await stores.locate()
      const store = await stores.open({ directory })
      const database = createDatabase(libsqlDriver(directory))
      const insert = (key: string) =>
        database.write((tx) =>
          sql`insert into signet_migration (name, applied_at) values (${key}, 0)`.execute(tx),
        )
      const results = await Promise.allSettled([
        insert('first'),
        database.write((tx) => sql`rollback`.execute(tx)),
        insert('last'),
      ])
      expect(results.map(({ status }) => status)).toStrictEqual([
        'rejected',
        'rejected',
        'rejected',
      ])
      await insert('later')
      const rows = await database.read((tx) =>
        tx.selectFrom('signet_migration').selectAll().execute(),
      )
      expect(rows.map(({ name }) => name)).not.toContain('first')
      expect(rows.map(({ name }) => name)).toContain('later')
      await database.close()
      await store.close()
    })
  },
  ['libsql'],
)
