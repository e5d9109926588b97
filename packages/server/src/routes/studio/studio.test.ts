import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import type { ServerConfig } from '@signet/core'
import { registerApiRoute } from '@signet/core/server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createTestApplication } from '@signet/test-support/application/application'
import { createApp, type App } from '../../app.js'

const SCRIPT = `console.log(${JSON.stringify('the same again, '.repeat(50))})`
const PAGE =
  '<meta name="signet-nonce" content="" /><meta name="signet-api-prefix" content="/api" /><script>own()</script>'

let directory = ''

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'signet-studio-'))
  mkdirSync(join(directory, 'assets'))
  writeFileSync(join(directory, 'index.html'), PAGE)
  writeFileSync(join(directory, 'assets', 'index-1a2b.js'), SCRIPT)
  writeFileSync(join(directory, 'assets', 'icon-3c.svg'), '<svg/>')
  writeFileSync(join(directory, 'secret.txt'), 'not for anybody')
})

afterAll(() => {
  rmSync(directory, { recursive: true })
})

function create(server: ServerConfig = {}): App {
  return createApp(createTestApplication({ server }).mastra, { studio: directory })
}

async function get(app: App, path: string, headers: HeadersInit = {}): Promise<Response> {
  return app.fetch(new Request(`http://localhost${path}`, { headers }))
}

describe('the Studio', () => {
  it('is served to everyone at /, with a policy that loads nothing from elsewhere', async () => {
    const response = await get(create(), '/')
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(response.headers.get('cache-control')).toBe('no-store')
    expect(response.headers.get('referrer-policy')).toBe('no-referrer')
    const policy = response.headers.get('content-security-policy') ?? ''
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("connect-src 'self';")
    expect(policy).toContain("frame-ancestors 'none'")
    const hash = createHash('sha256').update('own()').digest('base64')
    expect(policy).toContain(`script-src 'self' 'sha256-${hash}';`)
    expect(policy).not.toMatch(/unsafe|\*|https?:/)
  })

  it('gives each page a nonce of its own, which its policy names', async () => {
    const app = create()
    const nonces = await Promise.all(
      [1, 2].map(async () => {
        const response = await get(app, '/')
        const [, nonce] = /name="signet-nonce" content="([^"]+)"/.exec(await response.text()) ?? []
        expect(response.headers.get('content-security-policy')).toContain(`'nonce-${nonce}'`)
        return nonce
      }),
    )
    expect(nonces[0]).toMatch(/^[\w+/]{24}$/)
    expect(nonces[0]).not.toBe(nonces[1])
  })

  it('is told what the routes of the API start with', async () => {
    const response = await get(create({ apiPrefix: '/v1' }), '/')
    expect(await response.text()).toContain('name="signet-api-prefix" content="/v1"')
  })

  it('may talk to the origins that the application lists', async () => {
    const app = create({ studio: { connect: ['https://api.example'] } })
    const policy = (await get(app, '/')).headers.get('content-security-policy')
    expect(policy).toContain("connect-src 'self' https://api.example;")
  })

  it.each(['*', 'https://api.example/', 'api.example', "https://x.example; script-src 'self'", ''])(
    'refuses %j as an origin',
    (origin) => {
      expect(() => create({ studio: { connect: [origin] } })).toThrow(
        expect.objectContaining({ code: 'option_invalid' }),
      )
    },
  )

  it('sends what it loads, for ever, and compressed to whoever takes it so', async () => {
    const app = create()
    const plain = await get(app, '/assets/index-1a2b.js')
    expect(plain.headers.get('content-type')).toBe('text/javascript; charset=utf-8')
    expect(plain.headers.get('cache-control')).toContain('immutable')
    expect(plain.headers.get('x-content-type-options')).toBe('nosniff')
    expect(plain.headers.has('content-encoding')).toBe(false)
    expect(await plain.text()).toBe(SCRIPT)
    const small = await get(app, '/assets/index-1a2b.js', { 'accept-encoding': 'gzip, br' })
    expect(small.headers.get('content-encoding')).toBe('gzip')
    expect(gunzipSync(await small.arrayBuffer()).toString()).toBe(SCRIPT)
    const icon = await get(app, '/assets/icon-3c.svg', { 'accept-encoding': 'gzip' })
    expect(icon.headers.has('content-encoding')).toBe(false)
  })

  it.each([
    '/assets/other.js',
    '/assets/..%2Fsecret.txt',
    '/assets/..%5csecret.txt',
    '/assets/%2e%2e/secret.txt',
    '/secret.txt',
    '/assets/',
    '/assets/index-1a2b.js/x',
  ])('answers %s with 404', async (path) => {
    const response = await get(create(), path)
    expect(response.status).toBe(404)
    expect(await response.text()).not.toContain('anybody')
  })

  it('gives way to what the application has at /', async () => {
    const own = registerApiRoute('/', {
      method: 'GET',
      requiresAuth: false,
      handler: (c) => c.text('mine'),
    })
    const app = create({ apiRoutes: [own] })
    expect(await (await get(app, '/')).text()).toBe('mine')
    expect((await get(app, '/assets/index-1a2b.js')).status).toBe(404)
  })

  it('gives way to what the application has among its assets, but not to other methods', async () => {
    const handler = () => new Response('mine')
    const logo = registerApiRoute('/assets/logo', { method: 'GET', requiresAuth: false, handler })
    expect((await get(create({ apiRoutes: [logo] }), '/')).status).toBe(404)
    const hook = registerApiRoute('/', { method: 'POST', requiresAuth: false, handler })
    expect((await get(create({ apiRoutes: [hook] }), '/')).status).toBe(200)
  })

  it('is not served where nobody asks for it', async () => {
    const app = createApp(createTestApplication().mastra)
    expect((await get(app, '/')).status).toBe(404)
  })
})
