import { readdirSync, readFileSync } from 'node:fs'
import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import type { LatestAnswers } from './refuse-unreadable.js'

/** More than any proxy keeps open to one process. */
const MAX_CONNECTIONS = 10_000
/** The part of the descriptors that connections may take: files, the database and tools need some, too. */
const DESCRIPTOR_SHARE = 0.75
/** The part of the connections that is left once idle ones are closed, so that they are looked through seldom. */
const KEPT_SHARE = 0.9

/** The connections of a server. */
export interface Connections {
  /** The one whose latest request, or whose beginning, is the longest ago comes first. */
  readonly open: ReadonlySet<Socket>
  /** Those that have not sent a whole request yet. Node counts them as busy. */
  readonly unused: ReadonlySet<Socket>
}

/** How many connections a process may hold open: 10,000, or three quarters of its free descriptors where these are fewer. */
export function defaultMaxConnections(): number {
  try {
    const limits = readFileSync('/proc/self/limits', 'latin1')
    const descriptors = Number(/^Max open files +(\d+)/m.exec(limits)?.[1] ?? Infinity)
    const free = descriptors - readdirSync('/proc/self/fd').length
    return Math.min(MAX_CONNECTIONS, Math.max(1, Math.floor(free * DESCRIPTOR_SHARE)))
  } catch {
    // Other systems do not say it in a file.
    return MAX_CONNECTIONS
  }
}

/**
 * Knows the connections of a server, and bounds them: where one more than `most` comes, those that have been idle for the
 * longest time are closed. Where none is idle, the new one is.
 * @param onRefused - told of each one that is closed as it comes
 */
export function trackConnections(
  server: Server,
  latest: LatestAnswers,
  most: number,
  onRefused: () => void,
): Connections {
  const open = new Set<Socket>()
  const unused = new Set<Socket>()

  /** @returns whether there is room now */
  function closeIdle(): boolean {
    let count = open.size
    for (const socket of open) {
      if (count <= most * KEPT_SHARE) break
      const isIdle = latest.get(socket)?.closed === true && socket.writableLength === 0
      if (isIdle) socket.destroy()
      if (socket.destroyed) count--
    }
    return count <= most
  }

  server.on('connection', (socket) => {
    open.add(socket)
    unused.add(socket)
    socket.once('close', () => {
      open.delete(socket)
      unused.delete(socket)
    })
    if (open.size <= most || closeIdle()) return
    socket.destroy()
    onRefused()
  })
  server.on('request', ({ socket }) => {
    unused.delete(socket)
    if (open.delete(socket)) open.add(socket)
  })
  return { open, unused }
}
