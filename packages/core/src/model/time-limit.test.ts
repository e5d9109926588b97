import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { Agent, getGlobalDispatcher, setGlobalDispatcher } from 'undici'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { decidesAlone, liftTimeLimits } from './time-limit.js'

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

/** Asks as a provider does. */
async function ask(signal?: AbortSignal): Promise<string> {
  const response = await fetch(url, { method: 'POST', body: 'x', ...(signal && { signal }) })
  return await response.text()
}

const REFUSED = { cause: { code: 'UND_ERR_HEADERS_TIMEOUT' } }

describe('liftTimeLimits', () => {
  it('lets a model be silent for longer than fetch waits', async () => {
    await liftTimeLimits()
    expect(await ask(decidesAlone(new AbortController().signal))).toBe('late and later')
  })

  it('leaves a request without the signal of an answer its limits', async () => {
    await liftTimeLimits()
    decidesAlone(new AbortController().signal)
    await expect(ask(new AbortController().signal)).rejects.toMatchObject(REFUSED)
    await expect(ask()).rejects.toMatchObject(REFUSED)
  })

  it('leaves the last word to the abort signal', async () => {
    await liftTimeLimits()
    const asking = ask(decidesAlone(AbortSignal.timeout(300)))
    await expect(asking).rejects.toMatchObject({ name: 'TimeoutError' })
  })

  it('asks by the dispatcher that the application has set last', async () => {
    await liftTimeLimits()
    const paths: string[] = []
    const watched = new Agent(SHORT).compose((dispatch) => (options, handler) => {
      paths.push(options.path)
      return dispatch(options, handler)
    })
    setGlobalDispatcher(watched)
    expect(await ask(decidesAlone(new AbortController().signal))).toBe('late and later')
    expect(paths).toStrictEqual(['/'])
  })

  it('leaves a request the dispatcher that it names', async () => {
    await liftTimeLimits()
    const signal = decidesAlone(new AbortController().signal)
    const init = { signal, dispatcher: new Agent(SHORT) }
    await expect(fetch(url, init)).rejects.toMatchObject(REFUSED)
  })

  it('is done once', async () => {
    await liftTimeLimits()
    const first = globalThis.fetch
    await liftTimeLimits()
    expect(globalThis.fetch).toBe(first)
  })
})
