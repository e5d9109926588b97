import { expect, it } from 'vitest'
import type { RouteVerdict } from './access-answer.js'
import { accessQuery } from './question.js'
import { countVerdicts, filterRoutes, rolesFor } from './routes.js'

const ROLES = {
  owner: ['*'],
  member: ['agents:execute', 'tools:execute'],
  one: ['agents:execute:a'],
}

function route(path: string, allowed: RouteVerdict['allowed'], permission = ''): RouteVerdict {
  return {
    method: 'GET',
    path,
    summary: `About ${path}`,
    access: permission === '' ? 'public' : 'permission',
    permissions: permission === '' ? [] : [permission],
    allowed,
    missing: [],
    reason: '',
  }
}

it('names the roles that may call a route whatever its ids are', () => {
  const access = 'permission'
  expect(rolesFor({ access, permissions: ['agents:execute:{agentId}'] }, ROLES)).toStrictEqual([
    'owner',
    'member',
  ])
  const both = ['agents:execute:{agentId}', 'tools:execute:{toolId}']
  expect(rolesFor({ access, permissions: both }, ROLES)).toStrictEqual(['owner', 'member'])
  expect(rolesFor({ access, permissions: ['audit:read'] }, ROLES)).toStrictEqual(['owner'])
  expect(rolesFor({ access: 'authenticated', permissions: [] }, ROLES)).toHaveLength(3)
})

it('filters by words in any order and case, and by verdict', () => {
  const routes = [
    route('/health', 'yes'),
    route('/api/agents/:agentId', 'some', 'agents:read:{agentId}'),
    route('/api/audit', 'no', 'audit:read'),
  ]
  const paths = (text: string, allowed: 'all' | 'yes' | 'no') =>
    filterRoutes(routes, { text, allowed }).map(({ path }) => path)
  expect(paths('', 'all')).toHaveLength(3)
  expect(paths('READ api', 'all')).toStrictEqual(['/api/agents/:agentId', '/api/audit'])
  expect(paths('', 'yes')).toStrictEqual(['/health', '/api/agents/:agentId'])
  expect(paths('', 'no')).toStrictEqual(['/api/agents/:agentId', '/api/audit'])
  expect(paths('nothing', 'all')).toStrictEqual([])
  expect(countVerdicts(routes)).toStrictEqual({ yes: 1, some: 1, no: 1 })
})

it('asks for one thing at a time', () => {
  expect(accessQuery({ kind: 'caller' })).toStrictEqual({})
  expect(accessQuery({ kind: 'role', role: 'a b&c' })).toStrictEqual({ role: 'a b&c' })
  expect(accessQuery({ kind: 'scopes', scopes: ['a:b', 'c:*'] })).toStrictEqual({
    permissions: 'a:b c:*',
  })
  expect(accessQuery({ kind: 'scopes', scopes: [] })).toStrictEqual({ permissions: '' })
})
