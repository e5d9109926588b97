import { describe, expect, it } from 'vitest'
import { createDpopClient } from '@signet/test-support/token/dpop-client'
import { DEFAULT_ROLES } from '../access/role.js'
import { requestOfBearer } from '../guard/auth-request.js'
import { explainBearer } from './explain-bearer.js'
import { MastraJwtAuth, type MastraJwtAuthOptions } from './jwt-auth.js'

const SECRET = 'a secret of the tests, longer than thirty-two bytes'
const { cnf } = createDpopClient()

async function said(claims: object, options: MastraJwtAuthOptions = {}) {
  const auth = new MastraJwtAuth({ secret: SECRET, ...options })
  const token = auth.sign({ sub: 'alice', role: 'viewer', ...claims }, { expiresInSeconds: 60 })
  const request = requestOfBearer(token, new Request('http://localhost/'), undefined)
  return explainBearer(auth, token, { request, roles: DEFAULT_ROLES })
}

describe('the explanation of a token that is bound to a key (RFC 9449)', () => {
  it('accepts it without a proof, and says what its client must send', async () => {
    const explanation = await said({ cnf })
    expect(explanation).toMatchObject({
      accepted: true,
      principal: { subject: 'alice' },
      warnings: [
        {
          cause: expect.stringContaining('bound to a key of its client (cnf.jkt, RFC 9449)'),
          found: JSON.stringify(cnf.jkt),
          remedy: expect.stringContaining('Authorization: DPoP <token>'),
        },
      ],
    })
    expect((await said({})).warnings).toBeUndefined()
  })

  it('says that one is bound in a way that cannot be checked, and that one must be bound and is not', async () => {
    expect(await said({ cnf: { 'x5t#S256': 'x' } })).toMatchObject({
      accepted: false,
      code: 'token_binding',
      reason:
        'The claim cnf binds the token by something else than jkt alone, which cannot be checked.',
      remedy: expect.stringContaining('cnf.jkt alone'),
    })
    expect(await said({}, { dpop: 'required' })).toMatchObject({
      accepted: false,
      code: 'token_binding',
      reason: 'The token is not bound to a key (cnf.jkt), which the option dpop asks for.',
    })
  })
})
