import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { AuthError } from '../error.js'
import { discoverKeySet } from './discovery.js'
import { probeDiscovery, probeKeySet } from './probe.js'
import { createRemoteKeySet } from './remote-key-set.js'

const servers: Server[] = []

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  }
})

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  servers.push(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const answer =
  (status: number, body: string, headers: Readonly<Record<string, string>> = {}): RequestListener =>
  (_, response) => {
    response.writeHead(status, headers)
    response.end(body)
  }

async function unavailable(keys: { refresh(): Promise<void> }): Promise<string> {
  const error = await keys.refresh().then(
    () => expect.unreachable('The keys were had.'),
    (reason: unknown) => reason,
  )
  if (!AuthError.isInstance(error)) throw error
  expect(error.code).toBe('keys_unavailable')
  return error.message
}

const HTML = '<!DOCTYPE html><html><body>Sign in</body></html>'

describe('a key set that cannot be had', () => {
  it.each<[string, RequestListener, RegExp, RegExp]>([
    ['HTML', answer(200, HTML, { 'content-type': 'text/html' }), /HTML/, /jwks_uri/],
    ['HTML that says it is JSON', answer(200, ` \n${HTML}`), /HTML/, /page for people/],
    ['a 404', answer(404, HTML), /status 404/, /path of the address/],
    ['a 500', answer(500, HTML), /status 500/, /^The server of the issuer fails\. Try later/],
    ['a 503', answer(503, ''), /status 503/, /^The server of the issuer fails\. Try later/],
    [
      'JSON without keys',
      answer(200, '{"issuer":"a"}'),
      /member keys must be a list/,
      /with keys \(RFC 7517/,
    ],
    ['a list', answer(200, '[]'), /member keys must be a list/, /RFC 7517/],
    ['a text', answer(200, 'keys: none'), /not JSON/, /address/],
    ['nothing', answer(200, ''), /not JSON/, /address/],
    ['too much', answer(200, 'x'.repeat(300_000)), /larger than 262144 bytes/, /kilobytes/],
    [
      'a redirect to elsewhere',
      answer(302, '', { location: 'http://elsewhere.example/keys?secret=1' }),
      /redirected to another origin, http:\/\/elsewhere\.example\./,
      /address that the redirect names/,
    ],
  ])('is named for what it is: %s', async (_, listener, problem, remedy) => {
    const url = `${await serve(listener)}/keys?code=hidden`
    const message = await unavailable(createRemoteKeySet(url))
    const probe = await probeKeySet(url)
    expect(probe.problem).toMatch(problem)
    expect(probe.remedy).toMatch(remedy)
    expect(message).toContain(`${probe.problem} ${probe.remedy}`)
    expect(message).toContain(`from ${url.replace('?code=hidden', '')}.`)
    expect(message + JSON.stringify({ ...probe, url: '' })).not.toMatch(/hidden|secret=|Sign in/)
  })

  it('is named where only entries are wrong', async () => {
    const keys = JSON.stringify({ keys: [{ kty: 'oct', k: 'c2VjcmV0' }] })
    const message = await unavailable(createRemoteKeySet(await serve(answer(200, keys))))
    expect(message).toMatch(/no usable key.*publish a signing key/)
    expect(message).not.toContain('c2VjcmV0')
  })

  it('is named where nothing listens', async () => {
    const url = await serve(answer(200, ''))
    servers.splice(0).forEach((server) => server.close())
    expect(await unavailable(createRemoteKeySet(url))).toMatch(/ECONNREFUSED.*port/)
  })

  it('is named where nobody knows the name', async () => {
    const { problem, remedy } = await probeKeySet('https://no-such-host.invalid/keys')
    expect(problem).toMatch(/^The name of its host cannot be resolved \(E\w+\)\.$/)
    expect(remedy).toContain('typo')
  })

  it('says the same to whoever asks right after', async () => {
    const keys = createRemoteKeySet(await serve(answer(200, HTML)))
    await unavailable(keys)
    const asked = Promise.resolve(keys.find({ alg: 'RS256', kid: 'a' }))
    await expect(asked).rejects.toThrow(/^The last fetch failed less than 1 s ago: .*HTML/)
  })

  const HAS_OPENSSL = spawnSync('openssl', ['version'], { timeout: 20_000 }).status === 0
  it.skipIf(!HAS_OPENSSL)('is named where its certificate is not trusted', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'signet-certificate-'))
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
    const made = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1']
    spawnSync('openssl', [...made, '-subj', '/CN=localhost', '-keyout', key, '-out', cert], {
      timeout: 20_000,
    })
    const server = createSecureServer({ key: readFileSync(key), cert: readFileSync(cert) })
    rmSync(folder, { recursive: true })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    try {
      const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/keys`
      expect(await probeKeySet(url)).toMatchObject({
        problem: expect.stringMatching(/^The certificate of its host is not trusted \(\w+\)\.$/),
        remedy: expect.stringContaining('NODE_EXTRA_CA_CERTS'),
      })
    } finally {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    }
  })
})

describe('discovery metadata that cannot be used', () => {
  it.each<[string, (url: string) => object, RegExp, RegExp]>([
    [
      'that of another issuer',
      () => ({ issuer: 'https://other.example/?a=hidden', jwks_uri: 'https://other.example/keys' }),
      /another issuer: https:\/\/other\.example\/\./,
      /option issuer/,
    ],
    [
      'that of the issuer with a slash',
      (url) => ({ issuer: `${url}/`, jwks_uri: `${url}/keys` }),
      /another issuer: http/,
      /slash/,
    ],
    [
      'that of nobody',
      (url) => ({ jwks_uri: `${url}/keys` }),
      /it does not name one/,
      /option issuer/,
    ],
    ['that without a key set', (url) => ({ issuer: url }), /does not name a key set/, /jwksUri/],
  ])('is named for what it is: %s', async (_, metadata, problem, remedy) => {
    const url: string = await serve((_request, response) =>
      response.end(JSON.stringify(metadata(url))),
    )
    const probe = await probeDiscovery(url)
    expect(probe.problem).toMatch(problem)
    expect(probe.remedy).toMatch(remedy)
    const message = await unavailable(discoverKeySet(url))
    expect(message).toContain(`${probe.problem} ${probe.remedy}`)
    expect(message).not.toContain('hidden')
  })
})
