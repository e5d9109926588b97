import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { MastraJwtAuth } from '@signet/auth'
import { FixtureCopies } from './fixture.js'
import { freePort } from './free-port.js'
import { SECRET } from '../http/memory-client.js'
import { SignetProcesses } from './server-process.js'
import { ROOT } from './root.js'
import { type SignetProcess } from './signet-process.js'

const COMMAND = join(ROOT, 'packages', 'cli', 'bin', 'signet.js')

/** How a server of the fixture `faulty` is started. */
export interface FaultyOptions {
  readonly command?: 'start' | 'dev'
  readonly env?: Readonly<Record<string, string>>
  /** What the shell does with its output, such as `2>/dev/full`. Default: it is kept. */
  readonly redirection?: string
  /** What the shell does before it becomes the server, such as `ulimit -n 64`. */
  readonly before?: string
}

/** A server of the fixture `faulty`. */
export interface FaultyServer {
  readonly url: string
  readonly port: number
  readonly process: SignetProcess
  /** Asks it with a good token. */
  ask(path: string, body?: unknown): Promise<Response>
  /** Runs a tool. */
  run(tool: string, data: unknown): Promise<Response>
  /** The value of a metric; undefined where it is not there. */
  metric(name: string): Promise<number | undefined>
}

/** Waits until something is so. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await sleep(20)
}

/** Servers of the fixture `faulty`, none of which outlives its test. */
export class FaultyServers {
  readonly #processes = new SignetProcesses()
  readonly #copies = new FixtureCopies()

  /** Runs the command, in a shell; it need not become ready. */
  async spawn(options: FaultyOptions = {}): Promise<FaultyServer> {
    const { command = 'start', env = {}, redirection = '', before = ':' } = options
    const port = await freePort()
    const url = `http://127.0.0.1:${port}`
    const flags = ['--dir', this.#copies.copy('faulty'), '--port', String(port)]
    const only = command === 'start' ? ['--host', '127.0.0.1', '--drain', '0'] : []
    const script = `${before}; exec "$0" "$@" ${redirection}`
    const process = this.#processes.spawn([command, ...flags, ...only], {
      command: ['bash', '-c', script, globalThis.process.execPath, COMMAND],
      env: { MASTRA_JWT_SECRET: SECRET, ...env },
    })
    const token = new MastraJwtAuth({ secret: SECRET }).sign(
      { sub: 'alice', roles: ['owner'] },
      { expiresInSeconds: 3600 },
    )
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    const ask: FaultyServer['ask'] = (path, body) =>
      fetch(url + path, {
        headers,
        ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
      })
    return {
      url,
      port,
      process,
      ask,
      run: (tool, data) => ask(`/api/tools/${tool}/execute`, { data }),
      async metric(name) {
        const text = await (await ask('/metrics')).text()
        const line = text.split('\n').find((each) => each.startsWith(`${name} `))
        return line === undefined ? undefined : Number(line.slice(name.length))
      },
    }
  }

  /** The same, and waits until it is ready. */
  async start(options?: FaultyOptions): Promise<FaultyServer> {
    const server = await this.spawn(options)
    await until(async () => {
      if (server.process.child.exitCode !== null) {
        throw new Error(`signet ended: ${server.process.stdout}${server.process.stderr}`)
      }
      return fetch(`${server.url}/ready`).then(
        ({ status }) => status === 200,
        () => false,
      )
    })
    return server
  }

  /** Kills whatever still runs, and removes their folders. */
  async remove(): Promise<void> {
    await this.#processes.kill()
    this.#copies.remove()
  }
}
