import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  chownSync,
  copyFileSync,
  cpSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { MastraJwtAuth } from '@signet/auth'
import { openStore, restoreFile } from '@signet/store'
import Libsql from 'libsql'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FixtureCopies } from '@signet/test-support/process/fixture'
import { MemoryClient, SECRET } from '@signet/test-support/http/memory-client'
import { SignetProcesses } from '@signet/test-support/process/server-process'
import { ROOT } from '@signet/test-support/process/root'
import { runSignet, type CommandResult } from '@signet/test-support/process/signet-process'

const QUESTION = 'Echo the word: heliotrope'
const NOBODY = 65_534
const COMMAND = join(ROOT, 'packages', 'cli', 'bin', 'signet.js')

const processes = new SignetProcesses()
const copies = new FixtureCopies()
let project: string
let data: string

beforeEach(() => {
  project = copies.copy('remembering')
  data = join(project, '.signet')
})

afterEach(async () => {
  await processes.kill()
  copies.remove()
})

const env = { MASTRA_JWT_SECRET: SECRET }

async function start() {
  const { url, process } = await processes.start(project, env)
  const token = new MastraJwtAuth({ secret: SECRET }).sign(
    { sub: 'alice' },
    { expiresInSeconds: 3600 },
  )
  return { process, memory: new MemoryClient(url, token) }
}

function run(
  command: 'backup' | 'restore',
  flags: readonly string[],
  more: Readonly<Record<string, string>> = {},
): Promise<CommandResult> {
  return runSignet([command, '--dir', project, ...flags], {
    cwd: project,
    env: { ...env, ...more },
  })
}

const filesOf = () => readdirSync(data).filter((name) => name.includes('.db'))

/** Makes a backup of one question, and asks another one after it. */
async function backUp(): Promise<void> {
  const { process, memory } = await start()
  await memory.ask('clerk', 'before', QUESTION)
  expect(await run('backup', ['b.db'])).toMatchObject({ code: 0, stderr: '' })
  await memory.ask('clerk', 'after', QUESTION)
  await process.stop()
}

describe('signet backup', () => {
  it('replaces no file but with --force, and leaves nothing half done', async () => {
    await backUp()
    expect(statSync(join(project, 'b.db')).mode & 0o777).toBe(0o600)
    const bytes = readFileSync(join(project, 'b.db'))
    const refused = await run('backup', ['b.db'])
    expect(refused).toMatchObject({ code: 1, stdout: '' })
    expect(refused.stderr).toMatch(/^error: .*b\.db is there already/)
    expect(readFileSync(join(project, 'b.db'))).toStrictEqual(bytes)
    const { stdout } = await run('backup', ['b.db', '--force', '--json'])
    expect(JSON.parse(stdout)).toMatchObject({ file: join(project, 'b.db') })
    expect(readFileSync(join(project, 'b.db'))).not.toStrictEqual(bytes)
    expect(readdirSync(project).filter((name) => name.includes('unfinished'))).toStrictEqual([])
  })

  it.each<readonly [string, (file: string, other: string) => void]>([
    ['its own name', () => {}],
    ['a symbolic link', (file, other) => symlinkSync(file, other)],
    ['a second name', (file, other) => linkSync(file, other)],
  ])('is never written over the database itself, by %s', async (name, link) => {
    await backUp()
    const { memory } = await start()
    const file = join(data, 'signet.db')
    const target = name === 'its own name' ? file : join(project, 'other.db')
    link(file, target)
    const { ino } = statSync(file)
    const { code, stderr } = await run('backup', [target, '--force'])
    expect({ code, stderr }).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/database itself/),
    })
    expect(statSync(file).ino).toBe(ino)
    expect((await memory.readThreads()).length).toBe(2)
  })

  it('says where there is nothing to back up, and for PostgreSQL what to do', async () => {
    const none = await run('backup', ['b.db'])
    expect(none).toMatchObject({ code: 1, stderr: expect.stringMatching(/nothing to back up/) })
    for (const command of ['backup', 'restore'] as const) {
      const { code, stderr } = await run(command, ['b.db'], { DATABASE_URL: 'postgres://u:pw@h/d' })
      expect(code).toBe(1)
      expect(stderr).toMatch(command === 'backup' ? /pg_dump/ : /pg_restore/)
      expect(stderr).not.toContain('pw')
    }
    expect(existsSync(join(project, 'b.db'))).toBe(false)
  })
})

describe('signet restore', () => {
  it('brings the backup back, and keeps what was there', async () => {
    await backUp()
    const { code, stdout } = await run('restore', ['b.db', '--json'])
    expect(code).toBe(0)
    const { putAside }: { putAside: string[] } = JSON.parse(stdout)
    const { memory } = await start()
    expect((await memory.readThreads()).map(({ id }) => id)).toStrictEqual(['before'])
    const aside = new Libsql(putAside[0] ?? '')
    expect(aside.prepare('select id from signet_thread order by id').all([])).toStrictEqual([
      { id: 'after' },
      { id: 'before' },
    ])
    aside.close()
  })

  it('changes nothing where the tokens cannot be ended, and says so', async () => {
    await backUp()
    const backup = new Libsql(join(project, 'b.db'))
    backup.exec('drop table signet_revocation')
    backup.close()
    const { ino } = statSync(join(data, 'signet.db'))
    const { code, stdout, stderr } = await run('restore', ['b.db', '--end-tokens'])
    expect({ code, stdout }).toStrictEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(/^error: .*could not be ended.* nothing was changed/)
    expect(statSync(join(data, 'signet.db')).ino).toBe(ino)
    expect(filesOf().filter((name) => name.includes('before-restore'))).toStrictEqual([])
    expect((await (await start()).memory.readThreads()).length).toBe(2)
  })

  it('that is killed once the backup has its name has ended all tokens by then', async () => {
    await backUp()
    const file = join(data, 'signet.db')
    const { ino } = statSync(file)
    const flags = ['restore', join(project, 'b.db'), '--dir', project, '--end-tokens']
    const child = spawn(process.execPath, [COMMAND, ...flags], {
      env: { ...process.env, ...env },
      stdio: 'ignore',
    })
    const ended = once(child, 'close')
    while (statSync(file).ino === ino && child.exitCode === null) await setImmediate()
    child.kill('SIGKILL')
    await ended
    expect(statSync(file).ino).not.toBe(ino)
    const folder = copies.makeFolder()
    copyFileSync(file, join(folder, 'signet.db'))
    const store = await openStore({ directory: folder })
    expect((await store.revocations.readAfter(0, 9)).at(-1)?.revocation.kind).toBe('all')
    await store.close()
  })

  it('refuses while a server runs, and changes nothing', async () => {
    await backUp()
    const { memory } = await start()
    const before = filesOf()
    const { code, stderr } = await run('restore', ['b.db'])
    expect({ code, stderr }).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/stop every server/),
    })
    expect(filesOf()).toStrictEqual(before)
    expect((await memory.readThreads()).length).toBe(2)
  })

  it('works after a crash, whose log it puts aside', async () => {
    await backUp()
    const { process, memory } = await start()
    await memory.ask('clerk', 'crash', QUESTION)
    await process.stop('SIGKILL')
    expect(statSync(join(data, 'signet.db-wal')).size).toBeGreaterThan(0)
    const { stdout } = await run('restore', ['b.db', '--json'])
    const { putAside }: { putAside: string[] } = JSON.parse(stdout)
    const second = await start()
    expect((await second.memory.readThreads()).map(({ id }) => id)).toStrictEqual(['before'])
    // One file, which nothing can part from its log.
    expect(putAside).toHaveLength(1)
    const aside = new Libsql(putAside[0] ?? '')
    const rows = aside.prepare("select id from signet_thread where id = 'crash'").all([])
    expect(rows).toHaveLength(1)
    aside.close()
  })

  it('goes through a symbolic link, as the look at the log does', async () => {
    const elsewhere = copies.makeFolder()
    mkdirSync(data)
    symlinkSync(join(elsewhere, 'signet.db'), join(data, 'signet.db'))
    await backUp()
    const { process, memory } = await start()
    await memory.ask('clerk', 'crash', QUESTION)
    await process.stop('SIGKILL')
    const crashed = copies.makeFolder()
    cpSync(elsewhere, crashed, { recursive: true })
    copyFileSync(join(project, 'b.db'), join(elsewhere, 'signet.db'))
    const refused = await runSignet(['start', '--dir', project, '--port', '0'], { env })
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringMatching(/signet restore/) })
    cpSync(crashed, elsewhere, { recursive: true })
    expect((await run('restore', ['b.db'])).code).toBe(0)
    expect(lstatSync(join(data, 'signet.db')).isSymbolicLink()).toBe(true)
    expect(readdirSync(elsewhere).some((name) => name.startsWith('signet-before-restore-'))).toBe(
      true,
    )
    const second = await start()
    expect((await second.memory.readThreads()).map(({ id }) => id)).toStrictEqual(['before'])
  })

  it('keeps what was there each time, also twice in a second', async () => {
    await backUp()
    const kept: string[] = []
    for (let turn = 0; turn < 3; turn++) {
      kept.push(...(await restoreFile(join(project, 'b.db'), { directory: data })))
    }
    expect(new Set(kept).size).toBe(3)
    expect(kept.every((file) => existsSync(file))).toBe(true)
  })

  it('that ended before the backup had its name begins with no empty database', async () => {
    await backUp()
    renameSync(join(data, 'signet.db'), join(data, 'signet-before-restore-2026-11-29T22-30-00.db'))
    const flags = ['start', '--dir', project, '--port', '0']
    const { code, stderr } = await runSignet(flags, { env })
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringMatching(/was kept/) })
    expect((await run('restore', ['b.db'])).code).toBe(0)
    await start()
  })

  it.each<readonly [string, RegExp, (file: string) => void]>([
    ['is text', /not a database|damaged/, (file) => writeFileSync(file, 'text '.repeat(999))],
    ['is empty', /not a database of Signet/, (file) => writeFileSync(file, '')],
    [
      'is of another program',
      /not a database of Signet/,
      (file) => {
        writeFileSync(file, '')
        const database = new Libsql(file)
        database.exec('create table note (text text)')
        database.close()
      },
    ],
    [
      'is damaged',
      /damaged/,
      (file) => {
        const bytes = readFileSync(file)
        bytes.fill(0x5a, 8192, 8192 + 20_000)
        writeFileSync(file, bytes)
      },
    ],
    [
      'is of a newer version',
      /newer version/,
      (file) => {
        const database = new Libsql(file)
        database.exec("insert into signet_migration values ('9999-later', 0)")
        database.close()
      },
    ],
  ])('refuses a backup that %s, and changes nothing', async (_, reason, spoil) => {
    await backUp()
    spoil(join(project, 'b.db'))
    const before = filesOf()
    const { code, stderr } = await run('restore', ['b.db', '--end-tokens'])
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringMatching(reason) })
    expect(filesOf()).toStrictEqual(before)
    expect((await (await start()).memory.readThreads()).length).toBe(2)
  })
})

describe('signet start', () => {
  it('leaves turns and revocations in signet.db alone once it was stopped', async () => {
    const { process, memory } = await start()
    for (const thread of ['t', 'u']) await memory.ask('clerk', thread, QUESTION)
    const flags = ['--dir', project, '--jti', 'revoked']
    expect(await runSignet(['revoke', ...flags], { env })).toMatchObject({ code: 0 })
    expect(await process.stop()).toMatchObject({ code: 0 })
    const folder = copies.makeFolder()
    copyFileSync(join(data, 'signet.db'), join(folder, 'signet.db'))
    const store = await openStore({ directory: folder })
    expect(await store.revocations.readAfter(0, 9)).toMatchObject([
      { revocation: { kind: 'token-id', tokenId: 'revoked' } },
    ])
    await store.close()
    const database = new Libsql(join(folder, 'signet.db'))
    const rows = database.prepare('select count(*) as count from signet_message').all([])
    expect(rows).toStrictEqual([{ count: 4 }])
    database.close()
  })

  it('refuses a backup that was copied over the file of a crash, and says what to do', async () => {
    await backUp()
    const { process, memory } = await start()
    await memory.ask('clerk', 'crash', QUESTION)
    await process.stop('SIGKILL')
    copyFileSync(join(project, 'b.db'), join(data, 'signet.db'))
    const { code, stderr } = await runSignet(['start', '--dir', project, '--port', '0'], { env })
    expect({ code, stderr }).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/signet restore/),
    })
    expect((await run('restore', ['b.db'])).code).toBe(0)
    const second = await start()
    expect((await second.memory.readThreads()).map(({ id }) => id)).toStrictEqual(['before'])
  })

  it.skipIf(process.getuid?.() !== 0)('fails where its user cannot write the file', async () => {
    await backUp()
    const folder = mkdtempSync(join(tmpdir(), 'signet-unwritable-'))
    try {
      copyFileSync(join(data, 'signet.db'), join(folder, 'signet.db'))
      chmodSync(folder, 0o755)
      chmodSync(join(folder, 'signet.db'), 0o644)
      // The application itself is the user's, who bundles it.
      rmSync(data, { recursive: true })
      chownSync(project, NOBODY, NOBODY)
      const flags = ['start', '--dir', project, '--port', '0']
      const { code, stderr } = await runSignet(flags, {
        command: ['setpriv', `--reuid=${NOBODY}`, '--clear-groups', process.execPath, COMMAND],
        env: { ...env, SIGNET_DATA_DIR: folder },
      })
      expect(code).toBe(1)
      expect(stderr).toMatch(/^error: The store cannot be opened: .*SIGNET_DATA_DIR/m)
      expect(stderr).toMatch(/rights|read-only/)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})
