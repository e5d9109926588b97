import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Agent, Mastra, type AgentConfig, type MastraConfig } from '@signet/core'
import { openStore } from '@signet/store'
import { describe, expect, it } from 'vitest'
import {
  createTestApplication,
  createTestAuth,
  makeRequest,
  readRefusal,
  tokenOf,
  tokenWith,
} from '@signet/test-support/application/application'
import { createApp, type AppOptions } from '../../app.js'

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

/** Options as they come from a program without types. */
function untyped<Options>(options: object): Options {
  return options as Options
}

/** An application that was given three options that Signet does not serve, and that says so be it. */
function createIncomplete(): Mastra {
  const agent = new Agent(
    untyped<AgentConfig>({
      id: 'writer',
      name: 'Writer',
      instructions: 'Write.',
      model: 'signet/rehearsal',
      scorers: { secret: { key: 'of the scorer' } },
    }),
  )
  return new Mastra(
    untyped<MastraConfig>({
      agents: { agent },
      vectors: { secret: { key: 'of the store' } },
      server: { auth: createTestAuth(), studioPort: 4112 },
      unsupported: 'warn',
      logger: false,
    }),
  )
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
      const reason = state ? {} : { reason: 'not_serving' }
      expect(await response.json()).toStrictEqual({ ready: state, ...reason })
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

describe('GET /system/unsupported', () => {
  const path = '/api/system/unsupported'
  const ask = (mastra: Mastra, token?: string) =>
    createApp(mastra).fetch(makeRequest(path, token === undefined ? {} : { token }))

  it('is not for strangers', async () => {
    const refusal = await readRefusal(await ask(createIncomplete()))
    expect(refusal).toMatchObject({ status: 401, code: 'token_missing' })
  })

  it.each(['member', 'viewer'] as const)(
    'is not for a %s, who is told the missing permission and nothing of the application',
    async (role) => {
      const response = await ask(createIncomplete(), tokenOf(role))
      const text = await response.clone().text()
      expect(await readRefusal(response)).toMatchObject({
        status: 403,
        code: 'scope_insufficient',
        challenge: expect.stringContaining('scope="system:read"'),
      })
      expect(text).not.toContain('vectors')
    },
  )

  it('lists each option with its place and what to do, and nothing of its value', async () => {
    const app = createApp(createIncomplete())
    const response = await app.fetch(makeRequest(path, { token: tokenWith('system:read') }))
    expect(response.status).toBe(200)
    const text = await response.text()
    const answer: unknown = JSON.parse(text)
    const remedy = expect.stringMatching(/^(Signet|The Studio) .+\.$/)
    expect(answer).toStrictEqual({
      unsupported: [
        { where: 'Mastra', name: 'vectors', remedy },
        { where: 'Mastra', name: 'server.studioPort', remedy },
        { where: 'Agent "writer"', name: 'scorers', remedy },
      ],
    })
    expect(text).not.toContain('secret')
    // The shape is that of the OpenAPI document.
    const shape = app.table.find('GET', path)?.route.response
    expect(shape?.safeParse(answer)).toMatchObject({ success: true })
  })

  it('is empty where nothing is missing', async () => {
    const response = await ask(createTestApplication().mastra, tokenWith('system:read'))
    expect(response.status).toBe(200)
    expect(await response.json()).toStrictEqual({ unsupported: [] })
  })

  it('is in the OpenAPI document, with what it needs and what it answers', async () => {
    const request = makeRequest('/api/openapi.json', { token: tokenWith() })
    const { paths } = await (await serve().fetch(request)).json()
    expect(paths[path].get).toMatchObject({
      'x-signet-access': 'system:read',
      responses: {
        200: {
          content: {
            'application/json': {
              schema: { properties: { unsupported: { type: 'array' } } },
            },
          },
        },
      },
    })
  })
})
