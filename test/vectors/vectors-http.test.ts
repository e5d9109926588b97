import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AuthProvider } from '@signet/auth'
import { createApp, serve, type RunningServer } from '@signet/server'
import { createTestApplication, readRefusal } from '@signet/test-support/application/application'
import {
  createVectorVerifier,
  readVectors,
  runVector,
  tokenOf,
  type Vector,
  type VectorOutcome,
} from './vector.mjs'

/** The header section that the server of these tests accepts. */
const HEADER_BYTES = 32 * 1024
/** A route that asks for nothing but a good token. */
const PATH = '/api/system/packages'

/**
 * Vectors whose token cannot stand behind `Authorization: Bearer`, so that no request can carry it, by
 * the reason.
 */
const NOT_CARRIED = {
  'no text': [
    'token-not-string-003',
    'token-not-string-004',
    'token-not-string-005',
    'token-not-string-006',
  ],
  nothing: ['wp-structure-012'],
  'blanks around it, which are not of the value of a header': [
    'token-structure-022',
    'token-whitespace-001',
    'token-whitespace-004',
    'base64url-012',
  ],
  'larger than the header section': [
    'huge-token-003',
    'huge-token-005',
    'huge-token-006',
    'huge-token-007',
    'huge-token-010',
    'jwe-zip-bomb-001',
  ],
  'a character that no header has': [
    'token-structure-024',
    'token-whitespace-006',
    'base64url-010',
    'base64url-015',
  ],
  'a comma, which begins a second credential': [
    'rfc7520-022',
    'rfc7520-023',
    'rfc7520-026',
    'rfc7520-027',
    'rfc7520-028',
    'wp-structure-016',
    'b64-false-001',
    'b64-false-006',
    'token-structure-017',
    'json-serialization-001',
    'json-serialization-002',
    'json-serialization-004',
    'json-serialization-007',
  ],
}

/** How many are carried, at least. */
const KNOWN_CARRIED = 392

type Reason = keyof typeof NOT_CARRIED

function reasonNotCarried(token: unknown): Reason | undefined {
  if (typeof token !== 'string') return 'no text'
  if (token === '') return 'nothing'
  if (token.trim() !== token) return 'blanks around it, which are not of the value of a header'
  if (token.length > HEADER_BYTES - 1024) return 'larger than the header section'
  if (/[\0\r\n]|[^\0-\xff]/.test(token)) return 'a character that no header has'
  return token.includes(',') ? 'a comma, which begins a second credential' : undefined
}

interface Case {
  readonly vector: Vector
  /** What the verifier itself says. */
  readonly outcome: VectorOutcome
}

const vectors = readVectors(new URL('visible.jsonl', import.meta.url))
/** Those with a secret or a key set, whose key is not refused: `vectors.test.ts` has those. */
const cases: Case[] = []
for (const vector of vectors) {
  const { key } = vector
  const isSecret = key.kind === 'secret' || (key.kind === 'jwk' && key.jwk.kty === 'oct')
  if (!isSecret && key.kind !== 'jwks') continue
  const outcome = await runVector(vector)
  if (outcome.verdict !== 'key refused') cases.push({ vector, outcome })
}
const carried = cases.filter(({ vector }) => reasonNotCarried(tokenOf(vector)) === undefined)

const cache = { maxBytes: 1_000_000 }
const verifiers = new Map(
  cases.map(({ vector }) => [vector.id, createVectorVerifier(vector, { cache })]),
)

/** Takes the verifier that the request names, and its clock. */
const provider: AuthProvider = {
  async authenticateToken(token, request) {
    const verify = verifiers.get(request.header('x-vector') ?? '')
    if (verify === undefined) throw new Error('The request names no vector.')
    const now = request.header('x-now')
    await verify(token, now === undefined ? undefined : Number(now))
    // Not every vector names a subject, without which nobody is a principal.
    return { sub: 'caller' }
  },
}

let server: RunningServer

beforeAll(async () => {
  const { mastra } = createTestApplication({ server: { auth: provider } })
  server = await serve(createApp(mastra).answer, { port: 0, maxHeaderBytes: HEADER_BYTES })
})

afterAll(() => server.close(0))

function send({ id }: Vector, token: unknown, now?: number): Promise<Response> {
  const headers = new Headers({ authorization: `Bearer ${String(token)}`, 'x-vector': id })
  if (now !== undefined) headers.set('x-now', String(now))
  return fetch(`http://127.0.0.1:${server.port}${PATH}`, { headers })
}

describe('vectors with a secret or a key set, sent as Authorization: Bearer over HTTP', () => {
  for (const { vector, outcome } of carried) {
    const due = outcome.verdict === 'accepted' ? '200' : `401 ${outcome.code}`
    it(`${vector.id}: ${due}: ${vector.why}`, async () => {
      for (const { token, now } of vector.before ?? []) {
        await (await send(vector, token, now)).text()
      }
      const response = await send(vector, tokenOf(vector))
      if (vector.expect === 'accept') {
        expect(response.status).toBe(200)
        await response.text()
        return
      }
      expect(await readRefusal(response)).toMatchObject({
        status: 401,
        code: Reflect.get(outcome, 'code'),
        challenge: expect.stringMatching(/^Bearer error="invalid_token"/),
      })
    })
  }
})

describe('vectors that no request can carry', () => {
  it('are those of the list, for the reason that is given there', () => {
    const found: Record<string, string[]> = {}
    for (const { vector } of cases) {
      const reason = reasonNotCarried(tokenOf(vector))
      if (reason !== undefined) (found[reason] ??= []).push(vector.id)
    }
    expect(found).toStrictEqual(NOT_CARRIED)
    expect(carried.length).toBeGreaterThanOrEqual(KNOWN_CARRIED)
  })

  it('are refused all the same where they have a comma: as two credentials (RFC 6750 section 2)', async () => {
    const ids: readonly string[] = NOT_CARRIED['a comma, which begins a second credential']
    for (const { vector } of cases.filter(({ vector }) => ids.includes(vector.id))) {
      const refusal = await readRefusal(await send(vector, tokenOf(vector)))
      expect(refusal).toMatchObject({ status: 400, code: 'request_invalid' })
    }
  })
})
