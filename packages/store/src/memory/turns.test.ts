import { setImmediate } from 'node:timers/promises'
import type { AuditRecord } from '@signet/core'
import { expect, it } from 'vitest'
import { countedDriver } from '@signet/test-support/store/counted-driver'
import { ALICE, names, savedMessage, textMessage } from '@signet/test-support/store/memory'
import { describeStores } from '@signet/test-support/store/stores'
import { createAuditStore } from '../audit/audit.js'
import { createDatabase } from '../database/database.js'
import { libsqlDriver } from '../database/driver/libsql.js'
import { createMemoryStorage } from './memory-storage.js'

const COUNT = 4950
/** Most rows that one turn may read. */
const MAX_ROWS = 640
/** Most rows that one turn may insert, change or delete. */
const MAX_CHANGED = 256
/** Most bytes that one turn may read: a batch, and what does not fit into one. */
const MAX_BYTES = 512 * 1024

describeStores(
  'long work on a file',
  (stores) => {
    /** A thread `t` of Alice with so many messages; and what each turn of the event loop did since. */
    async function open() {
      const options = await stores.locate()
      await stores.open(options)
      let turn = 0
      const watching = { isOver: false }
      const turns = new Map<number, { rows: number; changed: number; bytes: number }>()
      const driver = countedDriver(libsqlDriver(options.directory), ({ rows, changed, bytes }) => {
        const done = turns.get(turn) ?? { rows: 0, changed: 0, bytes: 0 }
        done.rows += rows
        done.changed += changed
        done.bytes += bytes
        turns.set(turn, done)
      })
      const database = createDatabase(driver)
      const memory = createMemoryStorage(database, Date.now)
      await memory.createThread(ALICE, { id: 't' })
      for (let start = 0; start < COUNT; start += 990) {
        const ids = names('m', COUNT).slice(start, start + 990)
        await memory.saveMessages(
          ALICE,
          ids.map((id) => savedMessage('t', id, `text of ${id}`)),
        )
      }
      /** Does work while something else asks for a turn again and again. */
      const watch = async <T>(work: () => Promise<T>, inEachTurn = () => {}) => {
        turns.clear()
        turn = 0
        watching.isOver = false
        const others = (async () => {
          while (!watching.isOver) {
            await setImmediate()
            turn += 1
            inEachTurn()
          }
        })()
        const value = await work()
        watching.isOver = true
        await others
        const most = (name: 'rows' | 'changed' | 'bytes') =>
          Math.max(...[...turns.values()].map((done) => done[name]))
        const did = [...turns.values()].reduce((sum, done) => sum + done.changed, 0)
        return {
          value,
          turn,
          did,
          rows: most('rows'),
          changed: most('changed'),
          bytes: most('bytes'),
        }
      }
      return { memory, audit: createAuditStore(database), watch, close: () => database.close() }
    }

    const records = (count: number): AuditRecord[] =>
      Array.from({ length: count }, (_, at) => ({
        at,
        requestId: undefined,
        issuer: 'local',
        subject: 'alice',
        actor: undefined,
        action: 'agents:read',
        resource: undefined,
        isAllowed: true,
        code: undefined,
        status: 200,
        address: undefined,
        durationMs: 1,
        inputTokens: undefined,
        outputTokens: undefined,
        count: 1,
      }))

    it('does a part in each turn: a clone, saved and replaced messages, and what is deleted', async () => {
      const { memory, audit, watch, close } = await open()
      const more = names('n', 1000).map((id) =>
        savedMessage('t', id, `${'word '.repeat(800)}${id}`),
      )
      const pieces = names('p', 16).map((id) => ({ thread: { id }, messages: [textMessage(id)] }))
      const works: readonly (readonly [least: number, work: () => Promise<unknown>])[] = [
        [COUNT, () => memory.cloneThread(ALICE, 't', { id: 'u' })],
        [1000, () => memory.saveMessages(ALICE, more)],
        [1000, () => memory.saveMessages(ALICE, more)],
        [1000, () => memory.deleteMessages(ALICE, names('n', 1000))],
        [16, () => Promise.all(pieces.map((piece) => memory.commitExchange(ALICE, piece)))],
        [COUNT, () => memory.deleteThread(ALICE, 'u')],
        [3000, () => audit.append(records(3000))],
        [1000, () => audit.prune(1000, 1000)],
      ]
      for (const [least, work] of works) {
        const { turn, did, rows, changed, bytes } = await watch(work)
        expect(did).toBeGreaterThanOrEqual(least)
        expect(changed).toBeLessThanOrEqual(MAX_CHANGED)
        expect(rows).toBeLessThanOrEqual(MAX_ROWS)
        expect(bytes).toBeLessThanOrEqual(MAX_BYTES)
        expect(turn).toBeGreaterThan(least / MAX_CHANGED)
      }
      await close()
    })

    it('reads a part in each turn', async () => {
      const { memory, watch, close } = await open()
      const large = names('l', 200).map((id) => savedMessage('t', id, 'x'.repeat(16 * 1024)))
      for (let start = 0; start < 200; start += 50) {
        await memory.saveMessages(ALICE, large.slice(start, start + 50))
      }
      const around = { previous: 100, next: 100 }
      const works: readonly (() => Promise<unknown>)[] = [
        () => memory.lastMessages(ALICE, 't', 1000),
        () => memory.listMessages(ALICE, 't', { perPage: 1000, page: 4 }),
        () =>
          memory.getMessages(
            ALICE,
            names('m', 100).map((id) => ({ id, ...around })),
          ),
      ]
      for (const work of works) {
        const { rows, turn } = await watch(work)
        expect(rows).toBeLessThanOrEqual(MAX_ROWS)
        expect(turn).toBeGreaterThan(4)
      }
      await close()
    })

    it('is all there or not at all for whoever looks in between', async () => {
      const { memory, watch, close } = await open()
      const looks: Promise<number | undefined>[] = []
      const look = async () => (await memory.listMessages(ALICE, 'u', { perPage: 1 }))?.total
      await watch(
        () => memory.cloneThread(ALICE, 't', { id: 'u' }),
        () => void (looks.length < 50 && looks.push(look())),
      )
      const totals = await Promise.all(looks)
      expect(totals).toHaveLength(50)
      expect(new Set([...totals, undefined, COUNT])).toStrictEqual(new Set([undefined, COUNT]))
      expect(await look()).toBe(COUNT)
      await close()
    })

    it('leaves nothing where its last part fails, and does not take along what came in between', async () => {
      const { memory, watch, close } = await open()
      const commit = (id: string, ...ids: readonly string[]) =>
        memory.commitExchange(ALICE, {
          thread: { id },
          messages: ids.map((each) => textMessage(each)),
        })
      const between: Promise<unknown>[] = []
      const { value, turn } = await watch(
        () =>
          Promise.allSettled([commit('long', ...names('x', 2000), 'm0'), commit('beside', 'a')]),
        () =>
          void (
            between.length < 5 && between.push(commit(`b${between.length}`, `b${between.length}`))
          ),
      )
      expect(value).toMatchObject([
        { status: 'rejected', reason: { code: 'message_exists' } },
        { status: 'fulfilled' },
      ])
      expect(turn).toBeGreaterThan(5)
      await Promise.all(between)
      expect(await memory.getThread(ALICE, 'long')).toBeUndefined()
      expect(
        await memory.getMessages(
          ALICE,
          names('x', 2000).map((id) => ({ id })),
        ),
      ).toStrictEqual([])
      for (const id of ['beside', ...names('b', 5)]) {
        expect(await memory.lastMessages(ALICE, id, 9)).toHaveLength(1)
      }
      await close()
    })
  },
  ['libsql'],
)
