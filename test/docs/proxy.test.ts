import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { MASTRA_1 } from '@signet/proxy'
import { afterAll, describe, expect, it } from 'vitest'
import { compileModules } from '@signet/test-support/process/compile-modules'
import { FixtureCopies } from '@signet/test-support/process/fixture'
import { PastedCommands } from '@signet/test-support/process/pasted-commands'
import { ROOT } from '@signet/test-support/process/root'
import { SignetProcess } from '@signet/test-support/process/signet-process'

const read = (...path: readonly string[]) => readFileSync(join(ROOT, ...path), 'utf8')
const PAGE = read('docs', 'proxy.md')

const copies = new FixtureCopies()
const processes: SignetProcess[] = []
afterAll(async () => {
  for (const each of processes) await each.stop()
  copies.remove()
})

const blocks = (language: string) =>
  [...PAGE.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))].map(
    ([, code = '']) => code,
  )

/** The first cells of the table in a section. */
function rowsOf(heading: string): readonly string[] {
  const [, section = ''] = new RegExp(`^## ${heading}\\n(.*?)^## `, 'ms').exec(PAGE) ?? []
  return [...section.matchAll(/^\| `(-{0,2}[\w-]+)/gm)].map(([, name = '']) => name)
}

/** An application without server.auth, in as much as the page speaks of it. */
const APPLICATION = `
import { createServer } from 'node:http'
const server = createServer((request, response) => {
  response.setHeader('content-type', 'application/json')
  response.end('{}')
})
process.on('SIGTERM', () => process.exit(0))
server.listen(Number(process.env.PORT), '127.0.0.1')
`

describe('docs/proxy.md', () => {
  it('has a configuration that compiles, and would show an option that does not exist', async () => {
    const examples = blocks('typescript')
    const files = examples.map((code, index) => [`example-${index}.ts`, code])
    expect(examples.length).toBeGreaterThanOrEqual(4)
    expect(await compileModules(Object.fromEntries(files), copies)).toBe('')
    const wrong = (examples[0] ?? '').replace('publicUrl:', 'publikUrl:')
    expect(await compileModules({ 'wrong.ts': wrong }, copies)).toMatch(/wrong\.ts.*'publikUrl'/)
  })

  it('has a line for each option, and for no other', () => {
    const source = read('packages', 'proxy', 'src', 'config.ts')
    const [, list = ''] = /OPTIONS: OptionNames<ProxyConfig> = \{\n(.*?)^\}/ms.exec(source) ?? []
    const names = [...list.matchAll(/^  (\w+): true/gm)].map(([, name]) => name)
    expect(names.length).toBeGreaterThanOrEqual(14)
    expect(rowsOf('Who calls: `signet.config.ts`').toSorted()).toStrictEqual(names.toSorted())
  })

  it('has a line for each flag, and for no other', () => {
    const source = read('packages', 'cli', 'src', 'program.ts')
    const [, command = ''] = /\.command\('proxy'\)(.*?)\.action\(/s.exec(source) ?? []
    const flags = [...command.matchAll(/'(--[\w-]+)/g)].map(([, flag]) => flag)
    expect(flags.length).toBeGreaterThanOrEqual(8)
    expect(rowsOf('Flags').toSorted()).toStrictEqual(flags.toSorted())
    const all = [...source.matchAll(/'(--[\w-]+)/g)].map(([, flag]) => flag)
    for (const [flag] of PAGE.matchAll(/--[a-z][\w-]+/g)) expect(all).toContain(flag)
  })

  it('counts the routes of the table', () => {
    expect(PAGE).toContain(`Each of the ${MASTRA_1.length} routes`)
  })

  it.each([
    'GET /auth/sso/login',
    'POST /workflows/events',
    'POST /workflows/:workflowId/runs/:runId/steps/execute',
    'POST /memory/threads/:threadId/transfer',
    'POST /a2a/:agentId',
    'ALL /mcp/:serverId/sse',
    'POST /mcp/:serverId/messages',
  ])('says what is closed in the table: %s', (route) => {
    const line = MASTRA_1.find(({ method, path }) => `${method} ${path}` === route)
    expect(line).toHaveProperty('closed')
  })

  it('has a command that serves, as printed, and refuses a stranger', async () => {
    const folder = copies.makeFolder()
    writeFileSync(join(folder, 'application.mjs'), APPLICATION)
    const commands = new PastedCommands(folder, { PORT: '0' })
    const [line = ''] = blocks('bash')
    expect(line).toBe('npx signet proxy -- npx mastra dev\n')
    const code = line.replace('npx mastra dev', `"${process.execPath}" application.mjs`)
    const proxy = new SignetProcess([`exec ${code}`], {
      cwd: folder,
      env: commands.env,
      command: ['bash', '-c'],
    })
    processes.push(proxy)
    const [, url = ''] = await proxy.waitFor(/Proxy {8}(http:\S+)/)
    const [, token = ''] = await proxy.waitFor(/^(eyJ\S+)$/m)
    const ask = async (headers: Readonly<Record<string, string>>) =>
      (await fetch(`${url}/api/agents`, { headers })).status
    expect(await ask({})).toBe(401)
    expect(await ask({ authorization: `Bearer ${token}` })).toBe(200)
  })
})
