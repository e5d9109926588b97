import { expect, it } from 'vitest'
import { GENERAL_CATALOGUE, PROXY_CATALOGUE } from './catalogue.js'
import { missingTools } from './missing-tools.js'
import { scopeGrid, scopesBesideGrid } from './scope-grid.js'
import { scopeProblem } from './scope.js'

const CATALOGUE = {
  ...GENERAL_CATALOGUE,
  agents: [{ id: 'weather-agent', tools: ['get-weather', 'get-tide'] }],
  tools: ['get-weather', 'get-tide'],
}

it('offers only scopes that grant something', () => {
  const groups = scopeGrid(CATALOGUE)
  const scopes = groups.flatMap(({ rows }) => rows.flatMap((row) => Object.values(row.scopes)))
  expect(scopes).toContain('tools:execute:get-tide')
  expect(scopes.map(scopeProblem).filter((problem) => problem !== undefined)).toStrictEqual([])
  expect(new Set(scopes).size).toBe(scopes.length)
})

it('offers for a proxy what its application may have, and for a server not', () => {
  const scopesOf = (catalogue: typeof GENERAL_CATALOGUE) =>
    scopeGrid(catalogue).flatMap(({ rows }) => rows.flatMap((row) => Object.values(row.scopes)))
  const more = ['workflows:write', 'routes:execute', 'system:write']
  expect(scopesOf(GENERAL_CATALOGUE)).toContain('workflows:execute')
  expect(scopesOf(PROXY_CATALOGUE)).toStrictEqual(expect.arrayContaining(more))
  expect(scopesOf(GENERAL_CATALOGUE).filter((scope) => more.includes(scope))).toStrictEqual([])
  expect(scopesOf(PROXY_CATALOGUE).map(scopeProblem)).toStrictEqual(
    scopesOf(PROXY_CATALOGUE).map(() => undefined),
  )
})

it('leaves to be shown elsewhere what it has no box for', () => {
  const scopes = ['agents:read', 'agents:*:x', 'nonsense']
  expect(scopesBesideGrid(scopeGrid(CATALOGUE), scopes)).toStrictEqual(['agents:*:x', 'nonsense'])
})

it('notices tools that an agent would be run without', () => {
  expect(missingTools(['agents:execute', 'tools:execute:get-tide'], CATALOGUE)).toStrictEqual([
    { agent: 'weather-agent', tools: ['get-weather'] },
  ])
  expect(missingTools(['agents:execute', 'tools:execute'], CATALOGUE)).toStrictEqual([])
  expect(missingTools(['agents:read'], CATALOGUE)).toStrictEqual([])
})
