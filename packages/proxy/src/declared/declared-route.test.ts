import { describe, expect, it } from 'vitest'
import { MASTRA_TABLE } from '../policy/mastra-1.js'
import { createPolicyTable } from '../policy/policy-table.js'
import { declareRoutes } from './declared-policy.js'
import { readProxyRoutes, type ProxyRoute } from './declared-route.js'

const route = (path: string, more: object = {}): ProxyRoute => {
  const [read] = readProxyRoutes([{ method: 'GET', path, access: 'authenticated', ...more }])
  if (read === undefined) throw new Error('There is no route.')
  return read
}

describe('a declared route', () => {
  it.each(['/', '/chat/:agentId', '/assets/*', '/*', '/api/mine', '/a.b/c~d_e-f'])(
    'may have the path %s',
    (path) => {
      expect(route(path)).toMatchObject({ path })
    },
  )

  it.each([
    '',
    'chat',
    '*',
    '/chat/',
    '//chat',
    '/a*',
    '/*/a',
    '/a b',
    '/a%20b',
    '/a/..',
    '/./a',
    '/:',
    '/:a-b',
    '/a?b',
    '/a#b',
    5,
    undefined,
    '/api/agents',
    '/api/:any',
    '/api/agents/:id/generate',
    '/api/agents/providers',
    '/api/*',
    '/api/mine/*',
  ])('is refused with the path %j', (path) => {
    const read = () => readProxyRoutes([{ method: 'ALL', path, access: 'authenticated' }])
    expect(read).toThrow(expect.objectContaining({ code: 'option_invalid' }))
    expect(read).toThrow('routes[0]')
  })

  it.each([
    {},
    { access: undefined },
    { access: null },
    { access: [] },
    { access: 'agents' },
    { access: 'agents:read:{other}' },
    { access: ['public'] },
    { access: 'authenticated', method: 'get' },
    { access: 'authenticated', method: 'OPTIONS' },
    { access: 'authenticated', method: undefined },
    { access: 'authenticated', headers: 'x-a' },
    { access: 'authenticated', headers: [1] },
    { access: 'authenticated', headers: ['X-A'] },
    { access: 'authenticated', headers: ['x a'] },
    { access: 'authenticated', headers: ['authorization'] },
    { access: 'authenticated', headers: ['cookie'] },
    { access: 'authenticated', headers: ['x-forwarded-for'] },
    { access: 'authenticated', headers: ['x-mastra-client-type'] },
    { access: 'authenticated', headers: ['transfer-encoding'] },
    { access: 'authenticated', headers: ['host'] },
  ])('is refused with %j', (more) => {
    const read = () => readProxyRoutes([{ method: 'GET', path: '/mine', ...more }])
    expect(read).toThrow(expect.objectContaining({ code: 'option_invalid' }))
  })

  it('is refused with a name that is not known, and where it is not one of a list', () => {
    expect(() => route('/mine', { acess: 'public' })).toThrow(
      expect.objectContaining({ code: 'option_unknown' }),
    )
    for (const routes of [null, {}, 'x', [null], ['x']]) {
      expect(() => readProxyRoutes(routes)).toThrow(
        expect.objectContaining({ code: 'option_invalid' }),
      )
    }
    expect(readProxyRoutes(undefined)).toStrictEqual([])
  })
})

describe('whose a declared route is', () => {
  const chat = { method: 'POST', path: '/chat/:agentId', access: 'authenticated' }
  const read = (more: object) => readProxyRoutes([{ ...chat, ...more }])

  it.each([
    { rules: 'chatRoute' },
    { rules: 'chatRoute', access: 'agents:execute:{agentId}' },
    { path: '/ask', rules: 'chatRoute', agentId: 'pilot' },
    { path: '/ask', rules: 'chatRoute', agentId: 'pilot', access: 'agents:execute:{agentId}' },
    { path: '/work/:workflowId', rules: 'workflowRoute' },
    { path: '/work', rules: 'workflowRoute', workflowId: 'plan' },
    { owner: ['body:userId', 'query:user_id'] },
    { method: 'GET', owner: ['query:userId'] },
    { method: 'ALL', path: '/mine/*', owner: ['query:userId'] },
  ])('may be said by %j', (more) => {
    expect(read(more)).toMatchObject([more])
  })

  it.each([
    { rules: undefined },
    { rules: null },
    { rules: '' },
    { rules: 'constructor' },
    { rules: ['chatRoute'] },
    { rules: 'chatRoute', access: 'public' },
    { rules: 'chatRoute', method: 'ALL' },
    { rules: 'chatRoute', method: 'GET' },
    { rules: 'chatRoute', path: '/ask' },
    { rules: 'chatRoute', path: '/ask/*', agentId: 'pilot' },
    { rules: 'chatRoute', path: '/chat/:agent' },
    { rules: 'chatRoute', agentId: 'pilot' },
    { rules: 'chatRoute', path: '/ask', agentId: undefined },
    { rules: 'chatRoute', path: '/ask', agentId: '' },
    { rules: 'chatRoute', path: '/ask', agentId: 'a/b' },
    { rules: 'chatRoute', path: '/ask', agentId: '__proto__' },
    { rules: 'chatRoute', path: '/ask', agentId: ['pilot'] },
    { rules: 'chatRoute', path: '/ask', agentId: 'a', access: 'agents:execute:{workflowId}' },
    { rules: 'chatRoute', workflowId: 'plan' },
    { rules: 'workflowRoute' },
    { rules: 'chatRoute', owner: ['body:userId'] },
    { agentId: 'pilot' },
    { workflowId: undefined },
    { owner: undefined },
    { owner: null },
    { owner: [] },
    { owner: 'body:userId' },
    { owner: [7] },
    { owner: ['userId'] },
    { owner: ['path:agentId'] },
    { owner: ['body:'] },
    { owner: ['body:memory.resource'] },
    { owner: ['body:__proto__'] },
    { owner: ['query:constructor'] },
    { owner: ['body:userId'], access: 'public' },
    { owner: ['body:userId'], method: 'GET' },
    { owner: ['body:userId'], method: 'ALL' },
  ])('is refused as %j', (more) => {
    expect(() => read(more)).toThrow(expect.objectContaining({ code: 'option_invalid' }))
  })
})

describe('a policy with declared routes', () => {
  const { find, routeOf } = declareRoutes(MASTRA_TABLE, [
    route('/'),
    route('/chat/:name', { method: 'POST' }),
    route('/assets/*'),
    route('/assets/deep/*', { access: 'system:read' }),
    route('/api/mine'),
  ])
  const pathOf = (method: string, path: string) => {
    const match = find(method, path)
    return match.kind === 'known' ? match.policy.path : match.kind
  }

  it.each([
    ['GET', '/', '/'],
    ['HEAD', '/', '/'],
    ['POST', '/chat/a', '/chat/:name'],
    ['GET', '/assets/a.js', '/assets/*'],
    ['GET', '/assets/a/b.js', '/assets/*'],
    ['GET', '/assets/deep/b.js', '/assets/deep/*'],
    ['GET', '/api/mine', '/api/mine'],
    ['GET', '/api/agents', '/agents'],
    ['POST', '/api/agents/a/generate', '/agents/:agentId/generate'],
    ['GET', '/chat/a', 'refused'],
    ['POST', '/', 'refused'],
    ['POST', '/assets/a.js', 'unknown'],
    ['GET', '/assets', 'unknown'],
    ['GET', '/assets/', 'refused'],
    ['GET', '/assets/../api/agents', 'refused'],
    ['GET', '/assets/%2e%2e/a', 'refused'],
    ['GET', '/assets//a', 'refused'],
    ['GET', '/assets/a%2fb', 'refused'],
    ['GET', '/Assets/a', 'unknown'],
    ['GET', '/API/mine', 'refused'],
    ['POST', '/chat/__proto__', 'refused'],
    ['TRACE', '/', 'refused'],
  ])('answers %s %s by %s', (method, path, expected) => {
    expect(pathOf(method, path)).toBe(expected)
  })

  it('opens nothing of the API by a star', () => {
    const all = declareRoutes(MASTRA_TABLE, [route('/*')])
    expect(all.find('GET', '/any/page').kind).toBe('known')
    for (const path of ['/api/new', '/API/new', '/api/agents/a/new', '/api']) {
      expect([path, all.find('GET', path).kind]).toStrictEqual([path, 'unknown'])
    }
  })

  it('says which of its lines were declared', () => {
    const mine = find('GET', '/')
    const mastra = find('GET', '/api/agents')
    if (mine.kind !== 'known' || mastra.kind !== 'known') throw new Error('They are known.')
    expect(routeOf(mine.policy)).toMatchObject({ path: '/' })
    expect(routeOf(mastra.policy)).toBeUndefined()
  })

  it("opens nothing that a policy of one's own refuses, wherever its lines stand", () => {
    const own = createPolicyTable([
      { prefix: '/v1', lines: [{ method: 'POST', path: '/deploy', closed: 'It acts for all.' }] },
    ])
    const all = declareRoutes(own, [route('/*'), route('/v1/*')])
    expect(all.find('GET', '/v1/notes').kind).toBe('known')
    for (const path of ['/v1/deploy', '/V1/deploy', '/v1/deploy/', '/v1//deploy']) {
      expect([path, all.find('GET', path).kind]).toStrictEqual([path, 'refused'])
    }
  })

  it('looks up agents before Mastra, and in the place of its own rules, and nowhere else', () => {
    const own = createPolicyTable([
      { prefix: '/v1', lines: [{ method: 'POST', path: '/deploy', closed: 'It acts for all.' }] },
    ])
    const chat = route('/chat/:agentId', { access: 'agents:execute:{agentId}' })
    const isLookedUp = (policy: Parameters<typeof declareRoutes>[0], declared = chat) => {
      const match = declareRoutes(policy, [declared]).find(declared.method, '/chat/a')
      return match.kind === 'known' && match.policy.looksUpAgent === true
    }
    expect(isLookedUp(MASTRA_TABLE)).toBe(true)
    expect(isLookedUp({ find: MASTRA_TABLE.find })).toBe(true)
    expect(isLookedUp(own)).toBe(false)
    expect(isLookedUp(own, { ...chat, method: 'POST', rules: 'chatRoute' })).toBe(true)
  })
})
