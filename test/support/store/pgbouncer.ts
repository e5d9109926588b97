import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../process/free-port.js'

const BINARY = '/usr/sbin/pgbouncer'
/** PgBouncer refuses to run as root. */
const NOBODY = 65_534

/** A PgBouncer of a test's own. */
export interface PgBouncer {
  /** The address of a database behind it. */
  urlOf(databaseUrl: string): string
  /** Stops it and removes its folder. */
  remove(): Promise<void>
}

/** Why there can be none here; undefined where there can be one. */
export function whyNoPgBouncer(): string | undefined {
  return existsSync(BINARY) ? undefined : `no ${BINARY}`
}

/**
 * Starts a PgBouncer on a free port of 127.0.0.1 before a server, with its defaults but for what is said.
 *
 * @param settings - lines of its section, such as `pool_mode=transaction`
 */
export async function startPgBouncer(
  serverUrl: string,
  settings: readonly string[],
): Promise<PgBouncer> {
  const { hostname, port: serverPort, username } = new URL(serverUrl)
  const directory = mkdtempSync(join(tmpdir(), 'signet-pgbouncer-'))
  const port = await freePort()
  const file = join(directory, 'pgbouncer.ini')
  const lines = [
    '[databases]',
    `* = host=${hostname} port=${serverPort} user=${username}`,
    '[pgbouncer]',
    'listen_addr=127.0.0.1',
    `listen_port=${port}`,
    'unix_socket_dir=',
    'auth_type=any',
    ...settings,
  ]
  writeFileSync(file, `${lines.join('\n')}\n`)
  const isRoot = process.getuid?.() === 0
  chmodSync(directory, 0o755)
  if (isRoot) chownSync(directory, NOBODY, NOBODY)
  const child = spawn(BINARY, [file], {
    ...(isRoot && { uid: NOBODY, gid: NOBODY }),
    cwd: directory,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const ended = once(child, 'exit')
  let output = ''
  await new Promise<void>((resolve, reject) => {
    child.stderr.on('data', (data: Buffer) => {
      output += data.toString()
      if (output.includes('process up')) resolve()
    })
    child.once('error', reject)
    child.once('exit', () => reject(new Error(`pgbouncer ended: ${output}`)))
  })
  return {
    urlOf: (databaseUrl) => Object.assign(new URL(databaseUrl), { port: `${port}` }).href,
    remove: async () => {
      child.kill('SIGKILL')
      await ended
      rmSync(directory, { recursive: true, force: true })
    },
  }
}
