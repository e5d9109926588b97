import { describe, expect, it } from 'vitest'
import { tokenCommand } from './command.js'

describe('tokenCommand', () => {
  it.each([
    [{ sub: 'alice', exp: 1, iat: 1, nbf: 1, jti: 'x' }, '--sub alice'],
    [
      { sub: 'alice', role: 'admin', roles: ['admin', 'a b'] },
      "--sub alice --role admin --role 'a b'",
    ],
    [{ sub: 'a', scope: 'x:y z', scp: ['w'] }, "--sub a --scope 'x:y z w'"],
    [
      { sub: 'a', aud: ['b', 'c'], iss: 'https://i.example' },
      '--sub a --aud b --aud c --iss https://i.example',
    ],
    [
      { sub: 'a', tenant: 'x', level: 3, text: '3' },
      '--sub a --claim tenant=x --claim level=3 --claim \'text="3"\'',
    ],
    [{ sub: 42 }, '--sub 42'],
    [{ sub: ' ' }, '--sub alice'],
    [{}, '--sub alice'],
    [{ sub: '-x' }, '--sub=-x'],
    [{ sub: "it's" }, String.raw`--sub 'it'\''s'`],
    [{ sub: 'a', scope: '' }, "--sub a --claim 'permissions=[]'"],
  ])('makes the claims %j anew', (claims, flags) => {
    expect(tokenCommand(claims)).toBe(`npx signet token ${flags}`)
  })

  it('names what is expected where the token has something else', () => {
    const expected = { audiences: ['us', 'them'], issuers: ['we'], algorithms: ['HS512'] }
    expect(tokenCommand({ sub: 'a', aud: 'x', iss: 'y' }, expected)).toBe(
      'npx signet token --sub a --aud us --iss we --alg HS512',
    )
    expect(tokenCommand({ sub: 'a', aud: ['x', 'them'] }, expected)).toContain('--aud them')
  })

  it('has the claims that are required, also those that are missing', () => {
    const requiredClaims = ['sub', 'exp', 'tenant', 'jti']
    expect(tokenCommand({ sub: 'a', jti: '7' }, { requiredClaims })).toBe(
      'npx signet token --sub a --claim tenant=value --claim jti=7-2',
    )
  })

  it.each([
    { sub: '\u001b[2J' },
    { sub: 'a\nb' },
    { sub: 'a', role: 'b\u202ec' },
    { sub: 'a', note: 'x'.repeat(400) },
    { sub: 'a', ['\u0000']: 'b' },
    Object.fromEntries(['sub', ...Array(200).keys()].map((name) => [`claim-${name}`, 'x'])),
  ])('carries nothing that nobody sees or reads', (claims) => {
    expect(tokenCommand(claims)).toBeUndefined()
  })
})
