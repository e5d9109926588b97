import { checkRedisUrl, CONNECT_MS, reasonOf } from './redis-link.js'

/** A key of the probe's own: the limits count under other names. */
const KEY = 'signet:probe'
const KEY_LIVES_MS = 1000

/**
 * Asks Redis to take a value, as it must to count requests: one that is full or read-only answers, but takes none.
 *
 * @param url - such as `redis://127.0.0.1:6379`
 * @returns why limits cannot be shared there, without a part of the address; undefined where they can
 * @throws {StartError} `option_invalid` for what is not an address of Redis, `redis_missing` without the package
 */
export async function probeRedis(url: string): Promise<string | undefined> {
  checkRedisUrl(url)
  const { createClient } = await import('redis')
  const client = createClient({
    url,
    disableOfflineQueue: true,
    commandOptions: { timeout: CONNECT_MS },
    socket: { connectTimeout: CONNECT_MS, socketTimeout: CONNECT_MS, reconnectStrategy: false },
  })
  // The promises below tell of every error; without a listener the event would end the process.
  client.on('error', () => undefined)
  try {
    await client.connect()
    await client.set(KEY, '1', { PX: KEY_LIVES_MS })
    return undefined
  } catch (error) {
    return reasonOf(error)
  } finally {
    if (client.isOpen) client.destroy()
  }
}
