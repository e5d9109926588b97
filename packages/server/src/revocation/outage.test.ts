import type { RevocationEntry, RevocationLog } from '@signet/auth'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  createTestApplication,
  makeRequest,
  readRefusal,
  tokenOf,
} from '@signet/test-support/application/application'
import { hangingModel } from '@signet/test-support/application/model'
import { createApp, type App } from '../app.js'
import { StartError } from '../error/error.js'
import { readRevocationConfig } from './settings.js'

/** A log that nobody writes to, and that a test can break. */
class QuietLog implements RevocationLog {
  reads = 0
  isBroken = false
  isHanging = false

  async append(): Promise<RevocationEntry> {
    throw Object.assign(new Error('no database'), { code: 'storage_unavailable' })
  }

  async lastSequence(): Promise<number> {
    return 0
  }

  async readAfter(): Promise<readonly RevocationEntry[]> {
    this.reads++
    if (this.isHanging) return await new Promise<never>(() => {})
    if (this.isBroken) throw new Error('no database')
    return []
  }
}

const STALE = 3000
const token = tokenOf('member')

let log: QuietLog
let app: App

beforeEach(() => {
  vi.useFakeTimers()
  log = new QuietLog()
  const server = { revocation: { staleAfterMs: STALE } }
  app = createApp(createTestApplication({ server }).mastra, { state: { revocations: log } })
})

afterEach(async () => {
  await app.close()
  vi.useRealTimers()
})

const ask = (path: string, bearer: string | undefined = token) =>
  app.fetch(makeRequest(path, { token: bearer }))
const unavailable = { status: 503, code: 'storage_unavailable', challenge: null }

async function expectUnavailable(path: string): Promise<void> {
  const response = await ask(path)
  expect(response.headers.get('retry-after')).toBe('5')
  expect(await readRefusal(response)).toMatchObject(unavailable)
}

describe('while it is not known what has been revoked', () => {
  it('nobody with a good token gets in, and public routes tell nobody who they are', async () => {
    log.isBroken = true
    await expectUnavailable('/api/agents')
    await expectUnavailable('/api/agents')
    await expectUnavailable('/api/auth/me')
    await expectUnavailable('/api/auth/capabilities')
    await expectUnavailable('/api/nothing')
  })

  it('strangers are told what they are always told, and what is open stays open', async () => {
    log.isBroken = true
    await expectUnavailable('/api/agents')
    const bad = await readRefusal(await ask('/api/agents', `${token.slice(0, -4)}AAAA`))
    expect(bad).toMatchObject({ status: 401, code: 'token_signature' })
    expect((await app.fetch(makeRequest('/health'))).status).toBe(200)
    expect(await (await app.fetch(makeRequest('/api/auth/me'))).json()).toBeNull()
  })

  it('begins when the log has been silent for too long, and ends without a restart', async () => {
    expect((await ask('/api/agents')).status).toBe(200)
    log.isBroken = true
    await vi.advanceTimersByTimeAsync(STALE)
    expect((await ask('/api/agents')).status).toBe(200)
    await vi.advanceTimersByTimeAsync(1)
    await expectUnavailable('/api/agents')
    log.isBroken = false
    await vi.advanceTimersByTimeAsync(250)
    expect((await ask('/api/agents')).status).toBe(200)
  })

  it('the server is not ready, also where nobody has asked it for anything yet', async () => {
    log.isHanging = true
    const asking = ask('/ready')
    await vi.advanceTimersByTimeAsync(2000)
    const response = await asking
    expect(response.status).toBe(503)
    expect(await response.json()).toStrictEqual({ ready: false, reason: 'revocations_stale' })
  })

  it('the server is ready for as long as callers get in', async () => {
    await app.begin()
    expect((await ask('/ready')).status).toBe(200)
    log.isBroken = true
    await vi.advanceTimersByTimeAsync(STALE)
    expect((await ask('/ready')).status).toBe(200)
    await vi.advanceTimersByTimeAsync(1)
    expect((await ask('/ready')).status).toBe(503)
    log.isBroken = false
    await vi.advanceTimersByTimeAsync(250)
    expect((await ask('/ready')).status).toBe(200)
  })

  it('a request waits for the first read, but not for ever', async () => {
    log.isHanging = true
    const asking = ask('/api/agents')
    await vi.advanceTimersByTimeAsync(5000)
    expect(await readRefusal(await asking)).toMatchObject(unavailable)
    expect(log.reads).toBe(1)
  })

  it('a revocation is refused, and revokes nothing', async () => {
    const admin = tokenOf('admin')
    const request = { token: admin, json: { subject: 'alice' } }
    const response = await app.fetch(makeRequest('/api/auth/revocations', request))
    expect(await readRefusal(response)).toMatchObject(unavailable)
    expect((await ask('/api/agents')).status).toBe(200)
  })

  it('what runs goes on: its token was good when it began', async () => {
    const hanging = hangingModel()
    const { mastra } = createTestApplication({ model: hanging.model })
    const other = createApp(mastra, { state: { revocations: log } })
    const request = { token, json: { messages: 'Hello' } }
    const asking = other.fetch(makeRequest('/api/agents/weather-agent/generate', request))
    await hanging.started
    log.isBroken = true
    await vi.advanceTimersByTimeAsync(60_000)
    hanging.release()
    expect((await asking).status).toBe(200)
    await other.close()
  })
})

describe('a server that nobody asks', () => {
  it('reads nothing, and neither does one that only strangers ask', async () => {
    await app.fetch(makeRequest('/health'))
    await app.fetch(makeRequest('/api/auth/me'))
    expect((await app.fetch(makeRequest('/api/agents'))).status).toBe(401)
    expect((await ask('/api/agents', 'a.b.c')).status).toBe(401)
    expect(log.reads).toBe(0)
    expect((await ask('/api/agents')).status).toBe(200)
    expect(log.reads).toBe(1)
  })

  it('leaves no timer behind when it is closed', async () => {
    await ask('/api/agents')
    expect(vi.getTimerCount()).toBeGreaterThan(0)
    await app.close()
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('server.revocation', () => {
  it('has 250 ms and 30 seconds by default', () => {
    const usual = { pollMs: 250, staleAfterMs: 30_000 }
    expect(readRevocationConfig()).toStrictEqual(usual)
    expect(readRevocationConfig({ pollMs: undefined })).toStrictEqual(usual)
    expect(readRevocationConfig({ pollMs: 10, staleAfterMs: 11 })).toMatchObject({ pollMs: 10 })
  })

  it.each([
    { pollMs: 0 },
    { pollMs: -1 },
    { pollMs: 1.5 },
    { pollMs: Number.NaN },
    { pollMs: 2 ** 31 },
    { staleAfterMs: 0 },
    { staleAfterMs: Infinity },
    { pollMs: 250, staleAfterMs: 250 },
    { pollMs: 60_000 },
  ])('is not %j', (config) => {
    expect(() => readRevocationConfig(config)).toThrow(StartError)
    const { mastra } = createTestApplication({ server: { auth: false, revocation: config } })
    const expected = expect.objectContaining({ name: 'StartError', code: 'option_invalid' })
    expect(() => createApp(mastra)).toThrow(expected)
  })
})
