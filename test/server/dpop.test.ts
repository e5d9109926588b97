import { createHash } from 'node:crypto'
import { connect } from 'node:net'
import { generateKeyPair, generateProof, type KeyPair } from 'dpop'
import { afterEach, describe, expect, it } from 'vitest'
import { MastraJwtAuth, MemoryProofRegister, type MastraJwtAuthOptions } from '@signet/auth'
import { createTestKeyPair } from '@signet/auth/test'
import { serve, createApp, type RunningServer } from '@signet/server'
import type { ServerConfig } from '@signet/core'
import { registerApiRoute } from '@signet/core/server'
import {
  createTestApplication,
  readRefusal,
  SECRET,
} from '@signet/test-support/application/application'
import { openState } from '@signet/test-support/application/state'
import { createDpopClient } from '@signet/test-support/token/dpop-client'
import { startOidcIssuer } from '@signet/test-support/token/oidc-issuer'

const closing: (() => Promise<void>)[] = []

afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()))
})

async function start(auth: MastraJwtAuth, server: ServerConfig = {}) {
  const { mastra } = createTestApplication({ server: { auth, ...server } })
  const opened = await openState()
  const app = createApp(mastra, { state: opened.state })
  const running: RunningServer = await serve(app.answer, { port: 0 })
  closing.push(async () => {
    await running.close(0)
    await opened.close()
  })
  return { url: `http://127.0.0.1:${running.port}`, port: running.port }
}

const provider = (options: MastraJwtAuthOptions = {}) =>
  new MastraJwtAuth({ secret: SECRET, ...options })

const client = createDpopClient()

function tokenOf(claims: object = { cnf: client.cnf }): string {
  return provider().sign({ sub: 'alice', role: 'owner', ...claims }, { expiresInSeconds: 60 })
}

const seconds = () => Math.floor(Date.now() / 1000)

/** A request with a new proof of the client. */
async function ask(
  url: string,
  { token = tokenOf(), method = 'GET', scheme = 'DPoP', body = null as string | null } = {},
): Promise<Response> {
  const proof = client.prove({ token, method, url: url.split('?')[0] ?? '', now: seconds() })
  const headers = {
    authorization: `${scheme} ${token}`,
    dpop: proof,
    'content-type': 'application/json',
  }
  return fetch(url, body === null ? { method, headers } : { method: 'POST', headers, body })
}

describe('a server of Signet: tokens that are bound to a key (RFC 9449)', () => {
  it('lets the client of the package dpop in, and a thief of its token not', async () => {
    const issuer = await startOidcIssuer([createTestKeyPair('RS256', { keyId: 'rsa' })])
    closing.push(() => issuer.stop())
    const auth = new MastraJwtAuth({
      issuer: issuer.issuer,
      audience: 'signet-api',
      introspection: issuer.introspection,
    })
    const { url } = await start(auth)
    const keys = await generateKeyPair('ES256')
    const foreign = await generateKeyPair('ES256')
    const prove = (at: string) => generateProof(keys, at, 'POST')
    for (const isOpaque of [false, true]) {
      const token = await issuer.getAccessToken({ isOpaque, prove })
      const send = async (scheme: string, proof?: string) => {
        const headers = {
          authorization: `${scheme} ${token}`,
          ...(proof !== undefined && { dpop: proof }),
        }
        return readRefusal(await fetch(`${url}/api/agents`, { headers }))
      }
      const proofOf = (by: KeyPair) =>
        generateProof(by, `${url}/api/agents`, 'GET', undefined, token)
      const proof = await proofOf(keys)
      expect(await send('DPoP', proof)).toMatchObject({ status: 200 })
      expect(await send('DPoP', proof)).toMatchObject({ status: 401, code: 'proof_invalid' })
      expect(await send('DPoP', await proofOf(foreign))).toMatchObject({ code: 'proof_invalid' })
      expect(await send('DPoP')).toMatchObject({ status: 401, code: 'proof_missing' })
      expect(await send('Bearer')).toMatchObject({ status: 401, code: 'proof_missing' })
      expect(await send('Bearer', await proofOf(keys))).toMatchObject({ code: 'proof_missing' })
      expect(await send('DPoP', await proofOf(keys))).toMatchObject({ status: 200 })
    }
    const unbound = await issuer.getAccessToken()
    const headers = { authorization: `Bearer ${unbound}` }
    expect((await fetch(`${url}/api/agents`, { headers })).status).toBe(200)
  })

  it('takes a proof for the URL without its query, and for no other method or path', async () => {
    const { url } = await start(provider())
    expect((await ask(`${url}/api/agents?partial=true`)).status).toBe(200)
    const token = tokenOf()
    for (const [method, path] of [
      ['POST', '/api/agents'],
      ['GET', '/api/tools'],
      ['GET', '/api/agents/'],
    ] as const) {
      const proof = client.prove({ token, method, url: `${url}${path}`, now: seconds() })
      const headers = { authorization: `DPoP ${token}`, dpop: proof }
      const refused = await readRefusal(await fetch(`${url}/api/agents`, { headers }))
      expect(refused).toMatchObject({ status: 401, code: 'proof_invalid' })
    }
  })

  it('compares the URL of a proof with server.publicUrl, whatever the Host', async () => {
    const { url } = await start(provider(), { publicUrl: 'https://api.example/tools' })
    const token = tokenOf()
    const send = async (htu: string) => {
      const proof = client.prove({ token, method: 'GET', url: htu, now: seconds() })
      const headers = { authorization: `DPoP ${token}`, dpop: proof }
      return (await fetch(`${url}/api/agents`, { headers })).status
    }
    expect(await send('https://api.example/tools/api/agents')).toBe(200)
    expect(await send('https://evil.example/api/agents')).toBe(401)
    expect(await send(`${url}/api/agents`)).toBe(401)
  })

  it('refuses a request with two headers DPoP', async () => {
    const { url, port } = await start(provider())
    const token = tokenOf()
    const proof = () =>
      client.prove({ token, method: 'GET', url: `${url}/api/agents`, now: seconds() })
    const send = (headers: readonly string[]) =>
      new Promise<string>((resolve, reject) => {
        const socket = connect(port, '127.0.0.1')
        let said = ''
        socket.setTimeout(10_000, () => socket.destroy(new Error('The server said nothing.')))
        socket.on('data', (data) => (said += data.toString('latin1')))
        socket.on('end', () => resolve(said))
        socket.on('error', reject)
        const lines = [
          'GET /api/agents HTTP/1.1',
          `Host: 127.0.0.1:${port}`,
          'Connection: close',
          `Authorization: DPoP ${token}`,
          ...headers,
        ]
        socket.write(`${lines.join('\r\n')}\r\n\r\n`)
      })
    expect(await send([`DPoP: ${proof()}`])).toMatch(/^HTTP\/1\.1 200/)
    for (const names of [
      ['DPoP', 'DPoP'],
      ['DPoP', 'dpop'],
    ]) {
      expect(await send(names.map((name) => `${name}: ${proof()}`))).toMatch(
        /^HTTP\/1\.1 401[^]*"proof_invalid"/,
      )
    }
  })

  it('gives out a nonce, with which the next request is let in', async () => {
    const { url } = await start(provider({ dpop: { mode: 'required', nonce: SECRET } }))
    const keys = await generateKeyPair('Ed25519')
    const { calculateThumbprint } = await import('dpop')
    const token = tokenOf({ cnf: { jkt: await calculateThumbprint(keys.publicKey) } })
    const send = async (nonce?: string) => {
      const proof = await generateProof(keys, `${url}/api/agents`, 'GET', nonce, token)
      return fetch(`${url}/api/agents`, {
        headers: { authorization: `DPoP ${token}`, dpop: proof },
      })
    }
    const refused = await send()
    expect(refused.status).toBe(401)
    expect(refused.headers.get('www-authenticate')).toMatch(
      /^DPoP error="use_dpop_nonce", .*algs="ES256 /,
    )
    const nonce = refused.headers.get('dpop-nonce') ?? ''
    expect((await send(nonce)).status).toBe(200)
    expect((await send(`${nonce}x`)).status).toBe(401)
  })

  it('refuses on one instance what another has accepted, where they share a register', async () => {
    const proofs = new MemoryProofRegister()
    const dpop = { mode: 'optional', proofs } as const
    const publicUrl = 'https://api.example'
    const one = await start(provider({ dpop }), { publicUrl })
    const other = await start(provider({ dpop }), { publicUrl })
    const token = tokenOf()
    const proof = client.prove({
      token,
      method: 'GET',
      url: `${publicUrl}/api/agents`,
      now: seconds(),
    })
    const headers = { authorization: `DPoP ${token}`, dpop: proof }
    const statuses = [one, other, one].map(
      ({ url }) =>
        () =>
          fetch(`${url}/api/agents`, { headers }),
    )
    const seen: number[] = []
    for (const send of statuses) seen.push((await send()).status)
    expect(seen).toEqual([200, 401, 401])
  })

  it('compares the body with the digest in its proof (content_digest, MCP)', async () => {
    const echo = registerApiRoute('/echo', {
      method: 'POST',
      handler: async (context) => Response.json({ error: await context.req.text() }),
    })
    const { url } = await start(provider(), { apiRoutes: [echo] })
    const body = JSON.stringify({ messages: 'Hello' })
    const digestOf = (text: string) =>
      `sha-256=:${createHash('sha256').update(text).digest('base64')}:`
    const send = async (digest: unknown, sent: string | null, path: string, method = 'POST') => {
      const token = tokenOf()
      const claims = { content_digest: digest }
      const proof = client.prove(
        { token, method, url: `${url}${path}`, now: seconds() },
        { claims },
      )
      const headers = {
        authorization: `DPoP ${token}`,
        dpop: proof,
        'content-type': 'application/json',
      }
      const response = await fetch(
        `${url}${path}`,
        sent === null ? { method, headers } : { method: 'POST', headers, body: sent },
      )
      return readRefusal(response)
    }
    const path = '/api/agents/weather-agent/generate'
    expect(await send(digestOf(body), body, path)).toMatchObject({ status: 200 })
    const other = JSON.stringify({ messages: 'Pay the thief' })
    for (const digest of [digestOf(other), digestOf(''), 'sha-256=::', 1]) {
      expect(await send(digest, body, path)).toMatchObject({ status: 401, code: 'proof_invalid' })
    }
    expect(await send(digestOf(body), body, '/echo')).toMatchObject({ status: 200, text: body })
    expect(await send(digestOf(other), body, '/echo')).toMatchObject({ status: 401 })
    expect(await send(digestOf(''), null, '/api/agents', 'GET')).toMatchObject({ status: 200 })
    expect(await send(digestOf(body), null, '/api/agents', 'GET')).toMatchObject({ status: 401 })
    // Who calls a public route is not known by a proof that nobody compares.
    expect(await send(digestOf(''), null, '/api/auth/me', 'GET')).toMatchObject({ status: 200 })
  })

  it('says who calls on a public route only with a proof', async () => {
    const { url } = await start(provider())
    expect(await (await ask(`${url}/api/auth/me`)).json()).toMatchObject({ subject: 'alice' })
    expect(await (await ask(`${url}/api/auth/me`, { scheme: 'Bearer' })).json()).toBeNull()
  })

  it('signs out a token that is bound, and lets nobody in with it afterwards', async () => {
    const { url } = await start(provider())
    const token = tokenOf()
    expect((await ask(`${url}/api/auth/logout`, { token, method: 'POST' })).status).toBe(200)
    expect(await readRefusal(await ask(`${url}/api/agents`, { token }))).toMatchObject({
      status: 401,
      code: 'token_revoked',
    })
  })

  it('explains a token that is bound to whoever may ask, without its proof', async () => {
    const { url } = await start(provider())
    const body = JSON.stringify({ token: tokenOf() })
    const token = tokenOf({})
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    const said = await fetch(`${url}/api/auth/explain`, { method: 'POST', headers, body })
    expect(await said.json()).toMatchObject({ accepted: true })
  })

  it('takes API keys as Bearer alone, also of a maker whose token is bound', async () => {
    const { url } = await start(provider({ dpop: 'required' }))
    const body = JSON.stringify({ name: 'nightly', scopes: ['agents:read'], expiresInDays: 1 })
    const made = (await (
      await ask(`${url}/api/auth/api-keys`, { method: 'POST', body })
    ).json()) as { readonly key: string }
    const send = async (scheme: string) =>
      readRefusal(
        await fetch(`${url}/api/agents`, { headers: { authorization: `${scheme} ${made.key}` } }),
      )
    expect(await send('Bearer')).toMatchObject({ status: 200 })
    expect(await send('DPoP')).toMatchObject({ status: 401, code: 'token_binding' })
  })

  it('names the headers to pages of a listed origin', async () => {
    const origin = 'https://app.example'
    const { url } = await start(provider(), { cors: { origin } })
    const preflight = await fetch(`${url}/api/agents`, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'GET',
        'access-control-request-headers': 'dpop',
      },
    })
    expect(preflight.headers.get('access-control-allow-headers')).toContain('DPoP')
    const refused = await fetch(`${url}/api/agents`, { headers: { origin } })
    expect(refused.headers.get('access-control-expose-headers')).toContain('DPoP-Nonce')
  })
})
