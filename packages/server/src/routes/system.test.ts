import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Mastra } from '@signet/core'
import { openStore } from '@signet/store'
import { describe, expect, it } from 'vitest'
import {
  createTestApplication,
  createTestAuth,
  makeRequest,
  readRefusal,
  tokenWith,
} from '../../../../test/support/application.js'
import { createApp, type AppOptions } from '../app.js'

function serve(options: AppOptions = {}) {
  return createApp(createTestApplication().mastra, options)
}

const PACKAGES = {
  packages: [],
  isDev: false,
  cmsEnabled: false,
  liveKitConnectionRouteEnabled: false,
  observabilityEnabled: false,
  storageType: 'none',
  observabilityStorageType: 'none',
  observabilityStorageCapabilities: { metrics: false, logs: false, traceQueryDiscovery: false },
}

describe('GET /health', () => {
  it('answers everyone, whether the server is ready or not', async () => {
    for (const isReady of [true, false]) {
      const response = await serve({ isReady: () => isReady }).fetch(makeRequest('/health'))
      expect(response.status).toBe(200)
      expect(await response.json()).toStrictEqual({ success: true })
    }
  })

  it('is not to be found under the prefix', async () => {
    expect((await serve().fetch(makeRequest('/api/health'))).status).toBe(401)
    const response = await serve().fetch(makeRequest('/api/health', { token: tokenWith() }))
    expect(response.status).toBe(404)
  })
})

describe('GET /ready', () => {
  it('answers 200 where nobody says otherwise', async () => {
    const response = await serve().fetch(makeRequest('/ready'))
    expect(response.status).toBe(200)
    expect(await response.json()).toStrictEqual({ ready: true })
  })

  it('answers 200 or 503 as the server is ready, asked anew each time', async () => {
    let isReady = false
    const app = serve({ isReady: () => isReady })
    for (const [state, status] of [
      [false, 503],
      [true, 200],
      [false, 503],
    ] as const) {
      isReady = state
      const response = await app.fetch(makeRequest('/ready'))
      expect(response.status).toBe(status)
      expect(response.headers.get('content-type')).toBe('application/json')
      expect(await response.json()).toStrictEqual({ ready: state })
    }
  })

  it('does not keep the other routes from being answered', async () => {
    const app = serve({ isReady: () => false })
    const response = await app.fetch(makeRequest('/api/agents', { token: tokenWith() }))
    expect(response.status).toBe(200)
  })
})

describe('GET /system/packages', () => {
  it('is not for strangers', async () => {
    const refusal = await readRefusal(await serve().fetch(makeRequest('/api/system/packages')))
    expect(refusal).toMatchObject({ status: 401, code: 'token_missing' })
  })

  it.each([true, false])('has every field of the wire, with isDev %s', async (isDevelopment) => {
    const app = serve({ isDevelopment })
    const response = await app.fetch(makeRequest('/api/system/packages', { token: tokenWith() }))
    expect(await response.json()).toStrictEqual({ ...PACKAGES, isDev: isDevelopment })
  })

  it('names the kind of storage, and nothing else of it', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'signet-system-'))
    const store = await openStore({ directory })
    try {
      const mastra = new Mastra({ storage: store.memory, server: { auth: createTestAuth() } })
      const request = makeRequest('/api/system/packages', { token: tokenWith() })
      const response = await createApp(mastra).fetch(request)
      expect(await response.json()).toStrictEqual({ ...PACKAGES, storageType: 'libsql' })
    } finally {
      await store.close()
      rmSync(directory, { recursive: true })
    }
  })
})
