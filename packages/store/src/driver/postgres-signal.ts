import { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Signal } from './contract.js'
import { requirePg, type loadPg } from './load-pg.js'

const FIRST_PAUSE_MS = 200
const LONGEST_PAUSE_MS = 10_000
const REST_MS = 60_000
/** An idle connection is asked for signs of life after so long. */
const KEEP_ALIVE_MS = 10_000

/** What is listened to, and how. */
export interface PostgresSignalOptions {
  readonly url: string
  /** The channel of NOTIFY: a plain name. */
  readonly channel: string
  /** How long it may take until the server listens. */
  readonly connectTimeoutMs: number
  readonly loadDriver: typeof loadPg
}

/**
 * Listens until the connection is lost or `signal` is aborted. The socket is ours, because `pg` neither
 * takes a connection out of what keeps a process alive, nor ends one that does not answer.
 */
async function listen(
  { url, channel, connectTimeoutMs, loadDriver }: PostgresSignalOptions,
  signal: AbortSignal,
  onNotice: () => void,
): Promise<void> {
  const { Client } = await requirePg(loadDriver)
  if (signal.aborted) return
  const socket = new Socket()
  socket.unref()
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  const drop = () => void socket.destroy()
  signal.addEventListener('abort', drop)
  const timer = setTimeout(drop, connectTimeoutMs)
  timer.unref()
  const client = new Client({
    connectionString: url,
    application_name: 'signet',
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
    stream: () => socket,
  })
  // What goes wrong closes the socket; an error event that nobody hears would end the process.
  client.on('error', () => undefined)
  client.on('notification', onNotice)
  try {
    await client.connect()
    await client.query(`listen ${channel}`)
    clearTimeout(timer)
    // What was told while nobody listened.
    onNotice()
    await closed
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', drop)
    drop()
  }
}

async function pauseFor(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { ref: false, signal }).catch(() => undefined)
}

/** Notifications, which can do without their connection for a while. */
export interface PostgresSignal extends Signal {
  /** Gives the connection up for a minute: others need it more. */
  rest(): void
}

/**
 * The notifications of a channel of PostgreSQL. There is one connection, beside the pool, for as long as
 * somebody has subscribed. It is made anew when it is lost, after a pause, and keeps no process alive.
 */
export function postgresSignal(options: PostgresSignalOptions): PostgresSignal {
  const listeners = new Set<{ readonly call: () => void }>()
  let session: AbortController | undefined
  let isClosed = false

  async function run(signal: AbortSignal, restMs = 0): Promise<void> {
    let pause = FIRST_PAUSE_MS
    await pauseFor(restMs, signal)
    const onNotice = () => {
      pause = FIRST_PAUSE_MS
      for (const { call } of listeners) call()
    }
    while (!signal.aborted) {
      // Nobody waits for it, and whoever asks the database for something learns what is wrong.
      await listen(options, signal, onNotice).catch(() => undefined)
      // By chance a little shorter, so that many servers do not come back at once.
      const pauseMs = pause * (1 - Math.random() / 2)
      await pauseFor(pauseMs, signal)
      pause = Math.min(pause * 2, LONGEST_PAUSE_MS)
    }
  }

  function stop(): void {
    session?.abort()
    session = undefined
  }

  function begin(restMs?: number): void {
    session = new AbortController()
    void run(session.signal, restMs)
  }

  return {
    subscribe(listener) {
      if (isClosed) return () => undefined
      const entry = { call: listener }
      listeners.add(entry)
      if (session === undefined) begin()
      return () => {
        listeners.delete(entry)
        if (listeners.size === 0) stop()
      }
    },
    rest() {
      if (session === undefined) return
      stop()
      begin(REST_MS)
    },
    close() {
      isClosed = true
      listeners.clear()
      stop()
    },
  }
}
