import { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Client } from 'pg'
import type { Signal } from './driver.js'
import { requirePg, type loadPg } from './load-pg.js'

const FIRST_PAUSE_MS = 200
const MAX_PAUSE_MS = 10_000
const REST_MS = 60_000
/** How long a notification may be on its way to us, in milliseconds. */
const HEARD_MS = 2000
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
  /** Is told, once, where a pooler keeps notifications back; then nothing is listened to any more. */
  readonly onUnheard: () => void
}

interface Connection {
  readonly client: Client
  /** Resolves once the connection is closed. */
  readonly closed: Promise<void>
  drop(): void
}

/**
 * A connection that keeps no process alive. The socket is ours, because `pg` neither takes a connection out of what
 * keeps a process alive, nor ends one that does not answer.
 */
async function createConnection({ url, loadDriver }: PostgresSignalOptions): Promise<Connection> {
  const { Client } = await requirePg(loadDriver)
  const socket = new Socket()
  socket.unref()
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  const client = new Client({
    connectionString: url,
    application_name: 'signet',
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
    stream: () => socket,
  })
  // What goes wrong closes the socket; an error event that nobody hears would end the process.
  client.on('error', () => undefined)
  return { client, closed, drop: () => void socket.destroy() }
}

/** Whether another process than the one that greeted us does our work: a pooler is between. */
async function isBehindPooler(client: Client): Promise<boolean> {
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
  return Reflect.get(client, 'processID') !== rows[0]?.pid
}

/**
 * Whether a notification of another connection arrives. The one that listens asks nothing meanwhile: a pooler would
 * give it a connection for that, and with it what waits there.
 */
async function isHeard(listening: Client, options: PostgresSignalOptions): Promise<boolean> {
  const arrived = new Promise<boolean>((resolve) => {
    listening.once('notification', () => resolve(true))
  })
  const { client, drop } = await createConnection(options)
  const timer = setTimeout(drop, options.connectTimeoutMs).unref()
  try {
    await client.connect()
    await client.query(`notify ${options.channel}`)
    return await Promise.race([arrived, sleep(HEARD_MS, false, { ref: false })])
  } finally {
    clearTimeout(timer)
    drop()
  }
}

/** Listens until the connection is lost or `signal` is aborted. Resolves to false where there is nothing to hear. */
async function listen(
  options: PostgresSignalOptions,
  signal: AbortSignal,
  onNotice: () => void,
): Promise<boolean> {
  const { client, closed, drop } = await createConnection(options)
  if (signal.aborted) return true
  signal.addEventListener('abort', drop)
  const timer = setTimeout(drop, options.connectTimeoutMs).unref()
  client.on('notification', onNotice)
  try {
    await client.connect()
    const isPooled = await isBehindPooler(client)
    await client.query(`listen ${options.channel}`)
    clearTimeout(timer)
    // What was told while nobody listened.
    onNotice()
    if (isPooled && !(await isHeard(client, options)) && !signal.aborted) return false
    await closed
    return true
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
  let isDeaf = false

  async function run(signal: AbortSignal, restMs = 0): Promise<void> {
    let pause = FIRST_PAUSE_MS
    await pauseFor(restMs, signal)
    const onNotice = () => {
      pause = FIRST_PAUSE_MS
      for (const { call } of listeners) call()
    }
    while (!signal.aborted) {
      // Nobody waits for it, and whoever asks the database for something learns what is wrong.
      const isOfUse = await listen(options, signal, onNotice).catch(() => true)
      if (!isOfUse) {
        isDeaf = true
        options.onUnheard()
        return
      }
      // By chance a little shorter, so that many servers do not come back at once.
      const pauseMs = pause * (1 - Math.random() / 2)
      await pauseFor(pauseMs, signal)
      pause = Math.min(pause * 2, MAX_PAUSE_MS)
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
      if (isClosed || isDeaf) return () => undefined
      const entry = { call: listener }
      listeners.add(entry)
      if (session === undefined) begin()
      return () => {
        listeners.delete(entry)
        if (listeners.size === 0) stop()
      }
    },
    rest() {
      if (session === undefined || isDeaf) return
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
