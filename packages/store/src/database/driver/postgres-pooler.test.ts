import { sql } from 'kysely'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, describe, expect, it } from 'vitest'
import { createDeferred } from '@signet/test-support/time/deferred'
import { ALICE, textMessage } from '@signet/test-support/store/memory'
import {
  startPgBouncer,
  whyNoPgBouncer,
  type PgBouncer,
} from '@signet/test-support/store/pgbouncer'
import { describeStores } from '@signet/test-support/store/stores'
import { createDatabase } from '../database.js'
import type { StoreNotice } from '../../store.js'
import { postgresDriver } from './postgres.js'

const reason = whyNoPgBouncer()
const isRequired = process.env['SIGNET_REQUIRE_SERVICES'] === '1'

describe.skipIf(reason !== undefined && !isRequired)('a PostgreSQL behind PgBouncer', () => {
  const started: PgBouncer[] = []
  afterAll(async () => {
    await Promise.all(started.map((each) => each.remove()))
  })

  describeStores(
    'with its defaults',
    (stores) => {
      async function locateBehind(...settings: readonly string[]) {
        const options = await stores.locate()
        const url = options.databaseUrl ?? ''
        const bouncer = await startPgBouncer(url, settings)
        started.push(bouncer)
        return { ...options, databaseUrl: bouncer.urlOf(url) }
      }

      it.each(['session', 'transaction'])('in pool mode %s is used as any other', async (mode) => {
        const { memory, revocations } = await stores.open(await locateBehind(`pool_mode=${mode}`))
        const threads = Array.from({ length: 40 }, (_, index) => `t${index}`)
        await Promise.all(
          threads.map((id) =>
            memory.commitExchange(ALICE, { thread: { id }, messages: [textMessage(id)] }),
          ),
        )
        const { total } = await memory.listThreads(ALICE, { perPage: 1 })
        expect(total).toBe(40)
        await revocations.append({ kind: 'token-id', issuer: 'local', tokenId: 'j' })
        expect(await revocations.readAfter(0, 9)).toHaveLength(1)
      })

      it.each([
        ['session', 0],
        ['transaction', 1],
      ])(
        'in pool mode %s says %i times that nobody is told of revocations',
        async (mode, count) => {
          const notices: StoreNotice[] = []
          const isTold = createDeferred()
          const { revocations } = await stores.open({
            ...(await locateBehind(`pool_mode=${mode}`)),
            onNotice: (notice) => {
              notices.push(notice)
              isTold.resolve()
            },
          })
          const heard: number[] = []
          const end = revocations.onAppend?.(() => void heard.push(1))
          if (count > 0) await isTold.promise
          // Once when it begins, and once more by the notification that is tried.
          else while (heard.length < 2) await sleep(20)
          expect(notices).toHaveLength(count)
          end?.()
        },
      )

      it('has each transaction bounded, and nothing else of its connections', async () => {
        const { databaseUrl } = await locateBehind('pool_mode=transaction', 'default_pool_size=1')
        const database = createDatabase(postgresDriver(databaseUrl))
        const { rows } = await database.read((tx) =>
          sql<{ bounds: string }>`select concat_ws(' ', current_setting('statement_timeout'),
            current_setting('lock_timeout'), current_setting('idle_in_transaction_session_timeout')) as bounds`.execute(
            tx,
          ),
        )
        expect(rows).toStrictEqual([{ bounds: '15s 1s 15s' }])
        await database.close()
      })

      it('that takes no transactions is refused, with the setting that is wrong', async () => {
        const options = await locateBehind('pool_mode=statement')
        await expect(stores.open(options)).rejects.toMatchObject({
          code: 'storage_unavailable',
          driverCode: '08P01',
          message: expect.stringContaining('pool_mode'),
        })
      })

      it('that refuses an option of the address says so', async () => {
        const options = await locateBehind('pool_mode=transaction')
        const databaseUrl = `${options.databaseUrl}?statement_timeout=1000`
        await expect(stores.open({ ...options, databaseUrl })).rejects.toMatchObject({
          code: 'storage_unavailable',
          message: expect.stringContaining('ignore_startup_parameters'),
        })
      })
    },
    ['postgres'],
  )
})
