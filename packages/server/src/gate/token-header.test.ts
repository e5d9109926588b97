import { describe, expect, it } from 'vitest'
import { MastraJwtAuth } from '@signet/auth'
import {
  createTestApplication,
  makeRequest,
  SECRET,
  tokenOf,
} from '@signet/test-support/application/application'
import { createApp } from '../app.js'

const HEADER = 'Cf-Access-Jwt-Assertion'
const auth = new MastraJwtAuth({ secret: SECRET, tokenHeader: HEADER })
const { mastra } = createTestApplication({ server: { auth } })
const app = createApp(mastra)
const TOKEN = tokenOf('member')

async function outcomeOf(
  headers: Readonly<Record<string, string>>,
  path = '/api/agents',
  method = 'GET',
) {
  const response = await app.fetch(makeRequest(path, { method, headers }))
  const { code } = Object(await response.json())
  return code === undefined ? response.status : [response.status, code]
}

describe('the gate behind a proxy that sets a header of its own', () => {
  it('reads the token there, and not in Authorization', async () => {
    expect(await outcomeOf({ [HEADER]: TOKEN })).toBe(200)
    expect(await outcomeOf({ [HEADER]: TOKEN, authorization: 'Bearer x, Bearer y' })).toBe(200)
    expect(await outcomeOf({ authorization: `Bearer ${TOKEN}` })).toStrictEqual([
      401,
      'token_missing',
    ])
  })

  it.each([
    [{ [HEADER]: `Bearer ${TOKEN}` }, '/api/agents', [401, 'token_malformed']],
    [{ [HEADER]: `${TOKEN}, ${TOKEN}` }, '/api/agents', [400, 'request_invalid']],
    [{ [HEADER]: TOKEN }, '/api/agents?apiKey=x', [400, 'request_invalid']],
  ])('refuses %#', async (headers, path, expected) => {
    expect(await outcomeOf(headers, path)).toStrictEqual(expected)
  })

  it('refuses what a page of another site has the browser send, with the cookie of the proxy', async () => {
    const site = { [HEADER]: TOKEN, 'sec-fetch-site': 'cross-site' }
    expect(await outcomeOf(site, '/api/auth/logout', 'POST')).toStrictEqual([403, 'access_denied'])
    expect(await outcomeOf({ [HEADER]: TOKEN })).toBe(200)
  })

  it('signs out the token of that header', async () => {
    const token = auth.sign({ sub: 'bob', role: 'member', jti: 'of-bob' }, { expiresInSeconds: 60 })
    const headers = { [HEADER]: token, 'sec-fetch-site': 'same-origin', authorization: 'Bearer x' }
    expect(await outcomeOf(headers, '/api/auth/logout', 'POST')).toBe(200)
    expect(await outcomeOf({ [HEADER]: token })).toStrictEqual([401, 'token_revoked'])
    expect(await outcomeOf({ [HEADER]: TOKEN })).toBe(200)
  })
})
