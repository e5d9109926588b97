import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import Libsql from 'libsql'
import { expect, it } from 'vitest'
import { ALICE } from '@signet/test-support/store/memory'
import { describeStores, type Stores } from '@signet/test-support/store/stores'
import { backupFile } from './backup.js'
import { restoreFile } from './restore.js'

const HOUR = 3600

/** Gives a file another identity: what this process has closed may hold its lock until it is collected as garbage. */
function releaseFile(file: string): void {
  copyFileSync(file, `${file}.copy`)
  renameSync(`${file}.copy`, file)
}

/** A folder with a database that was backed up. */
async function backedUp(stores: Stores) {
  const { directory } = await stores.locate()
  const store = await stores.open({ directory })
  await store.memory.createThread(ALICE, { id: 't' })
  await store.close()
  const backup = join(directory, 'backup.db')
  backupFile(backup, { directory })
  const file = join(directory, 'signet.db')
  releaseFile(file)
  return { directory, backup, file }
}

function execute(file: string, statement: string): void {
  const database = new Libsql(file)
  database.exec(statement)
  database.close()
  releaseFile(file)
}

/** The last floor in a file, without what is in a log beside it. */
async function floorOf(stores: Stores, file: string): Promise<number> {
  const copy = await stores.locate()
  copyFileSync(file, join(copy.directory, 'signet.db'))
  const { revocations } = await stores.open(copy)
  const last = (await revocations.readAfter(0, 9)).at(-1)?.revocation
  return last?.kind === 'all' ? last.at : 0
}

const seconds = () => Math.floor(Date.now() / 1000)

describeStores(
  'a backup that is restored',
  (stores) => {
    it('has the end of all tokens in the file itself', async () => {
      const { directory, backup, file } = await backedUp(stores)
      const before = seconds()
      // One file, which nothing can part from its log.
      expect(await restoreFile(backup, { directory, endsTokens: true })).toHaveLength(1)
      expect(await floorOf(stores, file)).toBeGreaterThanOrEqual(before)
      expect(readdirSync(directory).filter((name) => name.includes('unfinished'))).toStrictEqual([])
      releaseFile(file)
      await restoreFile(backup, { directory })
      expect(await floorOf(stores, file)).toBe(0)
    })

    it.each<readonly [string, (at: number) => string]>([
      [
        'a revocation',
        (at) =>
          `insert into signet_revocation (kind, name, created_at) values ('token', '"x"', ${at * 1000})`,
      ],
      [
        'an end of all tokens',
        (at) =>
          `insert into signet_revocation (kind, name, issued_until, created_at) values ('all', '""', ${at}, 1)`,
      ],
      [
        'a record of the audit',
        (at) =>
          `insert into signet_audit (at, action, is_allowed, status, duration_ms, count) values (${at * 1000}, '"x"', 1, 200, 1, 1)`,
      ],
    ])('ends tokens until the time of %s that only the file knows', async (_, statement) => {
      const { directory, backup, file } = await backedUp(stores)
      const later = seconds() + HOUR
      execute(file, statement(later))
      await restoreFile(backup, { directory, endsTokens: true })
      expect(await floorOf(stores, file)).toBe(later)
    })

    it('ends tokens by the clock where the file cannot be read', async () => {
      const { directory, backup, file } = await backedUp(stores)
      writeFileSync(file, 'x'.repeat(10_000))
      const before = seconds()
      await restoreFile(backup, { directory, endsTokens: true })
      expect(await floorOf(stores, file)).toBeGreaterThanOrEqual(before)
    })

    it('changes nothing where its tokens cannot be ended', async () => {
      const { directory, backup, file } = await backedUp(stores)
      execute(backup, 'drop table signet_revocation')
      const look = () => [
        readdirSync(directory).filter(
          (name) => name.includes('.db') && !/-(?:wal|shm)$/.test(name),
        ),
        createHash('sha256').update(readFileSync(file)).digest('hex'),
      ]
      const before = look()
      await expect(restoreFile(backup, { directory, endsTokens: true })).rejects.toMatchObject({
        code: 'storage_unavailable',
        message: expect.stringMatching(/could not be ended.* nothing was changed/),
      })
      expect(look()).toStrictEqual(before)
    })
  },
  ['libsql'],
)

describeStores(
  'what is no regular file',
  (stores) => {
    const KINDS: readonly [string, (path: string) => unknown, RegExp][] = [
      ['a pipe', (path) => spawnSync('mkfifo', [path], { timeout: 20_000 }), /a named pipe/],
      ['a folder', (path) => mkdirSync(path), /a folder/],
      ['a device', (path) => symlinkSync('/dev/null', path), /a device/],
      [
        'a socket',
        async (path) => {
          const server = createServer().listen(path)
          await once(server, 'listening')
          server.unref()
        },
        /a socket/,
      ],
    ]

    it.each(KINDS)('is refused by its kind: %s', async (_, make, message) => {
      const { directory, backup } = await backedUp(stores)
      const odd = join(directory, 'odd')
      await make(odd)
      const refused = { code: 'value_invalid', message: expect.stringMatching(message) }
      expect(() => backupFile(odd, { directory, replaces: true })).toThrow(message)
      await expect(restoreFile(odd, { directory })).rejects.toMatchObject(refused)
      const place = join(directory, 'place')
      mkdirSync(place)
      await make(join(place, 'signet.db'))
      expect(() => backupFile(join(place, 'b.db'), { directory: place })).toThrow(message)
      await expect(restoreFile(backup, { directory: place })).rejects.toMatchObject(refused)
    })

    it('is not a symbolic link to one', async () => {
      const { directory, backup } = await backedUp(stores)
      symlinkSync(backup, join(directory, 'link'))
      await restoreFile(join(directory, 'link'), { directory })
    })

    it('is told of where a file is in the place of a folder, or a folder in that of a file', async () => {
      const { directory, backup, file } = await backedUp(stores)
      const inFile = { message: expect.stringMatching(/A file is where a folder/) }
      await expect(restoreFile(backup, { directory: file })).rejects.toMatchObject(inFile)
      await expect(stores.open({ directory: file })).rejects.toMatchObject(inFile)
      expect(() => backupFile(join(file, 'b.db'), { directory })).toThrow(
        /A file is where a folder/,
      )
      rmSync(file)
      mkdirSync(file)
      await expect(stores.open({ directory })).rejects.toThrow(/A folder has the name signet\.db/)
    })
  },
  ['libsql'],
)

describeStores(
  'what a killed process left half done',
  (stores) => {
    /** The id of a process that has ended. */
    async function endedId(): Promise<number> {
      const child = spawn(process.execPath, ['--eval', ''])
      await once(child, 'close')
      return child.pid ?? 0
    }

    const USES: readonly [string, (directory: string, backup: string) => unknown][] = [
      ['a backup', (directory) => backupFile(join(directory, 'other.db'), { directory })],
      ['a restore', (directory, backup) => restoreFile(backup, { directory })],
      ['a start', async (directory) => (await stores.open({ directory })).close()],
    ]

    it.each(USES)('is removed by %s, and nothing else is', async (_, use) => {
      const { directory, backup } = await backedUp(stores)
      const id = await endedId()
      const left = [id, process.pid].flatMap((each) => [
        `signet-unfinished-backup-${each}`,
        `signet-unfinished-backup-${each}-journal`,
        `signet-unfinished-look-${each}-wal`,
      ])
      const kept = [
        `signet-unfinished-backup-${process.ppid}`,
        `signet-unfinished-backup-${id}.txt`,
        `signet-unfinished-other-${id}`,
        `my-signet-unfinished-backup-${id}`,
        'signet-unfinished-backup-0',
      ]
      for (const name of [...left, ...kept]) writeFileSync(join(directory, name), 'x')
      const folder = join(directory, `signet-unfinished-restore-${id}`)
      mkdirSync(folder)
      writeFileSync(join(folder, 'signet.db'), 'x')
      await use(directory, backup)
      expect(left.filter((name) => existsSync(join(directory, name)))).toStrictEqual([])
      expect(existsSync(folder)).toBe(false)
      for (const name of kept) expect(statSync(join(directory, name)).size).toBe(1)
    })
  },
  ['libsql'],
)
