import { spawn, type ChildProcess } from 'node:child_process'
import {
  chownSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { freePort } from '../process/free-port.js'
import { createCluster, NOBODY, USER } from './postgres-cluster.js'

const INSTALLATIONS = '/usr/lib/postgresql'

/** A PostgreSQL server of a test's own. */
export interface PostgresServer {
  /** Where its files are. */
  readonly directory: string
  /** Runs a statement as its superuser. */
  ask(statement: string): Promise<void>
  /** Makes an empty database, with options in SQL, and returns its URL. */
  createDatabase(options?: string): Promise<string>
  /** Stops it at once, as a power cut would, or starts it again on the same port. */
  halt(): Promise<void>
  /** Stops it as its administrator does: all is written to its files. */
  shutDown(): Promise<void>
  start(): Promise<void>
  /** Has its processes stand still, so that it takes connections and answers none; or go on. */
  freeze(): void
  thaw(): void
  /** Runs a statement as its administrator, in one of its databases. */
  run(url: string, statement: string): Promise<pg.QueryResult>
  /** Where its data is. */
  readonly data: string
  /** Stops it and removes its data. */
  remove(): Promise<void>
}

function findBinaries(): string | undefined {
  if (!existsSync(INSTALLATIONS)) return undefined
  const versions = readdirSync(INSTALLATIONS).sort((a, b) => Number(b) - Number(a))
  return versions
    .map((version) => join(INSTALLATIONS, version, 'bin'))
    .find((folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')))
}

/** Why there can be no server here; undefined where there can be one. */
export function whyNoPostgres(): string | undefined {
  return findBinaries() === undefined ? `no PostgreSQL in ${INSTALLATIONS}` : undefined
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null
}

/** Sends a signal to a process, which may have ended meanwhile. */
function signalProcess(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

/** A process and those that it has started. */
function familyOf(pid: number): readonly number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
  return [pid, ...children.split(' ').filter(Boolean).map(Number)]
}

/** What a server has that others do not. */
export interface PostgresSettings {
  /** The folder for its data. Default: that of temporary files. */
  readonly place?: string
  /** Files in the folder above its data, by their names. Settings name them as `../name`. */
  readonly files?: Readonly<Record<string, string>>
  /** Settings such as `ssl=on`. @param directory - its folder */
  settings?(directory: string): readonly string[]
}

/** Starts a server from the binaries of Debian, on a free port of 127.0.0.1. */
export async function startPostgres(own: PostgresSettings = {}): Promise<PostgresServer> {
  const binaries = findBinaries()
  if (binaries === undefined) throw new Error(whyNoPostgres())
  const directory = mkdtempSync(join(own.place ?? tmpdir(), 'signet-postgres-'))
  const data = join(directory, 'data')
  const isRoot = process.getuid?.() === 0
  if (isRoot) chownSync(directory, NOBODY, NOBODY)
  const identity = { ...(isRoot ? { uid: NOBODY, gid: NOBODY } : {}), cwd: directory }
  createCluster(binaries, data, identity)

  for (const [name, content] of Object.entries(own.files ?? {})) {
    const file = join(directory, name)
    writeFileSync(file, content, { mode: 0o600 })
    if (isRoot) chownSync(file, NOBODY, NOBODY)
  }

  const port = await freePort()
  const url = (database: string) => `postgres://${USER}@127.0.0.1:${port}/${database}`
  let child: ChildProcess | undefined
  let output = ''
  let count = 0

  async function run(connectionString: string, statement: string): Promise<pg.QueryResult> {
    const client = new pg.Client({ connectionString })
    client.on('error', () => undefined)
    await client.connect()
    try {
      return await client.query(statement)
    } finally {
      await client.end()
    }
  }

  async function ask(statement: string): Promise<void> {
    await run(url('postgres'), statement)
  }

  function signal(name: NodeJS.Signals): void {
    if (child?.pid === undefined || hasEnded(child)) return
    for (const pid of familyOf(child.pid)) signalProcess(pid, name)
  }

  async function start(): Promise<void> {
    const settings = [
      'listen_addresses=127.0.0.1',
      'unix_socket_directories=',
      'fsync=off',
      'max_connections=100',
      ...(own.settings?.(directory) ?? []),
    ].flatMap((setting) => ['-c', setting])
    const started = spawn(
      join(binaries ?? '', 'postgres'),
      ['-D', data, '-p', `${port}`, ...settings],
      {
        ...identity,
        stdio: ['ignore', 'ignore', 'pipe'],
      },
    )
    child = started
    started.stderr?.on('data', (text) => (output += text))
    for (let attempt = 0; attempt < 600; attempt++) {
      if (hasEnded(started)) throw new Error(`postgres ended: ${output}`)
      try {
        return await ask('select 1')
      } catch {
        await sleep(50)
      }
    }
    throw new Error(`postgres does not answer: ${output}`)
  }

  async function end(name: NodeJS.Signals): Promise<void> {
    const running = child
    if (running === undefined || hasEnded(running)) return
    const ended = new Promise((resolve) => running.once('exit', resolve))
    signal('SIGCONT')
    running.kill(name)
    await ended
  }

  const halt = (): Promise<void> => end('SIGQUIT')

  function removeFiles(): void {
    rmSync(directory, { recursive: true, force: true })
  }

  try {
    await start()
  } catch (error) {
    await halt()
    removeFiles()
    throw error
  }
  return {
    directory,
    ask,
    createDatabase: async (options = '') => {
      const name = `test_${++count}`
      await ask(`create database ${name} ${options}`)
      return url(name)
    },
    halt,
    shutDown: () => end('SIGINT'),
    start,
    freeze: () => signal('SIGSTOP'),
    thaw: () => signal('SIGCONT'),
    run,
    data,
    remove: async () => {
      await halt()
      removeFiles()
    },
  }
}
