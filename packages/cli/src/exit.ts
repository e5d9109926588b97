import type { Writable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { flushLog } from '@signet/server/internal'
import { EXIT_CODE } from './failure.js'

/** How long a server waits until its last lines are written, and then until its threads are free, in milliseconds. */
const FLUSH_MS = 1000
const HELD_MS = 1000
/** How long the `exit` listeners of an application may run, in milliseconds. */
const EXIT_MS = 3000

function flush(stream: Writable): Promise<void> {
  return new Promise((resolve) => {
    stream.write('', () => resolve())
  })
}

async function flushAll(): Promise<void> {
  await Promise.all([flush(process.stdout), flush(process.stderr), flushLog()])
}

/**
 * Whether a thread of this process still works on a file or a DNS name. Node.js waits for such a thread before it
 * exits.
 */
function isHeld(): boolean {
  return process
    .getActiveResourcesInfo()
    .some((name) => /^(?:FSReq|GetAddrInfo|GetNameInfo)/.test(name))
}

/** The signal that ends a process at once. After success, it is one that supervisors count as an orderly end. */
function lastSignal(code: number): NodeJS.Signals {
  return code === EXIT_CODE.success ? 'SIGTERM' : 'SIGKILL'
}

/**
 * Ends the process if the `exit` listeners of the application take too long. They do run: a logger may write its last
 * lines there.
 */
async function limitExit(signal: NodeJS.Signals): Promise<void> {
  const code = `setTimeout(() => process.kill(${process.pid}, '${signal}'), ${EXIT_MS})
    require('node:worker_threads').parentPort.postMessage(0)`
  await new Promise<void>((resolve) => {
    // Without NODE_OPTIONS, this thread does not load what every other thread loads, such as tracing.
    new Worker(code, { eval: true, stdout: false, execArgv: [], env: {} })
      .once('message', () => resolve())
      .once('error', () => resolve())
  })
}

/** Ends the process of a server, even if something keeps it alive. */
async function endServer(code: number): Promise<never> {
  await Promise.race([flushAll(), sleep(FLUSH_MS)])
  for (let waited = 0; isHeld() && waited < HELD_MS; waited += 20) await sleep(20)
  const signal = lastSignal(code)
  process.removeAllListeners(signal)
  if (isHeld()) process.kill(process.pid, signal)
  await limitExit(signal)
  process.exit(code)
}

/**
 * Ends this process after its output is written, even if the application holds timers or connections. If a thread of a
 * server is stuck in a full pipe or a dead disk, the process ends by SIGTERM, or by SIGKILL after a failure.
 *
 * @param options.isServer - whether the command was to serve. Default: false
 */
export async function endProcess(
  code: number,
  { isServer = false }: { readonly isServer?: boolean } = {},
): Promise<never> {
  if (isServer) return endServer(code)
  await flushAll()
  process.exit(code)
}
