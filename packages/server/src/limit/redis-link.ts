import { once } from 'node:events'
import { createRequire } from 'node:module'
import { codeOf, waitAtMost } from '@signet/auth/internal'
import type { Logger } from '@signet/core'
import { StartError } from '../error/error.js'

/** What is asked here of a connection that the package `redis` makes. */
export interface RedisClient {
  readonly isOpen: boolean
  readonly isReady: boolean
  /** Sets a key that is not there, for so many milliseconds. Resolves to null where it is there. */
  set(
    key: string,
    value: string,
    options: {
      readonly condition: 'NX'
      readonly expiration: { readonly type: 'PX'; readonly value: number }
    },
  ): Promise<unknown>
  destroy(): void
}

/** How long the first request that counts waits for the first connection, in milliseconds. */
export const CONNECT_MS = 1000
/** How long one command may take, in milliseconds. */
export const COMMAND_MS = 250
/** How long Redis is left alone after it failed, in milliseconds; then one request tries it again. */
const RETRY_MS = 1000
const MAX_RECONNECT_MS = 2000

/** A Redis that may come and go. Whoever asks is never kept waiting for one that is away. */
export interface RedisLink {
  /** The connection; undefined where there is none to use now. */
  client(): Promise<RedisClient | undefined>
  /** What was asked of it succeeded. */
  succeeded(): void
  /** What was asked of it failed. */
  failed(error: unknown): void
  close(): void
}

/** What a log may say of an error: never all of its text, which could hold an address with a password. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'not connected'
  const code = codeOf(error)
  if (code !== undefined) return code
  // Redis begins an error with its kind, such as WRONGPASS.
  const [kind] = /^[A-Z]{3,20}(?= )|timed out$/.exec(error.message) ?? []
  return kind ?? error.name
}

/**
 * Whether Redis could be used with this address; connects to nothing.
 * @throws {StartError} `option_invalid` for what is not an address of Redis, `redis_missing` without the package
 */
export function checkRedisUrl(url: string): void {
  const protocol = URL.canParse(url) ? new URL(url).protocol : ''
  if (protocol !== 'redis:' && protocol !== 'rediss:') {
    const message = 'REDIS_URL must be an address of Redis, such as redis://127.0.0.1:6379.'
    throw new StartError('option_invalid', message)
  }
  try {
    createRequire(import.meta.url).resolve('redis')
  } catch (cause) {
    const message =
      'REDIS_URL is set, but the package redis is not installed: npm install redis@6.3.1'
    throw new StartError('redis_missing', message, { cause })
  }
}

/**
 * Links to Redis once it is first needed, and goes on trying for as long as it is away. What becomes of it
 * is logged once each time it goes, and once when it is back.
 * @throws {StartError} as `checkRedisUrl`
 */
export function createRedisLink(url: string, logger: Logger): RedisLink {
  checkRedisUrl(url)
  let client: RedisClient | undefined
  let connecting: Promise<void> | undefined
  let isClosed = false
  let isDown = false
  let retryAt = 0

  function failed(error: unknown): void {
    retryAt = performance.now() + RETRY_MS
    if (isDown || isClosed) return
    isDown = true
    const reason = reasonOf(error)
    logger.warn('Redis does not answer: each process counts its own requests.', { reason })
  }

  function succeeded(): void {
    if (!isDown) return
    isDown = false
    logger.info('Redis answers again: the limits are shared.')
  }

  async function open(): Promise<void> {
    const { createClient } = await import('redis')
    if (isClosed) return
    const opened = createClient({
      url,
      // What is asked while Redis is away fails at once, instead of waiting for it.
      disableOfflineQueue: true,
      socket: {
        connectTimeout: CONNECT_MS,
        reconnectStrategy: (retries) => Math.min(100 * 2 ** retries, MAX_RECONNECT_MS),
      },
    })
    client = opened
    opened.on('error', failed)
    opened.on('ready', () => (retryAt = 0))
    opened.unref()
    opened.connect().catch(failed)
    const first = once(opened, 'ready').catch(() => undefined)
    await waitAtMost(first, CONNECT_MS)
  }

  return {
    async client() {
      if (isClosed) return undefined
      connecting ??= open().catch(failed)
      await connecting
      if (isDown) {
        if (performance.now() < retryAt) return undefined
        // One request finds out for all others.
        retryAt = performance.now() + RETRY_MS
      }
      if (client?.isReady === true) return client
      failed(undefined)
      return undefined
    },
    succeeded,
    failed,
    close() {
      isClosed = true
      if (client?.isOpen === true) client.destroy()
    },
  }
}
