import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { IssuerIndex } from './issuer-index.js'
import { isOfIssuer, issuerNames, mayOverlap, readTenant, tenantIn } from './tenant.js'

const V2 = 'https://login.example/{tenant}/v2.0'
const refusal = (code: string, words: string) =>
  expect.objectContaining({
    name: 'ConfigurationError',
    code,
    message: expect.stringContaining(words),
  })
const read = (issuer: unknown, tenant: unknown) => readTenant('A policy', issuer, tenant)

describe('tenantIn', () => {
  it.each([
    ['https://login.example/a/v2.0', 'a'],
    ['https://login.example/A-b_c.9/v2.0', 'A-b_c.9'],
    ['https://login.example/v2.0/v2.0', 'v2.0'],
  ])('reads the tenant of %s', (issuer, tenant) => {
    expect(tenantIn(V2, issuer)).toBe(tenant)
  })

  it.each([
    'https://login.example//v2.0',
    'https://login.example/v2.0',
    'https://login.example/a/b/v2.0',
    'https://login.example/a/v2.0/',
    'https://login.example/a/v2.0 ',
    ' https://login.example/a/v2.0',
    'https://login.example/./v2.0',
    'https://login.example/../v2.0',
    'https://login.example/a%2fb/v2.0',
    'https://login.example/a?b/v2.0',
    'https://login.example/a\n/v2.0',
    'https://login.example/ä/v2.0',
    'https://login.example/{tenant}/v2.0',
    'https://LOGIN.example/a/v2.0',
    'https://evil.example/https://login.example/a/v2.0',
    '/v2.0',
    '',
  ])('reads none of %j', (issuer) => {
    expect(tenantIn(V2, issuer)).toBeUndefined()
  })
})

describe('mayOverlap', () => {
  it.each([
    [V2, V2],
    ['https://a.example/{tenant}', 'https://a.example/x{tenant}'],
    ['https://a.example/{tenant}', 'https://a.{tenant}/b'],
    ['a/{tenant}/b', 'a/x/{tenant}'],
  ])('of %s and %s, in either order', (one, other) => {
    expect([mayOverlap(one, other), mayOverlap(other, one)]).toStrictEqual([true, true])
  })

  it.each([
    [V2, 'https://login.example/{tenant}/'],
    [V2, 'https://login.example/{tenant}'],
    [V2, 'https://sts.example/{tenant}/v2.0'],
    ['https://a.example/{tenant}/x', 'https://a.example/{tenant}/y'],
  ])('not of %s and %s', (one, other) => {
    expect([mayOverlap(one, other), mayOverlap(other, one)]).toStrictEqual([false, false])
  })

  it('whenever one issuer fits both', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '/', '.', '-'), maxLength: 4 })
    const tenant = fc.string({
      unit: fc.constantFrom('a', 'b', '.', '-'),
      minLength: 1,
      maxLength: 5,
    })
    const template = fc.tuple(text, text).map(([before, behind]) => `x${before}{tenant}${behind}`)
    let both = 0
    fc.assert(
      fc.property(template, template, tenant, (one, other, filling) => {
        const issuer = one.replace('{tenant}', filling)
        const fits = tenantIn(one, issuer) !== undefined && tenantIn(other, issuer) !== undefined
        if (!fits) return
        both++
        expect(mayOverlap(one, other)).toBe(true)
      }),
      { numRuns: 5000, seed: 17 },
    )
    expect(both).toBeGreaterThan(50)
  })
})

describe('readTenant', () => {
  it('takes a claim and a list, or any, and keeps a copy', () => {
    const allow = ['a', 'b.c_d-9']
    const rule = read(V2, { claim: 'tid', allow })
    allow.push('later')
    expect(rule).toStrictEqual({ claim: 'tid', allow: ['a', 'b.c_d-9'] })
    expect(Object.isFrozen(rule)).toBe(true)
    expect(
      read([V2, 'https://sts.example/{tenant}/'], { claim: 'tid', allow: 'any' }),
    ).toBeDefined()
    expect(read('https://login.example', undefined)).toBeUndefined()
    expect(read(undefined, undefined)).toBeUndefined()
  })

  it.each([
    ['a text', 'tid', 'must be an object'],
    ['null', null, 'must be an object'],
    ['a list', ['tid'], 'must be an object'],
    ['no claim', { allow: 'any' }, 'tenant.claim'],
    ['an empty claim', { claim: '', allow: 'any' }, 'tenant.claim'],
    ['a claim that is a place', { claim: ['tid'], allow: 'any' }, 'tenant.claim'],
    ['no allow', { claim: 'tid' }, 'tenant.allow'],
    ['allow undefined', { claim: 'tid', allow: undefined }, 'tenant.allow'],
    ['allow null', { claim: 'tid', allow: null }, 'tenant.allow'],
    ['allow true', { claim: 'tid', allow: true }, 'tenant.allow'],
    ['another word', { claim: 'tid', allow: 'Any' }, 'tenant.allow'],
    ['an empty list', { claim: 'tid', allow: [] }, 'at least one tenant'],
    ['a number', { claim: 'tid', allow: [7] }, 'tenant.allow'],
    // oxlint-disable-next-line no-sparse-arrays
    ['a hole', { claim: 'tid', allow: [, 'a'] }, 'tenant.allow'],
    ['an empty tenant', { claim: 'tid', allow: ['a', ''] }, '""'],
    ['a path', { claim: 'tid', allow: ['a/b'] }, '"a/b"'],
    ['a dot segment', { claim: 'tid', allow: ['..'] }, '".."'],
    ['a wildcard', { claim: 'tid', allow: ['*'] }, '"*"'],
  ])('refuses %s', (_case, tenant, words) => {
    expect(() => read(V2, tenant)).toThrow(refusal('option_invalid', words))
  })

  it('refuses a misspelt member with the nearest name', () => {
    expect(() => read(V2, { claim: 'tid', allow: 'any', alow: [] })).toThrow(
      refusal('option_unknown', 'tenant.alow'),
    )
  })

  it.each([
    ['without a variable', 'https://login.example/v2.0'],
    ['with two', 'https://login.example/{tenant}/{tenant}'],
    ['with another variable', 'https://login.example/{tenant}/{region}'],
    ['with a name in place of the variable', 'https://login.example/{tid}'],
    ['that is the variable alone', '{tenant}'],
    ['of which one is plain', [V2, 'https://login.example']],
    ['that is missing', undefined],
    ['that is an empty list', []],
  ])('refuses beside it an issuer %s', (_case, issuer) => {
    expect(() => read(issuer, { claim: 'tid', allow: 'any' })).toThrow(
      refusal('option_invalid', 'issuer'),
    )
  })

  it.each([V2, 'https://login.example/{tid}', ['https://login.example', V2]])(
    'refuses without it the issuer %j',
    (issuer) => {
      expect(() => read(issuer, undefined)).toThrow(refusal('option_invalid', 'tenant'))
    },
  )
})

describe('issuerNames', () => {
  it('fills the tenants of a list into each template, whatever they have', () => {
    const tenant = { claim: 'tid', allow: ['a', 'b'] }
    expect(issuerNames({ issuer: ['x/{tenant}', 'y/{tenant}/'], tenant })).toStrictEqual({
      plain: ['x/a', 'x/b', 'y/a/', 'y/b/'],
      templates: [],
    })
  })
})

describe('isOfIssuer', () => {
  const rules = { issuer: V2, tenant: { claim: 'tid', allow: ['a', 'b'] } } as const
  const iss = 'https://login.example/a/v2.0'

  it('is true where claim and issuer name one allowed tenant, and by own members alone', () => {
    expect(isOfIssuer({ iss, tid: 'a' }, rules)).toBe(true)
    for (const claims of [
      { iss, tid: 'b' },
      { iss, tid: ['a'] },
      { iss },
      { tid: 'a' },
      { iss: V2, tid: '{tenant}' },
      { iss: 'https://login.example/c/v2.0', tid: 'c' },
      Object.create({ iss, tid: 'a' }),
    ]) {
      expect(isOfIssuer(claims, rules)).toBe(false)
    }
  })
})

describe('IssuerIndex', () => {
  const any = (template: string) => ({ plain: [], templates: [template] })
  const plain = (name: string) => ({ plain: [name], templates: [] })

  it('finds plain names and templates, and nothing else', () => {
    const index = new IssuerIndex<number>()
    index.add(plain('https://plain.example'), 1)
    index.add(any(V2), 2)
    expect(index.get('https://plain.example')).toBe(1)
    expect(index.get('https://login.example/a/v2.0')).toBe(2)
    for (const other of [V2, '', undefined, null, 7, [V2], '__proto__', 'constructor']) {
      expect(index.get(other)).toBeUndefined()
    }
    expect(index.size).toBe(2)
  })

  it.each([
    [plain('a'), plain('a')],
    [any(V2), any(V2)],
    [any(V2), plain('https://login.example/a/v2.0')],
    [plain('https://login.example/a/v2.0'), any(V2)],
    [any('https://login.example/{tenant}'), any('https://login.example/a{tenant}')],
  ])('refuses two that could be one issuer: %j and %j', (one, other) => {
    const index = new IssuerIndex<number>()
    index.add(one, 1)
    expect(() => index.add(other, 2)).toThrow(refusal('option_invalid', 'issuer'))
  })

  it('has at most 32 templates', () => {
    const index = new IssuerIndex<number>()
    for (let number = 0; number < 32; number++)
      index.add(any(`https://${number}/{tenant}/`), number)
    expect(() => index.add(any('https://more/{tenant}/'), 32)).toThrow(
      refusal('option_invalid', 'More than 32'),
    )
  })
})
