import { describe, expect, it } from 'vitest'
import {
  createTestApplication,
  makeRequest,
  readRefusal,
  tokenOf,
} from '@signet/test-support/application/application'
import { createApp } from '../app.js'

const { mastra } = createTestApplication({ server: { cors: { origin: 'https://app.example' } } })
const app = createApp(mastra, { isLoopbackOnly: true })
const token = tokenOf('member')

const ask = (headers: Readonly<Record<string, string>>, method = 'GET') =>
  app.fetch(makeRequest('/api/agents', { token, headers, method }))

const REFUSED = {
  status: 421,
  code: 'host_refused',
  challenge: null,
  text: 'This server answers only requests for its own host.',
}

describe('a server for this machine only', () => {
  it.each([
    'localhost',
    'localhost:4111',
    'LOCALHOST',
    '127.0.0.1:80',
    '[::1]:4111',
    'a.localhost',
  ])('answers the host %s', async (host) => {
    expect((await ask({ host })).status).toBe(200)
  })

  it.each([
    'evil.example',
    'evil.example:4111',
    'localhost.evil.example',
    'evillocalhost',
    'localhost.',
    '127.0.0.1.nip.io',
    '10.0.0.1',
    '0.0.0.0',
    '[::2]',
    'localhost, evil.example',
    'local host',
    '',
    ':4111',
  ])('refuses the host %j, with a good token (DNS rebinding)', async (host) => {
    expect(await readRefusal(await ask({ host }))).toMatchObject(REFUSED)
  })

  it.each([
    'http://localhost:3000',
    'http://127.0.0.1',
    'https://[::1]:8443',
    'http://a.localhost',
  ])('answers pages of %s', async (origin) => {
    expect((await ask({ origin })).status).toBe(200)
  })

  it.each([
    'https://evil.example',
    'https://app.example',
    'http://localhost.evil.example',
    'null',
    'file://',
    'localhost',
    'x',
    '',
  ])('refuses pages of %j, listed or not', async (origin) => {
    expect(await readRefusal(await ask({ origin }))).toMatchObject(REFUSED)
  })

  it('refuses before it looks for a token, and before a preflight', async () => {
    const stranger = await app.fetch(makeRequest('/health', { headers: { host: 'evil.example' } }))
    expect(await readRefusal(stranger)).toMatchObject(REFUSED)
    const headers = { origin: 'https://app.example', 'access-control-request-method': 'GET' }
    expect(await readRefusal(await ask(headers, 'OPTIONS'))).toMatchObject(REFUSED)
  })
})

describe('a server for other machines too', () => {
  it('answers every host and origin', async () => {
    const open = createApp(mastra)
    const headers = { host: 'api.example', origin: 'https://elsewhere.example' }
    const response = await open.fetch(makeRequest('/api/agents', { token, headers }))
    expect(response.status).toBe(200)
  })
})
