import { getEventListeners } from 'node:events'
import { describe, expect, it } from 'vitest'
import { within } from './within.js'

/** Work that never ends but by its signal. */
const hang = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error('aborted')))
  })

const HOUR_MS = 3_600_000

describe('work at the upstream', () => {
  it('is waited for no longer than it may take', async () => {
    const { signal } = new AbortController()
    const late = { name: 'RequestError', code: 'upstream_timeout' }
    await expect(within(signal, 10, hang)).rejects.toMatchObject(late)
    await expect(within(null, 10, hang)).rejects.toMatchObject(late)
    expect(getEventListeners(signal, 'abort')).toStrictEqual([])
  })

  it('ends with the request that it is for', async () => {
    const request = new AbortController()
    const work = within(request.signal, HOUR_MS, hang)
    const gone = new Error('The client is gone.')
    request.abort(gone)
    await expect(work).rejects.toBe(gone)
    await expect(
      within(request.signal, HOUR_MS, async (signal) => signal.throwIfAborted()),
    ).rejects.toBe(gone)
  })

  it('has its own result, and its own error', async () => {
    const { signal } = new AbortController()
    expect(await within(signal, HOUR_MS, async () => 'good')).toBe('good')
    const own = new Error('own')
    await expect(within(signal, HOUR_MS, () => Promise.reject(own))).rejects.toBe(own)
    expect(getEventListeners(signal, 'abort')).toStrictEqual([])
  })
})
