import { expect, it } from 'vitest'
import { signingRequest } from './server-signing.js'

const NOW = Date.parse('2026-11-24T12:00:00Z')
const END = NOW / 1000 + 3600

it('says each thing in the member that the server has for it', () => {
  const claims = {
    sub: 'alice',
    iat: 1,
    exp: END,
    scp: ['agents:read'],
    role: 'viewer',
    team: 'blue',
  }
  expect(signingRequest(claims, NOW)).toStrictEqual({
    request: {
      sub: 'alice',
      scope: 'agents:read',
      roles: ['viewer'],
      expiresInSeconds: 3600,
      claims: { team: 'blue' },
    },
  })
})

it('leaves out roles and scopes where there are none', () => {
  expect(signingRequest({ sub: 'alice', exp: END }, NOW)).toStrictEqual({
    request: { sub: 'alice', expiresInSeconds: 3600, claims: {} },
  })
})

it.each([
  [{ exp: END }, /subject/],
  [{ sub: 'a' }, /tokens that expire/],
  [{ sub: 'a', exp: 'soon' }, /tokens that expire/],
  [{ sub: 'a', exp: END - 3600 }, /past/],
  [{ sub: 'a', exp: END + 31 * 86_400 }, /30 days/],
  [{ sub: 'a', exp: END, iss: 'x', jti: 'y' }, /iss, jti itself/],
])('says of %j why the server would refuse it', (claims, problem) => {
  expect(signingRequest(claims, NOW)).toStrictEqual({
    problem: expect.stringMatching(problem) as unknown,
  })
})
