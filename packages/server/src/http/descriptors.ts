import { codeOf } from '@signet/auth/internal'
import { closeSync, openSync } from 'node:fs'
import { devNull } from 'node:os'
import type { Server } from 'node:http'
import type { Logger } from '@signet/core'

/** How often it is looked whether there are file descriptors, in milliseconds: the log is told no more often. */
const CHECK_MS = 2000

const REFUSED =
  'Connections are refused: too many are open, or the process has no file descriptors left. Raise its limit (ulimit -n, LimitNOFILE).'

/**
 * Whether the process can open something; a connection that cannot be accepted is told to nobody by Node.js. Opened at once
 * and not by another thread, which could take the one descriptor that Node.js keeps to refuse connections with.
 */
function canOpen(): boolean {
  try {
    closeSync(openSync(devNull, 'r'))
    return true
  } catch (error) {
    const code = codeOf(error)
    return code !== 'EMFILE' && code !== 'ENFILE'
  }
}

/**
 * Tells the log when connections are refused, because too many are open or the process is out of file descriptors, whoever
 * took them, and when they are taken again; of each connection nothing.
 * @param logger - default: nobody is told
 * @returns tells of a connection that was refused
 */
export function tellOfRefusals(
  server: Server,
  logger: Logger | undefined,
): (reason: string) => void {
  let wasRefused = false
  let isTold = false

  function refuse(reason: string): void {
    wasRefused = true
    if (isTold) return
    isTold = true
    logger?.warn(REFUSED, { reason })
  }

  function check(): void {
    if (!canOpen()) refuse('EMFILE')
    else if (isTold && !wasRefused) {
      isTold = false
      logger?.info('Connections are accepted again.')
    }
    wasRefused = false
  }

  // A connection that cannot be accepted; without a listener it would end the process.
  server.on('error', (error: NodeJS.ErrnoException) => {
    if (server.listening) refuse(error.code ?? error.name)
  })
  const checking = setInterval(check, CHECK_MS).unref()
  server.once('close', () => clearInterval(checking))
  return refuse
}
