import * as fc from 'fast-check'
import { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { createDpopClient } from '@signet/test-support/token/dpop-client'
import { MastraJwtAuth } from '../provider/jwt-auth.js'
import { nodeGuard, type NodeRequest } from './node-guard.js'

const numRuns = Number(process.env['SIGNET_PROPERTY_RUNS'] || 1000)

const auth = new MastraJwtAuth({ secret: 'a secret of the tests, longer than thirty-two bytes' })
const TOKEN = auth.sign({ sub: 'alice', role: 'member' }, { expiresInSeconds: 600 })
const AUTHORIZATION = ['Authorization', `Bearer ${TOKEN}`]

/** What a message of `node:http` may have. */
interface Sent {
  readonly method?: string
  readonly url: string
  readonly originalUrl?: string
  /** Default: a host and the token. */
  readonly fields?: readonly string[]
  /** As Node.js has them beside the fields. */
  readonly headers?: Readonly<Record<string, string>>
}

function messageOf({ fields = ['Host', 'api.example.com', ...AUTHORIZATION], ...sent }: Sent) {
  const message: NodeRequest = new IncomingMessage(new Socket())
  return Object.assign(message, { method: 'GET', rawHeaders: [...fields], ...sent })
}

/** The URL that the guard reads, and the status of what it refuses. */
async function read(sent: Sent): Promise<string | number> {
  let url = ''
  const guard = nodeGuard(auth, {
    access(request) {
      url = `${request.method} ${request.url}`
      return 'agents:read'
    },
  })
  const result = await guard(messageOf(sent))
  return result instanceof Response ? result.status : url
}

describe('nodeGuard: the request that it reads', () => {
  it.each<[string, Sent, string]>([
    ['a path', { url: '/a?b=c' }, 'GET http://api.example.com/a?b=c'],
    ['two slashes', { url: '//evil.example/a' }, 'GET http://api.example.com//evil.example/a'],
    ['a whole URL', { url: 'http://other.example/a' }, 'GET http://other.example/a'],
    ['dots in a name', { url: '/a/..b/c.' }, 'GET http://api.example.com/a/..b/c.'],
    ['dots in the query', { url: '/a?b=/../c' }, 'GET http://api.example.com/a?b=/../c'],
    ['another method', { url: '/a', method: 'DELETE' }, 'DELETE http://api.example.com/a'],
    ['no host, as HTTP/1.0 has it', { url: '/a', fields: AUTHORIZATION }, 'GET http://localhost/a'],
    [
      'a path that a router has shortened',
      { url: '/b', originalUrl: '/a/b' },
      'GET http://api.example.com/a/b',
    ],
    [
      'HTTP/2',
      {
        url: '/a',
        fields: [':method', 'GET', ':path', '/a', ...AUTHORIZATION],
        headers: { ':authority': 'two.example' },
      },
      'GET http://two.example/a',
    ],
  ])('has %s', async (_, sent, expected) => {
    expect(await read(sent)).toBe(expected)
  })

  it.each<[string, Sent]>([
    ['TRACE', { url: '/a', method: 'TRACE' }],
    ['CONNECT', { url: '/a', method: 'CONNECT' }],
    ['an asterisk', { url: '*', method: 'OPTIONS' }],
    ['an authority', { url: 'api.example.com:443' }],
    ['an empty target', { url: '' }],
    ['a fragment', { url: '/a#b' }],
    ['another scheme', { url: 'ftp://api.example.com/a' }],
    ['a user in the target', { url: 'http://alice@api.example.com/a' }],
    ['a segment of dots', { url: '/a/../b' }],
    ['an encoded segment of dots', { url: '/a/.%2E/b' }],
    ['a segment of dots that the router has shortened', { url: '/b', originalUrl: '/a/../b' }],
    ['a segment of dots at the end', { url: '/a/..' }],
    ['a segment of dots in a whole URL', { url: 'http://api.example.com/a/../b' }],
    ['a backslash', { url: '/a\\..\\b' }],
    ['a tab, which a URL forgets', { url: '/a/.\t./b' }],
    [
      'two hosts',
      { url: '/a', fields: ['Host', 'a.example', 'Host', 'b.example', ...AUTHORIZATION] },
    ],
    ['a host with a path', { url: '/a', fields: ['Host', 'a.example/b?', ...AUTHORIZATION] }],
    ['a host with a user', { url: '/a', fields: ['Host', 'alice@a.example', ...AUTHORIZATION] }],
    ['a field that no Headers can have', { url: '/a', fields: [...AUTHORIZATION, 'a b', 'c'] }],
    ['two tokens', { url: '/a', fields: [...AUTHORIZATION, ...AUTHORIZATION] }],
  ])('does not exist for %s: 400', async (_, sent) => {
    expect(await read(sent)).toBe(400)
  })

  it('names as many segments of a path as the router reads, or is refused', async () => {
    const piece = fc.constantFrom(
      'a',
      '.',
      '..',
      '%2e',
      '%2E.',
      '\\',
      ';',
      '%2F',
      '%5c',
      '\t',
      'é',
      '',
    )
    const path = fc.array(
      fc.array(piece, { maxLength: 3 }).map((all) => all.join('')),
      { maxLength: 5 },
    )
    await fc.assert(
      fc.asyncProperty(path, async (segments) => {
        const url = await read({ url: `/${segments.join('/')}` })
        if (url === 400) return
        const { pathname } = new URL(String(url).replace('GET ', ''))
        expect(pathname.split('/')).toHaveLength(Math.max(segments.length, 1) + 1)
      }),
      { numRuns },
    )
  })
})

describe('nodeGuard: tokens that are bound to a key (RFC 9449)', () => {
  const client = createDpopClient()
  const token = auth.sign({ sub: 'alice', cnf: client.cnf }, { expiresInSeconds: 600 })
  const prove = (url: string) =>
    client.prove({ token, method: 'GET', url, now: Math.floor(Date.now() / 1000) })

  async function outcomeOf(fields: readonly string[], isEncrypted = false) {
    const all = ['Host', 'api.example.com', 'Authorization', `DPoP ${token}`, ...fields]
    const message = messageOf({ url: '/a', fields: all })
    if (isEncrypted) Object.assign(message.socket, { encrypted: true })
    const result = await nodeGuard(auth)(message)
    if (!(result instanceof Response)) return result.principal.subject
    return ((await result.json()) as { readonly code: string }).code
  }

  it('are let in with one proof, and refused with two or none', async () => {
    const url = 'http://api.example.com/a'
    expect(await outcomeOf(['DPoP', prove(url)])).toBe('alice')
    expect(await outcomeOf(['DPoP', prove(url), 'dpop', prove(url)])).toBe('proof_invalid')
    expect(await outcomeOf([])).toBe('proof_missing')
  })

  it('are refused with the digest of a body, also of an empty one, which the guard cannot read', async () => {
    const claims = { content_digest: 'sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:' }
    const now = Math.floor(Date.now() / 1000)
    const url = 'http://api.example.com/a'
    const proof = client.prove({ token, method: 'GET', url, now }, { claims })
    expect(await outcomeOf(['DPoP', proof])).toBe('proof_invalid')
  })

  it('need a proof for the scheme of the connection', async () => {
    expect(await outcomeOf(['DPoP', prove('https://api.example.com/a')], true)).toBe('alice')
    expect(await outcomeOf(['DPoP', prove('https://api.example.com/a')])).toBe('proof_invalid')
    expect(await outcomeOf(['DPoP', prove('http://api.example.com/a')], true)).toBe('proof_invalid')
  })
})
