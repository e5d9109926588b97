import { once } from 'node:events'
import { createServer } from 'node:http'
import { generateKeyPairSync, sign as signBytes } from 'node:crypto'
import { MastraJwtAuth, type MastraJwtAuthOptions } from '@signet/auth'
import { createProxy, type ProxyApp, type ProxyConfig, type ProxyOptions } from '@signet/proxy'
import { serve } from '@signet/server'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { startAttacked, type AttackedApplication } from './support/attacked-application.js'
import { sampleAuth, signAnything } from './support/attacks/door.js'
import { MEMBER } from './support/member.js'
import { startModelServer, type ModelServer } from './support/model-server.js'

const SECRET = 'a secret that is used by nothing but these tests'
const UPSTREAM_SECRET = 'another secret that is used by nothing but these tests'
const CODED = (code: string) => expect.objectContaining({ code })

let model: ModelServer
let application: AttackedApplication
const ends: (() => Promise<unknown>)[] = []

beforeAll(async () => {
  for (const method of ['log', 'info', 'warn', 'error'] as const)
    vi.spyOn(console, method).mockReturnValue()
  model = await startModelServer()
  application = await startAttacked(model, sampleAuth(UPSTREAM_SECRET))
})

afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end()
  vi.unstubAllEnvs()
})

afterAll(async () => {
  await application?.stop()
  await model?.stop()
  vi.restoreAllMocks()
})

const provider = (options: MastraJwtAuthOptions = {}) =>
  new MastraJwtAuth({ secret: SECRET, ...options })
const tokenOf = (claims: object) =>
  provider().sign({ sub: 'bob', permissions: MEMBER, ...claims }, { expiresInSeconds: 60 })

function stand(config: ProxyConfig = {}, options: ProxyOptions = {}): ProxyApp {
  const proxy = createProxy(
    { auth: provider(), ...config },
    { upstream: application.url, upstreamSecret: UPSTREAM_SECRET, ...options },
  )
  ends.push(() => proxy.close())
  return proxy
}

function ask(
  proxy: ProxyApp,
  path: string,
  token?: string,
  more: Readonly<Record<string, string>> = {},
): Promise<Response> {
  const headers = new Headers(more)
  if (token !== undefined) headers.set('authorization', `Bearer ${token}`)
  return proxy.fetch(new Request(`http://proxy.test${path}`, { headers }))
}

describe('behind the proxy, before the application itself', () => {
  it('4: a secret that could be guessed is refused on both sides', () => {
    for (const secret of ['', ' ', 'x', 'x'.repeat(31)]) {
      expect(() => provider({ secret })).toThrow(/secret/i)
      expect(() => stand({}, { upstreamSecret: secret })).toThrow(/secret/i)
    }
  })

  it.each<MastraJwtAuthOptions>([
    { public: ['/api/agents'] },
    { public: ['/api/*'] },
    { public: ['/report'] },
    { protected: ['/nowhere'] },
  ])('13: %j has no effect in silence: the start fails', (options) => {
    expect(() => stand({ auth: provider(options) })).toThrow(CODED('path_rule_unknown'))
  })

  it.each([() => false, async () => false, () => undefined])(
    '13: authorizeUser denies by %s',
    async (authorizeUser) => {
      const auth = Object.assign(provider(), { authorizeUser })
      for (const path of ['/api/agents', '/report', '/api/none'])
        expect((await ask(stand({ auth }), path, tokenOf({}))).status).toBe(403)
    },
  )

  it('14: in production the user of a good token is named, and nobody is told of it', async () => {
    vi.stubEnv('NODE_ENV', 'production')
    const proxy = stand()
    const token = tokenOf({ name: 'Bob' })
    const headers = { 'x-mastra-client-type': 'studio', 'x-forwarded-for': '203.0.113.9' }
    const told = await (await ask(proxy, '/api/auth/capabilities', token, headers)).json()
    expect(told).toMatchObject({ enabled: true, user: { id: 'bob', name: 'Bob' } })
    const stranger = await (await ask(proxy, '/api/auth/capabilities', undefined, headers)).json()
    expect(stranger).toStrictEqual({ enabled: true, login: null })
    // The application names nobody.
    const bare = await fetch(`${application.url}/api/auth/capabilities`, {
      headers: { authorization: `Bearer ${signAnything(UPSTREAM_SECRET, { sub: 'bob' })}` },
      signal: AbortSignal.timeout(20_000),
    })
    expect(await bare.json()).not.toHaveProperty('user')
  })

  it('15: keys are not fetched for each token', async () => {
    let fetches = 0
    const { privateKey, publicKey } = generateKeyPairSync('ed25519')
    const keys = [{ ...publicKey.export({ format: 'jwk' }), kid: 'k1', alg: 'EdDSA', use: 'sig' }]
    const server = createServer((_, response) => {
      fetches += 1
      response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys }))
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    ends.push(async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    })
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const proxy = stand({
      auth: new MastraJwtAuth({
        jwksUri: `http://127.0.0.1:${port}/keys`,
        issuer: 'https://login.example',
        audience: 'agents',
      }),
    })
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const signed = (kid: string, sub: string) => {
      const exp = Math.floor(Date.now() / 1000) + 60
      const claims = { iss: 'https://login.example', aud: 'agents', sub, exp, scope: 'agents:read' }
      const text = `${part({ alg: 'EdDSA', kid })}.${part(claims)}`
      return `${text}.${signBytes(null, Buffer.from(text), privateKey).toString('base64url')}`
    }
    for (let count = 0; count < 5; count++)
      expect((await ask(proxy, '/api/agents', signed('k1', `user-${count}`))).status).toBe(200)
    expect(fetches).toBe(1)
    for (let count = 0; count < 20; count++)
      expect((await ask(proxy, '/api/agents', signed('none', `user-${count}`))).status).toBe(401)
    expect(fetches).toBeLessThan(4)
  })

  it.each<[what: string, map: (claims: object) => unknown]>([
    ['a promise', async () => 'alice'],
    ['a number', () => 42],
    ['a blank', () => ' '],
    [
      'an error',
      () => {
        throw new Error('secret=sk-MAP')
      },
    ],
  ])('19: an owner that is %s is a refusal, and never a failure', async (_, map) => {
    const auth = Object.assign(provider(), { mapUserToResourceId: map as () => string })
    const response = await ask(stand({ auth }), '/api/agents', tokenOf({}))
    expect([response.status, await response.text()]).toEqual([
      403,
      expect.not.stringContaining('sk-MAP'),
    ])
  })

  it('20: a refusal is one line at info level, without a stack', async () => {
    const lines: (readonly [level: string, text: string])[] = []
    const keep = (level: string) => (message: string, fields?: object) =>
      void lines.push([level, JSON.stringify([message, fields])])
    const logger = {
      debug: () => undefined,
      info: keep('info'),
      warn: keep('warn'),
      error: keep('error'),
    }
    const proxy = stand({}, { logger })
    lines.length = 0
    for (const token of [undefined, 'garbage', `${tokenOf({})}x`, 'x'.repeat(20_000)])
      expect((await ask(proxy, '/api/agents', token)).status).toBe(401)
    expect(lines.map(([level]) => level)).toEqual(['info', 'info', 'info', 'info'])
    for (const [, text] of lines) {
      expect(text).not.toMatch(/stack|node_modules/)
      expect(text.length).toBeLessThan(1000)
    }
  })

  it('21: a stream that was cut cannot be taken for one that is finished', async () => {
    // Of its own: it is stopped while it answers.
    const dying = await startAttacked(model, sampleAuth(UPSTREAM_SECRET))
    let release = () => {}
    const hold = new Promise<void>((resolve) => {
      release = resolve
    })
    const proxy = stand({}, { upstream: dying.url })
    const server = await serve(proxy.answer, { port: 0 })
    ends.push(() => server.close(0))
    const follow = async (url: string, token: string) => {
      model.answerWith({ kind: 'text', pieces: ['One', 'Two'], hold })
      const response = await fetch(`${url}/api/agents/assistant/stream`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ messages: 'x' }),
        signal: AbortSignal.timeout(20_000),
      })
      return async () => {
        let text = ''
        const decoder = new TextDecoder()
        try {
          for await (const piece of response.body ?? []) text += decoder.decode(piece)
        } catch {
          // What came by then is what its client has.
        }
        return text
      }
    }
    const bare = await follow(dying.url, signAnything(UPSTREAM_SECRET, { sub: 'bob' }))
    const proxied = await follow(`http://127.0.0.1:${server.port}`, tokenOf({}))
    const texts = Promise.all([bare(), proxied()])
    await vi.waitFor(() => expect(model.requests.length).toBeGreaterThan(0))
    await dying.stop()
    release()
    const [without, behind] = await texts
    expect(without).not.toMatch(/"type":"error"|\[DONE\]/)
    expect(behind).toMatch(/"type":"error"/)
  })
})
