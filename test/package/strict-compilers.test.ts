import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { FixtureCopies } from '@signet/test-support/process/fixture'
import { ROOT } from '@signet/test-support/process/root'

/** Others' declarations are read too, and those of the AI SDK and of zod are large. In milliseconds. */
const PATIENCE_MS = 120_000
const TSC = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc')
const OXLINT = join(ROOT, 'node_modules', 'oxlint', 'bin', 'oxlint')

const copies = new FixtureCopies()

afterAll(() => copies.remove())

function run(args: readonly string[], cwd: string): Promise<string> {
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd }, (_, stdout, stderr) => resolve(stdout + stderr))
  })
}

/** What the compiler says under the options that `tsc --init` writes, as it comes; empty where all is well. */
async function compile(code: string): Promise<string> {
  const folder = copies.makeFolder()
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  writeFileSync(join(folder, 'index.ts'), code)
  expect(await run([TSC, '--init'], folder)).toContain('Created a new tsconfig.json')
  return await run([TSC, '--noEmit', '--skipLibCheck', 'false'], folder)
}

/** Of others' declarations only what is wrong with ours is told. */
function ours(complaint: string): string[] {
  return complaint.split('\n').filter((line) => /^(?:\S*packages\/|index\.ts)/.test(line))
}

/** The kinds of objects that an application writes, by the names of their types. */
const WRITTEN = /\btype (\w+(?:Options|Config|Settings)|ClientTool|Logger)\b/g

const ENTRIES = {
  '@signet/auth': 'auth/src/index.ts',
  '@signet/core': 'core/src/index.ts',
  '@signet/store': 'store/src/index.ts',
  '@signet/server': 'server/src/index.ts',
  '@signet/client-js': 'client-js/src/index.ts',
  '@signet/client-js/react': 'client-js/src/react/index.ts',
}

/** Of types that have parameters. */
const ARGUMENTS: Readonly<Record<string, string>> = {
  ApiRouteOptions: '<string>',
  ToolConfig: '<never, never>',
}

/** A module that compiles only where each member of a type that may be left out may be undefined, too. */
function demand(entry: string, names: readonly string[]): string {
  const alias = entry.replace(/\W/g, '_')
  const lines = names.map(
    (name) =>
      `export const ${alias}_${name}: Forgotten<${alias}.${name}${ARGUMENTS[name] ?? ''}> = 'none'`,
  )
  return [`import type * as ${alias} from '${entry}'`, ...lines, ''].join('\n')
}

const FORGOTTEN = `
type Forgotten<T> = [Bare<T>] extends [never] ? 'none' : Bare<T>
type Bare<T> = T extends string ? never : T extends object
  ? { [K in keyof T]-?: {} extends Pick<T, K> ? (undefined extends Required<T>[K] ? never : K) : never }[keyof T]
  : never
`

function namesIn(path: string): readonly string[] {
  const text = readFileSync(join(ROOT, 'packages', path), 'utf8')
  return [...text.matchAll(WRITTEN)].map(([, name = '']) => name)
}

describe('under tsc --init as it comes', { timeout: PATIENCE_MS }, () => {
  it('every option of every option type may be undefined', async () => {
    const entries = Object.entries(ENTRIES).map(([entry, path]) => [entry, namesIn(path)] as const)
    expect(entries.flatMap(([, names]) => names).length).toBeGreaterThan(40)
    const code = FORGOTTEN + entries.map(([entry, names]) => demand(entry, names)).join('')
    expect(ours(await compile(code))).toEqual([])
  })

  it('an option that may not be would not compile', async () => {
    const code = `${FORGOTTEN}
      interface Good { readonly a?: string | undefined; readonly b: number; readonly c?: unknown }
      interface Wrong extends Partial<Record<'d', string>> { readonly a?: string | undefined }
      export const good: Forgotten<Good> = 'none'
      export const wrong: Forgotten<Wrong> = 'none'`
    expect(ours(await compile(code))).toEqual([
      expect.stringMatching(/^index\.ts.*TS2322.*"none".*"d"/),
    ])
  })

  it('an application may read each of its options from the environment', async () => {
    const code = `
      import { CompositeAuth, MastraJwtAuth, SimpleAuth, type AuthProvider } from '@signet/auth'
      import { Mastra } from '@signet/core'
      import { Agent } from '@signet/core/agent'
      import { Memory } from '@signet/core/memory'
      import { registerApiRoute } from '@signet/core/server'
      import { createTool } from '@signet/core/tools'
      import { MastraClient } from '@signet/client-js'
      import { openStore } from '@signet/store'
      import { z } from 'zod'
      const given: string | undefined = process.env['GIVEN']
      const auth: AuthProvider = new MastraJwtAuth({
        secret: given, issuer: given, audience: given, defaultRole: given, jwksUri: given, requireExpiry: undefined,
      })
      const users: AuthProvider = new SimpleAuth({ tokens: { one: { id: 'one' } }, name: undefined })
      const tool = createTool({
        id: 'a-tool', description: 'A tool', inputSchema: undefined, outputSchema: z.object({ a: z.string() }),
        execute: () => ({ a: given ?? '' }),
      })
      const agent = new Agent({
        id: 'an-agent', name: 'An agent', instructions: 'Answer.', description: given,
        model: { url: 'http://localhost:1/v1', id: 'a', apiKey: given },
        tools: { tool }, memory: new Memory({ options: { lastMessages: undefined } }), maxSteps: undefined,
      })
      export const mastra = new Mastra({
        agents: { agent }, logger: undefined,
        server: {
          port: undefined, host: given, auth: new CompositeAuth([auth, users]), cors: undefined,
          limits: { answers: { perMinute: undefined } },
          apiRoutes: [registerApiRoute('/a', { method: 'GET', requiresAuth: undefined, handler: (c) => c.text('a') })],
        },
      })
      export const client = new MastraClient({ baseUrl: 'http://localhost:1', headers: undefined, token: given })
      export const store = openStore({ directory: 'a', databaseUrl: given })`
    expect(ours(await compile(code))).toEqual([])
    const wrong = code.replace("id: 'an-agent', name: 'An agent'", "id: 'an-agent', name: given")
    expect(ours(await compile(wrong))).toEqual([expect.stringMatching(/TS\d+.*undefined/)])
  })
})

describe('the lint of published types', () => {
  it.each([
    ['a member', 'export interface A { a?: string }'],
    ['a member of a member', 'export interface A { a: { b?: () => void } }'],
    ['a member of a class', 'export class A { a?: string }'],
    ['a mapped member', "export type A = { [Name in 'a']?: string }"],
    ['a method', 'export interface A { a?(): void }'],
  ])('refuses %s that takes nothing but its value', async (_, code) => {
    expect(await lint(code)).toContain('signet(optional-takes-undefined)')
  })

  it.each([
    ['takes undefined', 'export interface A { a?: string | undefined }'],
    ['takes whatever there is', 'export interface A { a?: unknown }'],
    ['may not be left out', 'export interface A { a: string }'],
  ])('lets a member pass that %s', async (_, code) => {
    expect(await lint(code)).not.toContain('optional-takes-undefined')
  })
})

/** What the lint of the project says of a module of a published package. */
async function lint(code: string): Promise<string> {
  const config = JSON.parse(readFileSync(join(ROOT, '.oxlintrc.json'), 'utf8'))
  const plugin = join(ROOT, config.jsPlugins[0])
  const folder = copies.makeFolder()
  writeFileSync(join(folder, 'a.ts'), code)
  const rules = { 'signet/optional-takes-undefined': 'error' }
  writeFileSync(join(folder, 'lint.json'), JSON.stringify({ jsPlugins: [plugin], rules }))
  return await run([OXLINT, '-c', 'lint.json', '--no-ignore', 'a.ts'], folder)
}
