import { createHash } from 'node:crypto'
import { describe, expect, it, vi } from 'vitest'
import { createDpopClient } from '@signet/test-support/token/dpop-client'
import { ApiKeyAuth } from '../api-key/api-key-auth.js'
import { DEFAULT_ROLES } from '../access/role.js'
import { PROOF_ALGORITHMS } from '../jws/algorithm.js'
import type { AuthProvider } from '../provider/auth-provider.js'
import { MastraJwtAuth, type MastraJwtAuthOptions } from '../provider/jwt-auth.js'
import { SimpleAuth } from '../provider/simple-auth.js'
import { requireBearer } from './require-bearer.js'
import type { GuardOptions } from './options.js'

const SECRET = 'a secret of the tests, longer than thirty-two bytes'
const URL_OF_REQUEST = 'https://api.example/agents'
const ALGS = `algs="${PROOF_ALGORITHMS.join(' ')}"`
const client = createDpopClient()

const provider = (options: MastraJwtAuthOptions = {}) =>
  new MastraJwtAuth({ secret: SECRET, ...options })
const auth = provider()
const sign = (claims: object = {}) =>
  auth.sign({ sub: 'alice', role: 'viewer', ...claims }, { expiresInSeconds: 60 })
const BOUND = sign({ cnf: client.cnf })
const UNBOUND = sign()

function prove(token = BOUND, url = URL_OF_REQUEST): string {
  return client.prove({ token, method: 'GET', url, now: Math.floor(Date.now() / 1000) })
}

interface Sent {
  readonly authorization?: string
  readonly proof?: string | undefined
  readonly url?: string
}

/** Who is let in, or status, code and headers of the refusal. */
async function outcomeOf(by: AuthProvider, sent: Sent, options: GuardOptions = {}) {
  const { authorization, proof, url = URL_OF_REQUEST } = sent
  const headers = new Headers()
  if (authorization !== undefined) headers.set('authorization', authorization)
  if (proof !== undefined) headers.set('dpop', proof)
  const result = await requireBearer(by, options)(new Request(url, { headers }))
  if (!(result instanceof Response)) return result.principal.subject
  const { code } = (await result.json()) as { readonly code: string }
  return {
    status: result.status,
    code,
    challenge: result.headers.get('www-authenticate'),
    nonce: result.headers.get('dpop-nonce'),
  }
}

describe('the guard: a token that is bound to a key (RFC 9449 section 7)', () => {
  it('lets its client in, with the scheme DPoP and a proof', async () => {
    expect(await outcomeOf(auth, { authorization: `DPoP ${BOUND}`, proof: prove() })).toBe('alice')
  })

  it('refuses a stolen token, whatever scheme it is sent with', async () => {
    const expected = {
      status: 401,
      code: 'proof_missing',
      challenge: `DPoP error="invalid_token", error_description="The token is bound to a key: send it as DPoP, with a proof.", ${ALGS}`,
      nonce: null,
    }
    for (const scheme of ['Bearer', 'DPoP']) {
      expect(await outcomeOf(auth, { authorization: `${scheme} ${BOUND}` })).toStrictEqual(expected)
    }
    expect(
      await outcomeOf(auth, { authorization: `Bearer ${BOUND}`, proof: prove() }),
    ).toStrictEqual(expected)
  })

  it('refuses a proof that is sent a second time, and says invalid_dpop_proof', async () => {
    const sent = { authorization: `DPoP ${BOUND}`, proof: prove() }
    expect(await outcomeOf(auth, sent)).toBe('alice')
    expect(await outcomeOf(auth, sent)).toStrictEqual({
      status: 401,
      code: 'proof_invalid',
      challenge: `DPoP error="invalid_dpop_proof", error_description="The DPoP proof is not valid for this request.", ${ALGS}`,
      nonce: null,
    })
  })

  it('compares the URL of a proof with the public one, whatever the host of the request', async () => {
    const options = { publicUrl: 'https://api.example' }
    const url = 'http://10.0.0.7/agents'
    const authorization = `DPoP ${BOUND}`
    expect(await outcomeOf(auth, { authorization, proof: prove(), url }, options)).toBe('alice')
    expect(
      await outcomeOf(auth, { authorization, proof: prove(BOUND, url), url }, options),
    ).toMatchObject({
      code: 'proof_invalid',
      challenge: expect.stringContaining(
        'resource_metadata="https://api.example/.well-known/oauth-protected-resource"',
      ),
    })
  })

  it('gives out a nonce where one is asked for (section 9)', async () => {
    const strict = provider({ dpop: { mode: 'optional', nonce: SECRET } })
    const refused = await outcomeOf(strict, { authorization: `DPoP ${BOUND}`, proof: prove() })
    expect(refused).toMatchObject({
      status: 401,
      code: 'proof_nonce',
      challenge: `DPoP error="use_dpop_nonce", error_description="The DPoP proof needs the nonce of this server.", ${ALGS}`,
      nonce: expect.stringMatching(/^[\w.-]+$/),
    })
  })

  it('answers 503 where used proofs cannot be looked up, and lets nobody in', async () => {
    const proofs = { register: () => Promise.reject(new Error('down')) }
    const by = provider({ dpop: { mode: 'optional', proofs } })
    const onRefusal = () => undefined
    expect(
      await outcomeOf(by, { authorization: `DPoP ${BOUND}`, proof: prove() }, { onRefusal }),
    ).toMatchObject({ status: 503, code: 'proofs_unavailable', challenge: null })
  })

  it('asks for the proof also where the provider is one of the application that does not', async () => {
    const user = { sub: 'alice', role: 'viewer', cnf: client.cnf }
    const own: AuthProvider = { authenticateToken: (token) => (token === 'own' ? user : null) }
    expect(await outcomeOf(own, { authorization: 'DPoP own', proof: prove('own') })).toBe('alice')
    expect(await outcomeOf(own, { authorization: 'Bearer own' })).toMatchObject({
      code: 'proof_missing',
    })
    expect(await outcomeOf(own, { authorization: 'DPoP own', proof: prove() })).toMatchObject({
      code: 'proof_invalid',
    })
  })

  it('does not take the proof of one token for that of another', async () => {
    const other = sign({ cnf: createDpopClient().cnf })
    const wrapper: AuthProvider = {
      async authenticateToken(token, request) {
        await auth.authenticateToken(token, request)
        return auth.authenticateToken(other, request)
      },
    }
    expect(
      await outcomeOf(wrapper, { authorization: `DPoP ${BOUND}`, proof: prove() }),
    ).toMatchObject({
      code: 'proof_invalid',
    })
  })
})

describe('the guard: a token that is not bound', () => {
  it('is refused as DPoP, with a proof and without', async () => {
    for (const proof of [undefined, prove(UNBOUND)]) {
      expect(await outcomeOf(auth, { authorization: `DPoP ${UNBOUND}`, proof })).toMatchObject({
        status: 401,
        code: 'token_binding',
        challenge: expect.stringMatching(/^DPoP error="invalid_token"/),
      })
    }
    expect(await outcomeOf(auth, { authorization: `Bearer ${UNBOUND}` })).toBe('alice')
  })

  it('is let in as Bearer, whatever header DPoP stands beside it', async () => {
    expect(await outcomeOf(auth, { authorization: `Bearer ${UNBOUND}`, proof: 'x' })).toBe('alice')
  })

  it('is refused as DPoP, of providers that know no proofs, too', async () => {
    const token = 'r0bot-'.repeat(8)
    const simple = new SimpleAuth({ tokens: { [token]: { id: 'robot', role: 'viewer' } } })
    expect(await outcomeOf(simple, { authorization: `Bearer ${token}` })).toBe('robot')
    expect(await outcomeOf(simple, { authorization: `DPoP ${token}` })).toMatchObject({
      code: 'token_binding',
    })
    const store = { findByDigest: async () => undefined }
    const keys = new ApiKeyAuth({ provider: auth, roles: DEFAULT_ROLES, store })
    expect(await outcomeOf(keys, { authorization: `DPoP ${token}` })).toMatchObject({
      code: 'token_binding',
    })
  })

  it('is refused where the provider requires it, whoever the provider is', async () => {
    const own: AuthProvider = { dpop: 'required', authenticateToken: () => ({ sub: 'alice' }) }
    expect(await outcomeOf(own, { authorization: 'Bearer own' })).toMatchObject({
      code: 'token_binding',
    })
    expect(
      await outcomeOf(provider({ dpop: 'required' }), { authorization: `Bearer ${UNBOUND}` }),
    ).toMatchObject({ code: 'token_binding' })
  })

  it.each(['', 'Required', true, null, ['required']])('cannot be asked for by dpop: %j', (dpop) => {
    const own = { dpop, authenticateToken: () => null } as unknown
    expect(() => requireBearer(own as AuthProvider)).toThrow(
      expect.objectContaining({ code: 'option_invalid', message: expect.stringContaining('dpop') }),
    )
  })
})

describe('the guard: two credentials', () => {
  it.each([
    `DPoP ${BOUND}, DPoP ${BOUND}`,
    `DPoP ${BOUND}, Bearer ${BOUND}`,
    `Bearer ${BOUND}, DPoP ${BOUND}`,
    `DPoP ${BOUND},${BOUND}`,
  ])('are 400: %#', async (authorization) => {
    expect(await outcomeOf(auth, { authorization, proof: prove() })).toMatchObject({
      status: 400,
      code: 'request_invalid',
    })
  })

  it.each(['DPoP', 'DPoP ', 'DPoPx y', 'XDPoP y', `DPoP=${BOUND}`])(
    'are none: %s',
    async (authorization) => {
      expect(await outcomeOf(auth, { authorization, proof: prove() })).toMatchObject({
        status: 401,
        code: 'token_missing',
      })
    },
  )
})

describe('the guard: what it says where the option dpop is written', () => {
  it.each([
    ['left out', {}, 'Bearer'],
    ['optional', { dpop: 'optional' }, `Bearer, DPoP ${ALGS}`],
    ['required', { dpop: 'required' }, `DPoP ${ALGS}`],
  ] as const)('to a stranger: %s', async (_, options, challenge) => {
    expect(await outcomeOf(provider(options), {})).toMatchObject({
      code: 'token_missing',
      challenge,
    })
  })

  it('to the bearer of a bad token, and of one that grants too little', async () => {
    const optional = provider({ dpop: 'optional' })
    expect(await outcomeOf(optional, { authorization: 'Bearer x' })).toMatchObject({
      challenge: `Bearer error="invalid_token", error_description="The token is not well formed.", DPoP ${ALGS}`,
    })
    const required = provider({ dpop: 'required' })
    const sent = { authorization: `DPoP ${BOUND}`, proof: prove() }
    expect(await outcomeOf(required, sent, { access: 'agents:write' })).toMatchObject({
      status: 403,
      challenge: `DPoP error="insufficient_scope", error_description="The token does not grant what this request needs.", scope="agents:write", ${ALGS}`,
    })
  })
})

describe('the guard: a proof that names the digest of its body (content_digest, MCP)', () => {
  const digestOf = (body: string) =>
    `sha-256=:${createHash('sha256').update(body).digest('base64')}:`
  const BODY = '{"jsonrpc":"2.0","method":"tools/list","id":1}'

  function requestWith(digest: unknown, body: BodyInit | null, method = 'POST'): Request {
    const now = Math.floor(Date.now() / 1000)
    const claims = { content_digest: digest }
    const proof = client.prove({ token: BOUND, method, url: URL_OF_REQUEST, now }, { claims })
    const headers = { authorization: `DPoP ${BOUND}`, dpop: proof }
    const init: RequestInit & { readonly duplex: 'half' } = {
      method,
      headers,
      body,
      duplex: 'half',
    }
    return new Request(URL_OF_REQUEST, init)
  }

  async function outcome(request: Request): Promise<string> {
    const result = await requireBearer(auth)(request)
    if (!(result instanceof Response)) return result.principal.subject
    return ((await result.json()) as { readonly code: string }).code
  }

  it('lets the body in that it names, which can still be read', async () => {
    const request = requestWith(digestOf(BODY), BODY)
    expect(await outcome(request)).toBe('alice')
    expect(await request.text()).toBe(BODY)
    expect(await outcome(requestWith(digestOf(''), null, 'GET'))).toBe('alice')
    expect(await outcome(requestWith(digestOf(''), null))).toBe('alice')
  })

  it.each<[string, unknown, string | null]>([
    ['another body', digestOf('{}'), BODY],
    ['a longer body', digestOf(BODY), `${BODY} `],
    ['an empty body', digestOf(''), BODY],
    ['a body where there is none', digestOf(BODY), null],
    [
      'a digest in base64url',
      digestOf(BODY).replaceAll('+', '-').replaceAll('/', '_').replace('=:', ':'),
      BODY,
    ],
    ['a digest without its name', digestOf(BODY).replace('sha-256=', ''), BODY],
    ['a digest of another name', digestOf(BODY).replace('256', '512'), BODY],
    ['two digests', `${digestOf('{}')}, ${digestOf(BODY)}`, BODY],
    ['a list', [digestOf(BODY)], BODY],
    ['an empty text', '', BODY],
    ['null', null, BODY],
    ['false', false, BODY],
  ])('refuses one with %s', async (_, digest, body) => {
    expect(await outcome(requestWith(digest, body))).toBe('proof_invalid')
  })

  it('refuses a body that was read before, and one of more than 4 MiB', async () => {
    const read = requestWith(digestOf(BODY), BODY)
    await read.text()
    expect(await outcome(read)).toBe('proof_invalid')
    const large = 'x'.repeat(4 * 1024 * 1024 + 1)
    expect(await outcome(requestWith(digestOf(large), large))).toBe('proof_invalid')
    const most = 'x'.repeat(4 * 1024 * 1024)
    expect(await outcome(requestWith(digestOf(most), most))).toBe('alice')
  })

  it('does not wait for ever for a body', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    try {
      const stalled = new ReadableStream<Uint8Array>()
      const answered = outcome(requestWith(digestOf(BODY), stalled))
      await vi.advanceTimersByTimeAsync(0)
      for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve))
      await vi.advanceTimersByTimeAsync(30_000)
      expect(await answered).toBe('proof_invalid')
    } finally {
      vi.useRealTimers()
    }
  })

  it('reads nothing of a body where the proof does not name its digest, or the token grants too little', async () => {
    const plain = requestWith(undefined, BODY)
    const clone = vi.spyOn(plain, 'clone')
    expect(await outcome(plain)).toBe('alice')
    expect(clone).not.toHaveBeenCalled()
    const small = requestWith(digestOf(BODY), BODY)
    const copy = vi.spyOn(small, 'clone')
    const result = await requireBearer(auth, { access: 'agents:write' })(small)
    expect(result).toMatchObject({ status: 403 })
    expect(copy).not.toHaveBeenCalled()
  })
})
