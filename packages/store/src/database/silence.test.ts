import { sql } from 'kysely'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { createDeferred } from '@signet/test-support/time/deferred'
import { ALICE, BOB, textMessage } from '@signet/test-support/store/memory'
import { describeStores } from '@signet/test-support/store/stores'
import { createDatabase } from './database.js'
import { postgresDriver } from './driver/postgres.js'
import { StorageError } from '../error.js'
import { Silence } from './silence.js'

const silence = (driverCode = 'ETIMEDOUT') =>
  new StorageError('storage_unavailable', 'It is silent.', { driverCode })
const refusal = { code: 'storage_unavailable', message: 'It is silent.' }

/** A kind of work on a clock of its own. */
function createWork() {
  let now = 0
  let begun = 0
  const state = new Silence(() => now)
  return {
    pass: (ms: number) => void (now += ms),
    begun: () => begun,
    requireAnswers: () => state.requireAnswers(),
    run: (work: () => Promise<string>) =>
      state.run(() => {
        begun += 1
        return work()
      }),
  }
}

const fails = (error: unknown) => () => Promise.reject(error)
const succeeds = () => Promise.resolve('done')

describe('work that is not answered', () => {
  it.each(['ETIMEDOUT', '55P03', 'SQLITE_BUSY', 'SQLITE_BUSY_SNAPSHOT'])(
    'is refused for a second after %s, without being begun, and then one piece tries',
    async (code) => {
      const work = createWork()
      await expect(work.run(fails(silence(code)))).rejects.toMatchObject(refusal)
      work.pass(999)
      await expect(work.run(succeeds)).rejects.toMatchObject({ ...refusal, driverCode: code })
      expect(work.requireAnswers).toThrow('It is silent.')
      expect(work.begun()).toBe(1)
      work.pass(1)
      const trial = createDeferred()
      const trying = work.run(async () => {
        await trial.promise
        return 'tried'
      })
      await expect(work.run(succeeds)).rejects.toMatchObject(refusal)
      trial.resolve()
      expect(await trying).toBe('tried')
      expect(await work.run(succeeds)).toBe('done')
    },
  )

  it('is refused for a second more where the trial is not answered', async () => {
    const work = createWork()
    await expect(work.run(fails(silence()))).rejects.toThrow()
    work.pass(1000)
    await expect(work.run(fails(silence()))).rejects.toThrow()
    await expect(work.run(succeeds)).rejects.toMatchObject(refusal)
    expect(work.begun()).toBe(2)
  })

  it('is one piece alone where another was answered meanwhile', async () => {
    const work = createWork()
    const end = createDeferred()
    const waiting = work.run(async () => {
      await end.promise
      throw silence('55P03')
    })
    work.pass(10_000)
    await work.run(succeeds)
    end.resolve()
    await expect(waiting).rejects.toMatchObject(refusal)
    expect(await work.run(succeeds)).toBe('done')
  })

  it.each([
    new StorageError('storage_unavailable', 'x', { driverCode: 'ECONNREFUSED' }),
    new StorageError('storage_unavailable', 'x', { driverCode: '57014' }),
    new StorageError('value_invalid', 'x'),
    new TypeError('x'),
  ])('is not what was answered by an error', async (error) => {
    const work = createWork()
    await expect(work.run(fails(error))).rejects.toBe(error)
    expect(await work.run(succeeds)).toBe('done')
  })
})

describeStores(
  'a PostgreSQL whose table somebody locks',
  (stores) => {
    it('lets nobody wait who comes later, and serves all others', { timeout: 60_000 }, async () => {
      const options = await stores.locate()
      let statements = 0
      const { memory, revocations } = await stores.open(options, {
        onStatement: () => void statements++,
      })
      await memory.commitExchange(ALICE, { thread: { id: 't' }, messages: [textMessage('m')] })
      const other = createDatabase(postgresDriver(options.databaseUrl ?? '', { isPatient: true }))
      await other.write(async (tx) => {
        await sql`lock table signet_message in access exclusive mode`.execute(tx)
        const read = () => memory.lastMessages(ALICE, 't', 1)
        await expect(read()).rejects.toMatchObject({ driverCode: '55P03', fault: 'unavailable' })
        const asked = statements
        const later = [ALICE, BOB, ALICE, BOB].map((owner) => memory.lastMessages(owner, 't', 1))
        for (const each of await Promise.allSettled(later)) expect(each.status).toBe('rejected')
        expect(statements).toBe(asked)
        await revocations.append({ kind: 'token-id', issuer: 'local', tokenId: 'j' })
      })
      await other.close()
      await sleep(1000)
      expect(await memory.lastMessages(ALICE, 't', 1)).toHaveLength(1)
    })
  },
  ['postgres'],
)
