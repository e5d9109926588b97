import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Mastra } from '@signet/core'
import { createRoutes } from '@signet/server/internal'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FixtureCopies } from '@signet/test-support/process/fixture'
import { SECRET } from '@signet/test-support/http/memory-client'
import { runSignet, type CommandResult } from '@signet/test-support/process/signet-process'

/** A line of `signet routes --json`. */
interface RouteLine {
  readonly method: string
  readonly path: string
  readonly access: string | readonly string[]
  readonly roles: readonly string[]
  readonly rolesForSomeIds: readonly string[]
}

/** What `signet start` offers: it has a store. */
const BUILT_IN = createRoutes(new Mastra(), false, { apiKeys: true, audit: true })
const EVERY_METHOD = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']

const copies = new FixtureCopies()

/** What the command prints of the fixture, as a table and as JSON. */
let table: CommandResult
let json: CommandResult

async function routes(directory: string, ...flags: string[]): Promise<CommandResult> {
  return await runSignet(['routes', '--dir', directory, ...flags], {
    env: { MASTRA_JWT_SECRET: SECRET },
  })
}

beforeAll(async () => {
  const directory = copies.copy('routes')
  table = await routes(directory)
  json = await routes(directory, '--json')
})

afterAll(() => {
  copies.remove()
})

function parseLines({ stdout }: CommandResult): readonly RouteLine[] {
  return JSON.parse(stdout)
}

/** The cells of the table, which two spaces or more part, below its head. */
function cellsOf({ stdout }: CommandResult): string[][] {
  const [head = '', ...rows] = stdout.trimEnd().split('\n')
  expect(head.split(/ {2,}/)).toStrictEqual(['METHOD', 'PATH', 'NEEDS', 'WHO'])
  return rows.map((row) => row.split(/ {2,}/))
}

function lineOf(method: string, path: string): RouteLine | undefined {
  return parseLines(json).find((line) => line.method === method && line.path === path)
}

describe('signet routes', () => {
  it('lists each built-in route with what it needs, and each route of the application behind them', () => {
    expect(table.code).toBe(0)
    const cells = cellsOf(table)
    const names = cells.map(([method, path]) => `${method} ${path}`)
    expect(names).toStrictEqual([
      ...BUILT_IN.routes.map((route) => `${route.method} ${BUILT_IN.pathOf(route)}`),
      'GET /opened-by-itself',
      'GET /opened-by-the-list',
      'POST /says-nothing',
      'POST /call/:agentId',
      'POST /call-any',
      'DELETE /for-the-owner',
      ...EVERY_METHOD.map((method) => `${method} /all-methods`),
    ])
    for (const [index, { access }] of BUILT_IN.routes.entries()) {
      const needs = { public: 'nothing', authenticated: 'a valid token' }
      const isWord = access === 'public' || access === 'authenticated'
      expect(cells[index]?.[2]).toBe(isWord ? needs[access] : [access].flat().join(' '))
    }
  })

  it.each([
    ['GET', '/health', 'nothing', 'everyone'],
    ['GET', '/api/agents', 'a valid token', 'everyone with a valid token'],
    ['GET', '/api/memory/threads', 'memory:read', 'owner, admin, member, viewer'],
    ['DELETE', '/api/memory/threads/:threadId', 'memory:delete', 'owner, admin, member'],
    [
      'POST',
      '/api/agents/:agentId/generate',
      'agents:execute:{agentId}',
      'owner, admin, member, clerk-caller (some ids)',
    ],
    [
      'POST',
      '/api/agents/:agentId/tools/:toolId/execute',
      'agents:execute:{agentId} tools:execute:{toolId}',
      'owner, admin, member',
    ],
    ['GET', '/opened-by-itself', 'nothing', 'everyone'],
    ['GET', '/opened-by-the-list', 'nothing', 'everyone'],
    ['POST', '/says-nothing', 'a valid token', 'everyone with a valid token'],
    [
      'POST',
      '/call/:agentId',
      'agents:execute:{agentId}',
      'owner, admin, member, clerk-caller (some ids)',
    ],
    // A grant for one id is none for a route that names no id.
    ['POST', '/call-any', 'agents:execute', 'owner, admin, member'],
    ['DELETE', '/for-the-owner', 'system:write audit:delete', 'owner'],
    ['PATCH', '/all-methods', 'a valid token', 'everyone with a valid token'],
  ])('says who may call %s %s', (method, path, ...facts) => {
    const cells = cellsOf(table).find((each) => each[0] === method && each[1] === path)
    expect(cells).toStrictEqual([method, path, ...facts])
  })

  it('counts the open ones: five of the fixed list, and those that the application opens', () => {
    const cells = cellsOf(table)
    const open = cells.filter(([, , needs]) => needs === 'nothing').map(([, path]) => path)
    expect(open).toStrictEqual([
      '/health',
      '/ready',
      '/api/auth/capabilities',
      '/api/auth/me',
      '/.well-known/oauth-protected-resource',
      '/opened-by-itself',
      '/opened-by-the-list',
    ])
    expect(table.stderr).toBe(`${cells.length} routes, 7 of them open to everyone.\n`)
  })

  it('prints the same as JSON, and nothing else, with --json', () => {
    expect(json.code).toBe(0)
    expect(json.stderr).toBe('')
    const names = parseLines(json).map(({ method, path }) => [method, path])
    expect(names).toStrictEqual(cellsOf(table).map(([method, path]) => [method, path]))
  })

  it('tells roles that may call for some ids from those that may for all, as JSON too', () => {
    expect(lineOf('POST', '/call/:agentId')).toStrictEqual({
      method: 'POST',
      path: '/call/:agentId',
      access: 'agents:execute:{agentId}',
      isOpenToEveryone: false,
      roles: ['owner', 'admin', 'member'],
      rolesForSomeIds: ['clerk-caller'],
    })
    expect(lineOf('DELETE', '/for-the-owner')).toMatchObject({
      access: ['system:write', 'audit:delete'],
      roles: ['owner'],
      rolesForSomeIds: [],
    })
  })

  it('opens no store, and leaves nothing but an empty folder', async () => {
    const directory = copies.copy('remembering')
    const unreachable = { DATABASE_URL: 'postgres://user@127.0.0.1:1/x' }
    for (const env of [{}, unreachable]) {
      const result = await runSignet(['routes', '--dir', directory], {
        env: { MASTRA_JWT_SECRET: SECRET, ...env },
      })
      expect(result.code).toBe(0)
    }
    expect(readdirSync(join(directory, '.signet'))).toStrictEqual(['.gitignore'])
  })

  it.each([[[]], [['--json']]])(
    'fails without an application: %j',
    async (flags: readonly string[]) => {
      const { code, stdout, stderr } = await routes(copies.makeFolder(), ...flags)
      expect(code).toBe(1)
      expect(stdout).toBe('')
      expect(stderr).toContain('src/mastra/index.ts')
      expect(stderr).toContain('--dir')
    },
  )

  it.each([[[]], [['--json']]])('never prints a secret: %j', async (flags) => {
    const directory = copies.copy('routes')
    writeFileSync(join(directory, '.env'), `MASTRA_JWT_SECRET="${SECRET}"\n`)
    const result = await runSignet(['routes', '--dir', directory, ...flags])
    expect(result.code).toBe(0)
    expect(result.stdout + result.stderr).not.toContain(SECRET)
  })

  it('refuses a secret that is too short with exit code 1, and does not print it', async () => {
    const result = await runSignet(['routes', '--dir', copies.copy('routes')], {
      env: { MASTRA_JWT_SECRET: 'hunter2' },
    })
    expect(result.code).toBe(1)
    expect(result.stdout).toBe('')
    expect(result.stderr).toContain('at least 32')
    expect(result.stderr).not.toContain('hunter2')
  })
})
