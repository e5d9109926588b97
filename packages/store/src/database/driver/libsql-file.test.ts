import { spawnSync } from 'node:child_process'
import { randomInt } from 'node:crypto'
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import Libsql from 'libsql'
import { expect, it } from 'vitest'
import { TurnWriter } from '@signet/test-support/store/turn-writer'
import { ALICE, names, savedMessage } from '@signet/test-support/store/memory'
import { describeStores, type Stores } from '@signet/test-support/store/stores'
import { TinyDisk } from '@signet/test-support/store/tiny-disk'
import { inspectStore } from '../../inspect/inspect.js'
import type { StoreNotice } from '../../store.js'

const LOST = { code: 'storage_unavailable', driverCode: 'ENOENT' }
const FOREIGN = { code: 'storage_unavailable', driverCode: 'WAL_FOREIGN' }
const FILES = ['signet.db', 'signet.db-wal', 'signet.db-shm']

/** Writes turns by a process of its own, and kills it. Returns those that it acknowledged. */
async function writeAndKill(directory: string, prefix: string, count: number): Promise<string[]> {
  const writing = { store: { directory }, owner: ALICE, threadId: 't', prefix, count: 1_000_000 }
  const writer = new TurnWriter(writing)
  await writer.killAfter(count)
  return writer.acknowledged
}

/** The ids of the turns of a store in a folder; the folder is copied, as a crash would leave it. */
async function readTurns(stores: Stores, source: string): Promise<string[]> {
  const { directory } = await stores.locate()
  cpSync(source, directory, { recursive: true })
  const { memory } = await stores.open({ directory })
  const page = await memory.listMessages(ALICE, 't', { perPage: 1_000_000 })
  const ids = (page?.messages ?? []).map(({ id }) => id).filter((id) => id.endsWith('-question'))
  return ids.map((id) => id.replace(/-question$/, ''))
}

/** Copies a database as SQLite itself does, in two ways. */
const COPIES: readonly [string, (directory: string, file: string) => void][] = [
  [
    'vacuum into',
    (directory, file) => {
      const database = new Libsql(join(directory, 'signet.db'))
      database.prepare('vacuum into ?').run([file])
      database.close()
    },
  ],
  [
    '.backup of sqlite3',
    (directory, file) => {
      const args = [join(directory, 'signet.db'), `.backup '${file}'`]
      expect(spawnSync('sqlite3', args, { encoding: 'utf8', timeout: 20_000 })).toMatchObject({
        status: 0,
      })
    },
  ],
]

function isThere([name]: (typeof COPIES)[number]): boolean {
  return (
    name === 'vacuum into' || spawnSync('sqlite3', ['-version'], { timeout: 20_000 }).status === 0
  )
}

describeStores(
  'a file that is left',
  (stores) => {
    it('holds everything alone once the store was closed', async () => {
      const options = await stores.locate()
      const { memory, close } = await stores.open(options)
      await memory.createThread(ALICE, { id: 't' })
      for (const id of names('m', 50)) {
        await memory.saveMessages(ALICE, [savedMessage('t', id, 'x')])
        await memory.listMessages(ALICE, 't', { perPage: 9 })
      }
      await close()
      expect(
        statSync(join(options.directory, 'signet.db-wal'), { throwIfNoEntry: false })?.size ?? 0,
      ).toBe(0)
      const copy = await stores.locate()
      copyFileSync(join(options.directory, 'signet.db'), join(copy.directory, 'signet.db'))
      const other = await stores.open(copy)
      expect((await other.memory.listMessages(ALICE, 't', { perPage: 99 }))?.total).toBe(50)
    })

    it('is told of where another process keeps a part of it in the log', async () => {
      const options = await stores.locate()
      const notices: StoreNotice[] = []
      const store = await stores.open({ ...options, onNotice: (notice) => notices.push(notice) })
      await store.memory.createThread(ALICE, { id: 't' })
      const other = new Libsql(join(options.directory, 'signet.db'))
      other.exec('begin')
      other.prepare('select count(*) from signet_thread').all([])
      await store.memory.createThread(ALICE, { id: 'u' })
      await store.close()
      expect(notices).toMatchObject([
        { level: 'warn', message: expect.stringMatching(/signet\.db-wal still has writes/) },
      ])
      other.exec('commit')
      other.close()
    })
  },
  ['libsql'],
)

describeStores(
  'the log of a crash',
  (stores) => {
    it('is taken by its own file, whenever the process was killed', async () => {
      const { directory } = await stores.locate()
      const acknowledged: string[] = []
      for (let round = 0; round < 8; round++) {
        acknowledged.push(...(await writeAndKill(directory, `r${round}`, randomInt(1, 400))))
        const stored = await readTurns(stores, directory)
        expect(stored).toEqual(expect.arrayContaining(acknowledged))
      }
    }, 120_000)

    it('is taken where it is of an earlier version, which counted nothing', async () => {
      const { directory } = await stores.locate()
      await (await stores.open({ directory })).close()
      const earlier = new Libsql(join(directory, 'signet.db'))
      earlier.exec('pragma user_version = 0')
      earlier.prepare('pragma wal_checkpoint(truncate)').all([])
      for (const id of ['t', 'u']) {
        const values = `('${ALICE}', '${id}', '""', 0, 0, 0, 0)`
        earlier.exec(
          `insert into signet_thread (owner, id, title, next_position, message_count, created_at, updated_at) values ${values}`,
        )
      }
      expect(statSync(join(directory, 'signet.db-wal')).size).toBeGreaterThan(0)
      const copy = await stores.locate()
      cpSync(directory, copy.directory, { recursive: true })
      await writeAndKill(copy.directory, 'new', 20)
      const { directory: again } = await stores.locate()
      cpSync(copy.directory, again, { recursive: true })
      const { memory } = await stores.open({ directory: again })
      expect(await memory.getThread(ALICE, 'u')).toMatchObject({ id: 'u' })
      expect((await memory.listMessages(ALICE, 't', { perPage: 1 }))?.total).toBeGreaterThan(39)
      earlier.close()
    })

    it.each(COPIES.filter(isThere))(
      'is laid over no backup that was put in its place, made by %s, and destroys nothing',
      async (_, copy) => {
        const { directory } = await stores.locate()
        const backup = join(directory, 'backup')
        for (const [round, count] of [3, 40, 900].entries()) {
          await writeAndKill(directory, `before${round}`, count)
          rmSync(backup, { force: true })
          copy(directory, backup)
          await writeAndKill(directory, `after${round}`, 400)
          const spoiled = await stores.locate()
          for (const name of FILES) cpSync(join(directory, name), join(spoiled.directory, name))
          copyFileSync(backup, join(spoiled.directory, 'signet.db'))
          const before = FILES.map((name) => statSync(join(spoiled.directory, name)).size)
          await expect(stores.open(spoiled)).rejects.toMatchObject(FOREIGN)
          expect(FILES.map((name) => statSync(join(spoiled.directory, name)).size)).toStrictEqual(
            before,
          )
          // As the error says.
          for (const name of FILES.slice(1)) rmSync(join(spoiled.directory, name))
          const { memory } = await stores.open(spoiled)
          expect((await memory.listMessages(ALICE, 't', { perPage: 1 }))?.total).toBeGreaterThan(0)
        }
      },
      120_000,
    )

    it('is kept, and refused, where its file is gone, empty or another', async () => {
      const { directory } = await stores.locate()
      await writeAndKill(directory, 'a', 20)
      const other = await stores.locate()
      await writeAndKill(other.directory, 'b', 20)
      const spoils: ((file: string) => void)[] = [
        (file) => rmSync(file),
        (file) => writeFileSync(file, ''),
        (file) => copyFileSync(join(other.directory, 'signet.db'), file),
      ]
      for (const spoil of spoils) {
        const spoiled = await stores.locate()
        cpSync(directory, spoiled.directory, { recursive: true })
        spoil(join(spoiled.directory, 'signet.db'))
        expect(await inspectStore(spoiled)).toMatchObject({ problems: [FOREIGN] })
        await expect(stores.open(spoiled)).rejects.toMatchObject(FOREIGN)
        const size = (folder: string) => statSync(join(folder, 'signet.db-wal')).size
        expect(size(spoiled.directory)).toBe(size(directory))
      }
    })
  },
  ['libsql'],
)

describeStores(
  'a file that is open',
  (stores) => {
    async function openWatched() {
      const options = await stores.locate()
      const notices: StoreNotice[] = []
      const store = await stores.open({ ...options, onNotice: (notice) => notices.push(notice) })
      await store.memory.createThread(ALICE, { id: 't' })
      const path = (name: string) => join(options.directory, name)
      return { ...options, store, notices, path }
    }

    const FAULTS: readonly [string, (path: (name: string) => string) => void][] = [
      ['is deleted', (path) => rmSync(path('signet.db'))],
      ['is deleted with its log', (path) => FILES.forEach((name) => rmSync(path(name)))],
      ['loses its log', (path) => rmSync(path('signet.db-wal'))],
      ['loses the index of its log', (path) => rmSync(path('signet.db-shm'))],
      ['is renamed', (path) => renameSync(path('signet.db'), path('other.db'))],
      [
        'is replaced',
        (path) => {
          copyFileSync(path('signet.db'), path('new.db'))
          renameSync(path('new.db'), path('signet.db'))
        },
      ],
    ]

    it.each(FAULTS)('and %s acknowledges nothing more, and loses nothing', async (_, spoil) => {
      const { directory, store, notices, path } = await openWatched()
      spoil(path)
      await expect(store.memory.createThread(ALICE, { id: 'late' })).rejects.toMatchObject(LOST)
      await expect(store.memory.getThread(ALICE, 't')).rejects.toMatchObject(LOST)
      await expect(store.ready()).rejects.toMatchObject(LOST)
      expect(notices.map(({ level }) => level)).toStrictEqual(['error'])
      expect(notices[0]?.message).toMatch(/signet\.db.*SIGTERM/)
      await store.close()
      const rescued = readdirSync(directory).find((name) => name.startsWith('signet-rescued-'))
      if (rescued !== undefined) {
        expect(notices.at(-1)?.message).toContain(`signet restore ${path(rescued)}`)
        expect(statSync(path(rescued)).mode & 0o777).toBe(0o600)
      }
      const copy = await stores.locate()
      copyFileSync(path(rescued ?? 'signet.db'), join(copy.directory, 'signet.db'))
      const { memory } = await stores.open(copy)
      expect(await memory.getThread(ALICE, 't')).toMatchObject({ id: 't' })
    })

    it('is looked at each second, also when nobody writes, and told to be back', async () => {
      const { store, notices, path } = await openWatched()
      renameSync(path('signet.db'), path('other.db'))
      await expect.poll(() => notices.length, { timeout: 10_000 }).toBe(1)
      await expect(store.ready()).rejects.toMatchObject(LOST)
      renameSync(path('other.db'), path('signet.db'))
      await expect.poll(() => notices.length, { timeout: 10_000 }).toBe(2)
      await store.ready()
      await store.memory.createThread(ALICE, { id: 'u' })
      expect(notices.at(-1)).toMatchObject({ level: 'info' })
    })

    it('is written into a new file also where nothing was stored since the start', async () => {
      const { directory, store, path } = await openWatched()
      await store.close()
      const again = await stores.open({ directory })
      await again.ready()
      rmSync(path('signet.db'))
      await again.close()
      const rescued = readdirSync(directory).find((name) => name.startsWith('signet-rescued-'))
      const copy = await stores.locate()
      copyFileSync(path(rescued ?? ''), join(copy.directory, 'signet.db'))
      const { memory } = await stores.open(copy)
      expect(await memory.getThread(ALICE, 't')).toMatchObject({ id: 't' })
    })

    it('is written beside its folder where that is moved or deleted', async () => {
      const { directory, store, notices } = await openWatched()
      renameSync(directory, `${directory}-moved`)
      await expect(store.memory.createThread(ALICE, { id: 'late' })).rejects.toMatchObject(LOST)
      await store.close()
      expect(existsSync(directory)).toBe(false)
      expect(notices.map(({ level }) => level)).toStrictEqual(['error', 'error'])
      const [, rescued = ''] = /stored is in (\S+\.db)\./.exec(notices[1]?.message ?? '') ?? []
      for (const source of [rescued, join(`${directory}-moved`, 'signet.db')]) {
        const copy = await stores.locate()
        renameSync(source, join(copy.directory, 'signet.db'))
        const { memory } = await stores.open(copy)
        expect(await memory.getThread(ALICE, 't')).toMatchObject({ id: 't' })
      }
      renameSync(`${directory}-moved`, directory)
    })

    it('leaves no part of it in a folder whose disk is full', async (context) => {
      const disk = TinyDisk.mount(6)
      if (disk === undefined) return context.skip('no file system can be mounted here')
      const notices: StoreNotice[] = []
      const rescued = () => / is in (\S+\.db)\./.exec(notices.at(-1)?.message ?? '')?.[1] ?? ''
      try {
        const { directory } = disk
        const store = await stores.open({ directory, onNotice: (notice) => notices.push(notice) })
        await store.memory.createThread(ALICE, { id: 't' })
        rmSync(join(directory, 'signet.db'))
        disk.fill()
        await store.close()
        expect(readdirSync(directory).filter((name) => name.includes('rescued'))).toStrictEqual([])
        const copy = await stores.locate()
        copyFileSync(rescued(), join(copy.directory, 'signet.db'))
        const { memory } = await stores.open(copy)
        expect(await memory.getThread(ALICE, 't')).toMatchObject({ id: 't' })
      } finally {
        rmSync(rescued(), { force: true })
        disk.unmount()
      }
    })

    it('is told of where another process has it open, and not otherwise', async () => {
      const { directory } = await stores.locate()
      const writing = { store: { directory }, owner: ALICE, threadId: 't', prefix: 'a' }
      const writer = new TurnWriter({ ...writing, count: 1_000_000 })
      while (writer.acknowledged.length === 0)
        await new Promise((resolve) => setTimeout(resolve, 5))
      const notices: StoreNotice[] = []
      const open = async () => {
        const store = await stores.open({ directory, onNotice: (notice) => notices.push(notice) })
        await store.close()
      }
      await open()
      expect(notices[0]).toMatchObject({ level: 'warn' })
      expect(notices[0]?.message).toMatch(/^Another process has .*signet\.db open/)
      await writer.killAfter(1)
      notices.length = 0
      await open()
      expect(notices).toStrictEqual([])
      expect(readdirSync(directory).filter((name) => name.includes('look'))).toStrictEqual([])
    })

    it.each([
      [
        'the file',
        (directory: string) => chmodSync(join(directory, 'signet.db'), 0o644),
        /chmod 600/,
      ],
      ['the folder', (directory: string) => chmodSync(directory, 0o777), /chmod 700/],
    ])('is told of where others may use %s', async (_, widen, remedy) => {
      const options = await stores.locate()
      await (await stores.open(options)).close()
      widen(options.directory)
      const notices: StoreNotice[] = []
      await stores.open({ ...options, onNotice: (notice) => notices.push(notice) })
      expect(notices).toMatchObject([{ level: 'warn', message: expect.stringMatching(remedy) }])
    })

    it('is told of where it is empty, and refused where one was kept of it', async () => {
      const { directory } = await stores.locate()
      const file = join(directory, 'signet.db')
      writeFileSync(file, '', { mode: 0o600 })
      const notices: StoreNotice[] = []
      const open = () => stores.open({ directory, onNotice: (notice) => notices.push(notice) })
      const store = await open()
      expect(notices).toMatchObject([
        { level: 'warn', message: expect.stringMatching(/is empty.*signet restore/) },
      ])
      await store.close()
      notices.length = 0
      await (await open()).close()
      expect(notices).toStrictEqual([])
      const emptied = await stores.locate()
      writeFileSync(join(emptied.directory, 'signet.db'), '', { mode: 0o600 })
      copyFileSync(file, join(emptied.directory, 'signet-before-restore-2026.db'))
      const kept = { message: expect.stringMatching(/was kept of it/) }
      await expect(stores.open(emptied)).rejects.toMatchObject(kept)
      expect(await inspectStore(emptied)).toMatchObject({ problems: [kept] })
    })

    it.skipIf(process.platform !== 'linux')('cannot be in a folder that takes none', async () => {
      const open = stores.open({ directory: '/proc/signet/data' })
      await expect(open).rejects.toMatchObject({ code: 'storage_unavailable' })
    })
  },
  ['libsql'],
)
