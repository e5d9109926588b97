import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'vitest'
import { freePort } from '../process/free-port.js'

const BINARY = '/usr/bin/redis-server'

/** A Redis of a test's own. It keeps nothing on disk. */
export interface RedisServer {
  readonly url: string
  /** Stops it at once, as a power cut would. */
  halt(): Promise<void>
  /** Starts it again, empty, on the same port. */
  start(): Promise<void>
  /** Has it take connections and commands, and answer none; or go on. */
  freeze(): void
  thaw(): void
  /** Stops it and removes its folder. */
  remove(): Promise<void>
}

/** Why there can be no Redis here; undefined where there can be one. */
export function whyNoRedis(): string | undefined {
  return existsSync(BINARY) ? undefined : `no ${BINARY}`
}

/**
 * Declares rules that need a Redis. Where there is none they are skipped, and with
 * `SIGNET_REQUIRE_SERVICES=1` they fail.
 */
export function describeWithRedis(name: string, declare: () => void): void {
  const reason = whyNoRedis()
  const isRequired = process.env['SIGNET_REQUIRE_SERVICES'] === '1'
  describe.skipIf(reason !== undefined && !isRequired)(`${name} (Redis)`, () => {
    if (reason === undefined) declare()
    else refuse(reason)
  })
}

function refuse(reason: string): void {
  it('has the services that SIGNET_REQUIRE_SERVICES asks for', () => {
    throw new Error(`There is ${reason}.`)
  })
}

/** Waits until it takes connections. @throws when it ends before */
async function untilReady(child: ChildProcess): Promise<void> {
  let output = ''
  await new Promise<void>((resolve, reject) => {
    child.stdout?.on('data', (data: Buffer) => {
      output += data.toString()
      if (output.includes('Ready to accept connections')) resolve()
    })
    child.once('error', reject)
    child.once('exit', () => reject(new Error(`redis-server ended: ${output}`)))
  })
}

/** Starts a Redis from the binary of Debian, on a free port of 127.0.0.1. */
export async function startRedis(password = ''): Promise<RedisServer> {
  const directory = mkdtempSync(join(tmpdir(), 'signet-redis-'))
  const port = await freePort()
  const place = ['--bind', '127.0.0.1', '--port', `${port}`, '--dir', directory]
  const settings = ['--save', '', '--appendonly', 'no', '--requirepass', password]
  let child: ChildProcess | undefined

  async function start(): Promise<void> {
    child = spawn(BINARY, [...place, ...settings], { stdio: ['ignore', 'pipe', 'ignore'] })
    await untilReady(child)
  }

  async function halt(): Promise<void> {
    const running = child
    if (running === undefined || running.exitCode !== null || running.signalCode !== null) return
    const ended = once(running, 'exit')
    running.kill('SIGKILL')
    await ended
  }

  async function remove(): Promise<void> {
    await halt()
    rmSync(directory, { recursive: true, force: true })
  }

  try {
    await start()
  } catch (error) {
    await remove()
    throw error
  }
  return {
    url: `redis://127.0.0.1:${port}`,
    start,
    halt,
    freeze: () => void child?.kill('SIGSTOP'),
    thaw: () => void child?.kill('SIGCONT'),
    remove,
  }
}
