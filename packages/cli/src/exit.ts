import type { Writable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { flushLog } from '@signet/server/internal'
import { EXIT_CODE } from './failure.js'

/** How long a server waits for its last lines to be written, and for what keeps it from ending, in milliseconds. */
const FLUSH_MS = 1000
const HELD_MS = 1000
/** How long what an application does at the exit may take, in milliseconds. */
const EXIT_MS = 3000

function flush(stream: Writable): Promise<void> {
  return new Promise((resolve) => {
    stream.write('', () => resolve())
  })
}

async function flushAll(): Promise<void> {
  await Promise.all([flush(process.stdout), flush(process.stderr), flushLog()])
}

/** Whether a thread still works for this process on a file or a name. Node.js waits for it before it ends. */
function isHeld(): boolean {
  return process
    .getActiveResourcesInfo()
    .some((name) => /^(?:FSReq|GetAddrInfo|GetNameInfo)/.test(name))
}

/** The signal that ends a process at once: after success one that supervisors take for an orderly end. */
function lastSignal(code: number): NodeJS.Signals {
  return code === EXIT_CODE.success ? 'SIGTERM' : 'SIGKILL'
}

/**
 * Lets nothing that an application does at the exit keep the process alive. It is done all the same: many a log writes
 * its last lines only then.
 */
async function limitExit(signal: NodeJS.Signals): Promise<void> {
  const code = `setTimeout(() => process.kill(${process.pid}, '${signal}'), ${EXIT_MS})
    require('node:worker_threads').parentPort.postMessage(0)`
  await new Promise<void>((resolve) => {
    // What NODE_OPTIONS has every thread load, such as tracing, is not begun once more at the end.
    new Worker(code, { eval: true, stdout: false, execArgv: [], env: {} })
      .once('message', () => resolve())
      .once('error', () => resolve())
  })
}

/** Ends the process of a server, whatever holds it. */
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
 * Ends this process once all that it wrote is out. An application may hold timers or connections that
 * would keep it alive when its command is over. The process of a server ends in any case: where a thread is stuck in a
 * full pipe or a dead disk, it ends by SIGTERM, or by SIGKILL where it has failed.
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
