import { describe, expect, it } from 'vitest'
import { createDocumentFetch, createEcSigner, signAs } from '@signet/test-support/token/signers'
import { createPrincipal } from '../access/create-principal.js'
import { MastraJwtAuth, type MastraJwtAuthOptions } from './jwt-auth.js'

const NOW = 1_700_000_000
const TEMPLATE = 'https://login.example/{tenant}/v2.0'
const JWKS_URI = 'https://login.example/keys'
const [key, stranger] = [createEcSigner(), createEcSigner()]
const { fetch } = createDocumentFetch({ [JWKS_URI]: { keys: [key.jwk] } })
const of = (tenant: string, more: object = {}) => ({
  iss: `https://login.example/${tenant}/v2.0`,
  tid: tenant,
  aud: 'api',
  sub: 'alice',
  exp: NOW + 10,
  ...more,
})
const rules = { issuer: TEMPLATE, jwksUri: JWKS_URI, audience: 'api' }
const create = (options: object): MastraJwtAuth => {
  const all: MastraJwtAuthOptions = Object({ now: () => NOW * 1000, fetch, ...options })
  return new MastraJwtAuth(all)
}
const listed = create({ ...rules, tenant: { claim: 'tid', allow: ['acme', 'beta'] } })
const any = create({ ...rules, tenant: { claim: 'tid', allow: 'any' } })
const refused = (code: string) => ({ name: 'TokenError', code })
const misconfigured = (words: string) =>
  expect.objectContaining({
    name: 'ConfigurationError',
    code: 'option_invalid',
    message: expect.stringContaining(words),
  })

describe('tenants of an issuer', () => {
  it.each([
    ['of a list', listed],
    ['any', any],
  ])('accepts those that are allowed: %s', async (_case, provider) => {
    for (const tenant of ['acme', 'beta']) {
      const claims = of(tenant)
      await expect(provider.authenticateToken(signAs(key, claims))).resolves.toStrictEqual(claims)
    }
  })

  it.each([
    ['a tenant that is not in the list', listed, of('evil'), 'token_issuer'],
    ['a claim of another tenant', listed, of('acme', { tid: 'beta' }), 'token_claim'],
    [
      'a claim of another tenant, where any is allowed',
      any,
      of('acme', { tid: 'x' }),
      'token_claim',
    ],
    ['a claim that is missing', any, of('acme', { tid: undefined }), 'token_claim'],
    ['a claim that is a list', any, of('acme', { tid: ['acme'] }), 'token_claim'],
    ['a claim in another case', any, of('acme', { tid: 'ACME' }), 'token_claim'],
    ['the template itself', any, of('{tenant}'), 'token_issuer'],
    ['a path in the tenant', any, of('acme/x'), 'token_issuer'],
    ['a dot segment', any, of('..'), 'token_issuer'],
    ['an empty tenant', any, of(''), 'token_issuer'],
    ['another host', any, of('acme', { iss: 'https://evil.example/acme/v2.0' }), 'token_issuer'],
    ['a token without iss', any, of('acme', { iss: undefined }), 'token_issuer'],
  ])('refuses %s', async (_case, provider, claims, code) => {
    await expect(provider.authenticateToken(signAs(key, claims))).rejects.toMatchObject(
      refused(code),
    )
  })

  it('refuses a token that another key signed, before its claims are looked at', async () => {
    await expect(any.authenticateToken(signAs(stranger, of('acme')))).rejects.toMatchObject(
      refused('token_signature'),
    )
  })

  it('gives the principal the real issuer, so that two tenants have two owners', async () => {
    const issuers = await Promise.all(
      ['acme', 'beta'].map(async (tenant) => {
        const claims = await any.authenticateToken(signAs(key, of(tenant)))
        return createPrincipal(claims, { roles: {} }).issuer
      }),
    )
    expect(issuers).toStrictEqual([
      'https://login.example/acme/v2.0',
      'https://login.example/beta/v2.0',
    ])
  })

  it('accepts, vouches for and recalls its own tenants alone', () => {
    const form = (issuer: string) => ({ token: '', isJwt: true, issuer, algorithm: 'ES256' })
    expect([any.accepts(form(of('x').iss)), any.accepts(form(TEMPLATE))]).toStrictEqual([
      true,
      false,
    ])
    expect([listed.accepts(form(of('x').iss)), listed.accepts(form(of('acme').iss))]).toStrictEqual(
      [false, true],
    )
    const claims = of('x')
    const voucher = String(any.voucherOf(claims))
    expect(voucher).toContain(claims.iss)
    expect(any.recallUser(claims, voucher)).toBe(claims)
    // Of another tenant by now, or not of one that is allowed any more.
    expect(any.recallUser(of('y'), voucher)).toBeUndefined()
    expect(any.voucherOf(of('x', { tid: 'y' }))).toBeUndefined()
    expect(listed.recallUser(claims, voucher)).toBeUndefined()
  })

  it('stands beside other issuers, each with its own rules', async () => {
    const provider = create({
      issuers: [
        {
          ...rules,
          tenant: { claim: 'tid', allow: 'any' },
          defaultRole: 'viewer',
          roles: { viewer: ['agents:read'] },
        },
        {
          issuer: 'https://plain.example',
          jwks: { keys: [stranger.jwk] },
          audience: 'api',
        },
      ],
    })
    const claims = of('acme')
    await expect(provider.authenticateToken(signAs(key, claims))).resolves.toStrictEqual(claims)
    expect(provider.defaultRoleOf(claims)).toBe('viewer')
    const plain = { ...claims, iss: 'https://plain.example' }
    await expect(provider.authenticateToken(signAs(stranger, plain))).resolves.toStrictEqual(plain)
    expect(provider.defaultRoleOf(plain)).toBeUndefined()
    await expect(provider.authenticateToken(signAs(key, plain))).rejects.toMatchObject(
      refused('token_signature'),
    )
    await expect(provider.authenticateToken(signAs(stranger, claims))).rejects.toMatchObject(
      refused('token_signature'),
    )
  })

  it('explains which tenant was expected', async () => {
    const { code, reason } = await any.explainToken(signAs(key, of('acme', { tid: 'beta' })))
    expect([code, reason]).toStrictEqual([
      'token_claim',
      'tid is "beta", and iss names the tenant "acme". Both must be equal (set in tenant).',
    ])
    const other = await listed.explainToken(signAs(key, of('evil')))
    expect(other.reason).toContain(
      'expects "https://login.example/acme/v2.0" or "https://login.example/beta/v2.0"',
    )
  })

  it('describes the names that are accepted', () => {
    expect(listed.describe().issuers[0]?.issuer).toStrictEqual([of('acme').iss, of('beta').iss])
    expect(any.describe().issuers[0]).toMatchObject({
      issuer: [TEMPLATE],
      tenant: { allow: 'any' },
    })
  })
})

describe('tenants that are refused at construction', () => {
  const tenant = { claim: 'tid', allow: ['acme'] }
  const { jwksUri: _jwksUri, ...keyless } = rules
  const secret = 'correct horse battery staple, twice'

  it.each([
    ['a template without tenant', rules, 'tenant'],
    ['tenant undefined', { ...rules, tenant: undefined }, 'tenant is undefined'],
    ['an empty list', { ...rules, tenant: { claim: 'tid', allow: [] } }, 'tenant.allow'],
    ['a plain issuer', { ...rules, issuer: 'https://login.example', tenant }, '{tenant}'],
    ['any issuer', { ...rules, issuer: false, tenant }, 'issuer'],
    ['discovery', { ...keyless, tenant }, 'jwksUri'],
    ['a secret', { ...keyless, secret, tenant }, 'secret'],
    [
      'a secret among keys',
      { ...keyless, keys: [{ secret }, { jwksUri: JWKS_URI }], tenant },
      'secret',
    ],
    [
      'two templates that overlap',
      {
        ...rules,
        issuer: [TEMPLATE, 'https://login.example/t-{tenant}/v2.0'],
        tenant: { claim: 'tid', allow: 'any' },
      },
      'could be the same',
    ],
    [
      'a name that a template fits',
      {
        issuers: [
          { ...rules, tenant: { claim: 'tid', allow: 'any' } },
          { ...rules, issuer: of('acme').iss },
        ],
      },
      'could be the same',
    ],
    [
      'a tenant of a list that is the name of another',
      {
        issuers: [
          { ...rules, tenant },
          { ...rules, issuer: of('acme').iss },
        ],
      },
      'Two entries',
    ],
    ['beside issuers', { tenant, issuers: [rules] }, 'tenant cannot stand beside issuers'],
  ])('%s', (_case, options, words) => {
    expect(() => create(options)).toThrow(misconfigured(words))
  })
})
