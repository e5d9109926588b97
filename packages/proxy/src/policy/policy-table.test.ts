import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createPolicyTable } from './policy-table.js'
import type { RoutePolicy } from './route-policy.js'

const open = (method: 'ALL' | 'GET' | 'POST', path: string): RoutePolicy => ({
  method,
  path,
  access: 'authenticated',
  owner: 'none',
})

const LINES: readonly RoutePolicy[] = [
  open('GET', '/agents/:agentId'),
  open('GET', '/agents/providers'),
  open('POST', '/agents/:agentId/generate'),
  open('GET', '/threads/:threadId/branches/:spanId'),
  open('GET', '/threads/:threadId/:spanId/scores'),
  open('ALL', '/mcp/:serverId/mcp'),
  { method: 'POST', path: '/deploy', closed: 'It acts for all.' },
]

const { find } = createPolicyTable([{ prefix: '/api', lines: LINES }])

const pathOf = (method: string, path: string) => {
  const match = find(method, path)
  return match.kind === 'known' ? match.policy.path : match.kind
}

describe('the line that a request meets', () => {
  it.each([
    ['GET', '/api/agents/weather', '/agents/:agentId'],
    ['GET', '/api/agents/providers', '/agents/providers'],
    ['HEAD', '/api/agents/weather', '/agents/:agentId'],
    ['POST', '/api/agents/weather/generate', '/agents/:agentId/generate'],
    ['GET', '/api/threads/t/branches/scores', '/threads/:threadId/branches/:spanId'],
    ['GET', '/api/threads/t/span/scores', '/threads/:threadId/:spanId/scores'],
    ['DELETE', '/api/mcp/s/mcp', '/mcp/:serverId/mcp'],
  ])('of %s %s is %s', (method, path, line) => {
    expect(pathOf(method, path)).toBe(line)
  })

  it('has its parameters decoded, and a path for the upstream with one encoding', () => {
    expect(find('GET', '/api/agents/caf%c3%a9%20a')).toMatchObject({
      params: { agentId: 'café a' },
      path: '/api/agents/caf%C3%A9%20a',
    })
  })

  it('is closed to all where it says so, with its reason', () => {
    expect(find('POST', '/api/deploy')).toStrictEqual({
      kind: 'refused',
      reason: 'It acts for all.',
      pattern: '/api/deploy',
    })
  })

  it('is listed with its complete path, in the order of the groups', () => {
    const { lines, routes } = createPolicyTable([
      { prefix: '', lines: [open('GET', '/notes')] },
      { prefix: '/api', lines: LINES },
    ])
    expect(routes.map(({ policy }) => policy)).toStrictEqual(lines)
    expect(routes.map(({ path }) => path)).toStrictEqual([
      '/notes',
      ...LINES.map(({ path }) => `/api${path}`),
    ])
  })

  it('of an earlier group takes precedence, also over a more exact one', () => {
    const table = createPolicyTable([
      { prefix: '', lines: [{ method: 'GET', path: '/api/agents/:name', closed: 'By hand.' }] },
      { prefix: '/api', lines: LINES },
    ])
    expect(table.find('GET', '/api/agents/providers')).toMatchObject({ reason: 'By hand.' })
    expect(table.find('POST', '/api/agents/a/generate').kind).toBe('known')
  })
})

describe('a path with a trick', () => {
  it.each([
    '/api/agents/',
    '/api/agents/..',
    '/api/agents/.',
    '/api/agents/%2e%2e',
    '/api/agents/a%2fgenerate',
    '/api/agents/a%5cgenerate',
    '/api/agents/a%252fb',
    '/api/agents/a%00',
    '/api/agents/a%0a',
    '/api/agents/a%3fb',
    '/api/agents/a%23b',
    '/api/agents/a%',
    '/api/agents/%ff',
    '/api/agents/%20a',
    '/api/agents/%e2%80%a8',
    '/api/agents/__proto__',
    '/api/agents/constructor',
    '/api/agents/toString',
    '/api/agents/%63onstructor',
    `/api/agents/${'a'.repeat(513)}`,
    `/api/agents/${'a'.repeat(3000)}`,
    '/api//agents/a',
    '/API/agents/a',
    '/api/Agents/a',
    '/api/%61gents/a',
    '/%61pi/agents/a',
    '/api/agents/a/',
    '/api/agents/a/generate',
    '/api/./agents/a',
    '/api/agents\\a',
    '/api/agents%2fa',
    '//api/agents/a',
    'api/agents/a',
    '',
    '*',
    `${'/a'.repeat(17)}`,
    '/reports/../api/agents/a',
    '/reports/%2e%2e/api',
    '/reports/daily%20',
    '/reports/:id',
    '/reports;a=1',
  ])('is closed to all: GET %s', (path) => {
    expect(find('GET', path).kind).toBe('refused')
  })

  it.each(['get', 'CONNECT', 'TRACE', 'ALL', '', '__proto__', 'PROPFIND'])(
    'is closed to all with the method %j',
    (method) => {
      expect(find(method, '/api/agents/a').kind).toBe('refused')
    },
  )
})

describe('a path that no line knows', () => {
  it.each(['/api/agents/a/dance', '/reports/daily', '/chat/weather-agent', '/api/new'])(
    'is opened by one permission alone: %s',
    (path) => {
      expect(find('POST', path)).toStrictEqual({
        kind: 'unknown',
        permission: `routes:execute:${path}`,
        path,
      })
    },
  )

  it('is either refused, or known with the segments that the line has, or plain', () => {
    const segment = fc.constantFrom(
      'api',
      'agents',
      'a',
      '%2f',
      '..',
      '',
      'API',
      '%61',
      '__proto__',
    )
    fc.assert(
      fc.property(fc.array(segment, { maxLength: 6 }), (segments) => {
        const path = `/${segments.join('/')}`
        const match = find('GET', path)
        if (match.kind === 'unknown') expect(path).toMatch(/^(?:\/[\w.~-]+)+$/)
        if (match.kind === 'known')
          expect(match.path.split('/').length).toBe(match.policy.path.split('/').length + 1)
      }),
    )
  })
})

describe('createPolicyTable', () => {
  it('refuses two lines of one method and path, and an access that is not one', () => {
    const twice = [open('GET', '/a/:b'), open('GET', '/a/:c')]
    expect(() => createPolicyTable([{ prefix: '', lines: twice }])).toThrow('GET /a/:')
    const wrong: object = { ...open('GET', '/a'), access: 'agents:raed' }
    expect(() => createPolicyTable([{ prefix: '', lines: [wrong as RoutePolicy] }])).toThrow(
      expect.objectContaining({ code: 'option_invalid' }),
    )
  })
})
