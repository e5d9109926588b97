// A PostgreSQL server from the binaries of Debian, for one measurement.
import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { atEnd } from './cleanup.mjs'
import { pinned } from './pin.mjs'

const INSTALLATIONS = '/usr/lib/postgresql'
const USER = 'bench'
/** The user of Debian that nobody is: PostgreSQL refuses to run as root. */
const NOBODY = 65_534
const ATTEMPTS = 600

function findBinaries() {
  const versions = existsSync(INSTALLATIONS) ? readdirSync(INSTALLATIONS) : []
  const folder = versions
    .sort((a, b) => Number(b) - Number(a))
    .map((version) => join(INSTALLATIONS, version, 'bin'))
    .find((bin) => existsSync(join(bin, 'initdb')) && existsSync(join(bin, 'psql')))
  if (folder === undefined) throw new Error('There is no PostgreSQL: apt-get install postgresql')
  return folder
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address()
  await new Promise((resolve) => server.close(resolve))
  return port
}

/**
 * Starts a server beside the load generator, on the core that the measured server does not have. It syncs
 * nothing: what is compared are the servers, not the disk.
 *
 * @param {string} parent - a temporary folder for its data
 */
export async function startPostgres(parent) {
  const binaries = findBinaries()
  const directory = mkdtempSync(join(parent, 'postgres-'))
  const isRoot = process.getuid() === 0
  // Whoever runs the server has to get through to its folder.
  if (isRoot) chmodSync(parent, 0o711)
  if (isRoot) chownSync(directory, NOBODY, NOBODY)
  const identity = { cwd: directory, ...(isRoot && { uid: NOBODY, gid: NOBODY }) }
  const data = join(directory, 'data')
  const options = ['-D', data, '-U', USER, '-E', 'UTF8', '--no-locale', '-A', 'trust', '--no-sync']
  const made = spawnSync(join(binaries, 'initdb'), options, { ...identity, encoding: 'utf8' })
  if (made.status !== 0) throw new Error(`initdb failed: ${made.stderr}`)

  const port = await freePort()
  const settings = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'fsync=off']
  const dataFlags = ['-D', data, '-p', `${port}`]
  const [file, ...args] = pinned('load', [
    join(binaries, 'postgres'),
    ...dataFlags,
    ...settings.flatMap((setting) => ['-c', setting]),
  ])
  const child = spawn(file, args, { ...identity, stdio: 'ignore' })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  const isEnded = () => child.exitCode !== null || child.signalCode !== null
  const stop = async () => {
    if (!isEnded()) child.kill('SIGINT')
    await ended
  }
  atEnd(stop)

  const execute = (statement, database = 'postgres') => {
    const where = ['-h', '127.0.0.1', '-p', `${port}`, '-U', USER, '-d', database]
    return spawnSync(join(binaries, 'psql'), [...where, '-c', statement], { encoding: 'utf8' })
  }
  for (let attempt = 0; execute('select 1').status !== 0; attempt++) {
    if (attempt === ATTEMPTS || isEnded()) throw new Error('PostgreSQL does not answer.')
    await sleep(50)
  }
  return {
    /** Makes an empty database, and returns its URL. */
    async createDatabase(name) {
      const made = execute(`create database ${name}`)
      if (made.status !== 0) throw new Error(made.stderr)
      return `postgres://${USER}@127.0.0.1:${port}/${name}`
    },
    /** Has the server count what is in a database, as it does by itself within a minute of a change (autovacuum). */
    async analyze(name) {
      const made = execute('analyze', name)
      if (made.status !== 0) throw new Error(made.stderr)
    },
    stop,
  }
}
