import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { Agent, getGlobalDispatcher, setGlobalDispatcher } from 'undici'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { answering, liftTimeLimits } from './time-limit.js'

/** Far longer than `fetch` waits in these tests: how long it waits otherwise, 300 seconds, is no time for a test. */
const SILENCE_MS = 2500
const SHORT = { headersTimeout: 200, bodyTimeout: 200 }

const own = getGlobalDispatcher()
let server: Server
let url: string

/** A server that is silent before its headers, and in the middle of its body. */
beforeAll(async () => {
  server = createServer(async (_request, answer) => {
    await sleep(SILENCE_MS)
    answer.write('late')
    await sleep(SILENCE_MS)
    answer.end(' and later')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})

afterAll(() => {
  server.closeAllConnections()
  server.close()
})

beforeEach(() => {
  setGlobalDispatcher(new Agent(SHORT))
})

afterEach(() => {
  setGlobalDispatcher(own)
})

const ask = async () => await (await fetch(url, { method: 'POST', body: 'x' })).text()

describe('liftTimeLimits', () => {
  it('lets a model be silent for longer than fetch waits', async () => {
    await liftTimeLimits()
    expect(await answering(ask)).toBe('late and later')
  })

  it('leaves what is no call of a model its limits', async () => {
    await liftTimeLimits()
    await expect(ask()).rejects.toMatchObject({ cause: { code: 'UND_ERR_HEADERS_TIMEOUT' } })
  })

  it('leaves the last word to the abort signal', async () => {
    await liftTimeLimits()
    const asking = answering(async () => await fetch(url, { signal: AbortSignal.timeout(300) }))
    await expect(asking).rejects.toMatchObject({ name: 'TimeoutError' })
  })

  it('is done once, and again where the application changes its dispatcher', async () => {
    await liftTimeLimits()
    const first = getGlobalDispatcher()
    await liftTimeLimits()
    expect(getGlobalDispatcher()).toBe(first)
    setGlobalDispatcher(new Agent(SHORT))
    await liftTimeLimits()
    expect(getGlobalDispatcher()).not.toBe(first)
    expect(await answering(ask)).toBe('late and later')
  })
})
