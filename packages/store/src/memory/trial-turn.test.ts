import { expect, it } from 'vitest'
import { ALICE, textMessage } from '@signet/test-support/store/memory'
import { describeStores } from '@signet/test-support/store/stores'
import { createDatabase } from '../database/database.js'
import { libsqlDriver } from '../database/driver/libsql.js'
import { postgresDriver } from '../database/driver/postgres.js'
import { storeTrialTurn } from './trial-turn.js'

describeStores('a trial turn', (stores) => {
  it('is stored in place of the one before, and belongs to nobody', async () => {
    const options = await stores.locate()
    const { memory } = await stores.open(options)
    await memory.commitExchange(ALICE, {
      thread: { id: 'trial' },
      messages: [textMessage('trial')],
    })
    const { databaseUrl, directory } = options
    const database = createDatabase(
      databaseUrl === undefined ? libsqlDriver(directory) : postgresDriver(databaseUrl),
    )
    const bodies: string[] = []
    for (let time = 0; time < 3; time++) {
      await database.write((tx) => storeTrialTurn(tx, time))
      const rows = await database.read((tx) =>
        tx.selectFrom('signet_message').select('body').where('owner', '!=', ALICE).execute(),
      )
      expect(rows).toHaveLength(1)
      bodies.push(rows[0]?.body ?? '')
    }
    await database.close()
    expect(new Set(bodies).size).toBe(3)
    expect(Math.min(...bodies.map(({ length }) => length))).toBeGreaterThan(32 * 1024)
    const own = await memory.lastMessages(ALICE, 'trial', 10)
    expect(own.map(({ id }) => id)).toStrictEqual(['trial'])
  })
})
