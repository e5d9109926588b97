import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { expect, it } from 'vitest'
import { ALICE, names, savedMessage } from '@signet/test-support/store/memory'
import { describeStores } from '@signet/test-support/store/stores'

/** Of SQLite, in bytes. */
const PAGE = 4096
const CORRUPT = { code: 'storage_unavailable', fault: 'corrupt' }
const MARK = 'heliotrope'

describeStores(
  'a file whose pages of messages are damaged',
  (stores) => {
    it('is not ready once a question has met them, until it is opened again', async () => {
      const options = await stores.locate()
      const store = await stores.open(options)
      await store.memory.createThread(ALICE, { id: 't' })
      for (const id of names('m', 20)) {
        await store.memory.saveMessages(ALICE, [savedMessage('t', id, MARK.repeat(200))])
      }
      await store.close()
      const file = join(options.directory, 'signet.db')
      const whole = readFileSync(file)
      const damaged = Buffer.from(whole)
      for (let at = PAGE; at < damaged.length; at += PAGE) {
        const page = damaged.subarray(at, at + PAGE)
        if (page.includes(MARK)) page.fill(0xa5)
      }
      writeFileSync(file, damaged)
      const { memory, ready, close } = await stores.open(options)
      await ready()
      await expect(memory.listMessages(ALICE, 't', { perPage: 99 })).rejects.toMatchObject(CORRUPT)
      await expect(ready()).rejects.toMatchObject(CORRUPT)
      expect(await memory.getThread(ALICE, 't')).toMatchObject({ id: 't' })
      await expect(ready()).rejects.toMatchObject(CORRUPT)
      await close()
      writeFileSync(file, whole)
      const again = await stores.open(options)
      expect((await again.memory.listMessages(ALICE, 't', { perPage: 99 }))?.total).toBe(20)
      await again.ready()
    })
  },
  ['libsql'],
)

describeStores(
  'a server one of whose tables is damaged',
  (stores) => {
    it('is ready: what is in the others is served', async () => {
      const options = await stores.locate()
      const { memory, ready } = await stores.open(options)
      await ready()
      const client = new pg.Client({ connectionString: options.databaseUrl })
      await client.connect()
      await client.query(
        `create function damage() returns trigger language plpgsql as $$ begin raise sqlstate 'XX001'; end $$`,
      )
      await client.query(
        'create trigger damage before insert on signet_thread execute function damage()',
      )
      await client.end()
      await expect(memory.createThread(ALICE, { id: 't' })).rejects.toMatchObject(CORRUPT)
      await ready()
    })
  },
  ['postgres'],
)
