import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import { FixtureCopies } from '@signet/test-support/process/fixture'
import { until } from '@signet/test-support/process/faulty-server'
import { ROOT } from '@signet/test-support/process/root'
import { runSignet, SignetProcess } from '@signet/test-support/process/signet-process'
import {
  linkPackage,
  writeFiles,
  type Files,
} from '@signet/test-support/application/written-application'

const SECRET = 'a secret that is used by nothing but these tests'
const COMMAND = join(ROOT, 'packages', 'cli', 'bin', 'signet.js')
const INDEX = 'src/mastra/index.ts'

const copies = new FixtureCopies()
const running: SignetProcess[] = []

afterEach(async () => {
  await Promise.all(running.splice(0).map((process) => process.stop('SIGKILL')))
  copies.remove()
})

/** An application, with lines before it and behind it. */
function source({ before = '', behind = '', options = '' } = {}): string {
  return `${before}
import { Mastra } from '@signet/core'
import { Agent } from '@signet/core/agent'
import { MastraJwtAuth } from '@signet/auth'
const clerk = new Agent({
  id: 'clerk', name: 'Clerk', instructions: process.env.INSTRUCTIONS ?? 'works', model: 'signet/rehearsal',
})
const auth = new MastraJwtAuth({ secret: process.env.MASTRA_JWT_SECRET })
export const mastra = new Mastra({ agents: { clerk }, server: { auth, ${options} } })
${behind}`
}

const WORKING: Files = { [INDEX]: source(), 'src/mastra/broken.ts': '', '.env': '' }

/** Applications that do not work, with what is told of each. */
const FAULTS: readonly (readonly [string, Files, readonly RegExp[]])[] = [
  [
    'a syntax error',
    { [INDEX]: source({ behind: 'const x = (' }) },
    [/does not build/, /src\/mastra\/index\.ts:10:\d+/],
  ],
  [
    'an import of a file that is not there',
    { [INDEX]: source({ before: `import './gone'` }) },
    [/"\.\/gone"/, /src\/mastra\/index\.ts:1:\d+/],
  ],
  [
    'an import of a package that is not there',
    { [INDEX]: source({ before: `import './broken'` }), 'src/mastra/broken.ts': `\nimport 'gone'` },
    [/src\/mastra\/broken\.ts:2 imports gone\. .*npm install gone/],
  ],
  [
    'an import of a name that is not there',
    { [INDEX]: source({ before: `import { gone } from 'zod'\nconsole.log(gone)` }) },
    [/src\/mastra\/index\.ts:1 imports gone from zod/],
  ],
  [
    'a name that is not defined',
    { [INDEX]: source({ behind: 'helo()' }) },
    [/ReferenceError: helo is not defined\n +at .*src\/mastra\/index\.ts:10:1/],
  ],
  [
    'an error of a class of its own, with a cause',
    {
      [INDEX]: source({ before: `import './broken'` }),
      'src/mastra/broken.ts': `
        interface Gone { readonly lines: string }
        class Odd extends TypeError {}
        throw new Odd('odd', { cause: new RangeError('inner') })`,
    },
    [/odd\n +at .*broken\.ts:4:\d+/, /Caused by: RangeError: inner\n +at .*broken\.ts:4:\d+/],
  ],
  [
    'a value that is not an error',
    { [INDEX]: source({ behind: `throw 'a text'` }) },
    [/threw a value that is not an Error: a text/],
  ],
  [
    'an application that is not exported',
    { [INDEX]: source().replace('export const', 'const') },
    [/src\/mastra\/index\.ts does not export mastra/],
  ],
  [
    'an option that is not there',
    { [INDEX]: source({ options: 'middlewere: [],' }) },
    [/server\.middlewere/],
  ],
  [
    'a secret that is not there',
    { '.env': '' },
    [/A secret is missing/, /src\/mastra\/index\.ts:8:\d+/],
  ],
]

const ENV = `MASTRA_JWT_SECRET="${SECRET}"\n`

/** The whole application, with some files of another text. */
const filesWith = (changed: Files): Files => ({ ...WORKING, '.env': ENV, ...changed })

/** Starts `signet dev`; what it says of each version is waited for. */
function startDev(directory: string) {
  const process = new SignetProcess(['dev', '--dir', directory, '--port', '0'])
  running.push(process)
  let seen = 0
  /** Waits for what comes after what was waited for before, and returns all until then. */
  async function said(pattern: RegExp): Promise<string> {
    await until(() => pattern.test(process.stderr.slice(seen)) || process.child.exitCode !== null)
    const text = process.stderr.slice(seen)
    seen = process.stderr.length
    return text
  }
  return { process, said }
}

/** The processes that another one began and that still run. */
function childrenOf(pid: number | undefined): readonly number[] {
  const file = `/proc/${pid}/task/${pid}/children`
  return existsSync(file) ? readFileSync(file, 'utf8').split(' ').filter(Boolean).map(Number) : []
}

const isThere = (pid: number) => existsSync(`/proc/${pid}`)

const builds = (directory: string) =>
  readdirSync(join(directory, '.signet')).filter((name) => name.startsWith('build'))

function makeApplication(files: Files): string {
  const directory = copies.makeFolder()
  writeFiles(directory, files)
  return directory
}

async function instructions({ stdout }: SignetProcess): Promise<unknown> {
  const [, url = ''] = /Server +(http:\S+)/.exec(stdout) ?? []
  const [, token = ''] = /Bearer ([\w.-]+)/.exec(stdout) ?? []
  const headers = { authorization: `Bearer ${token}` }
  const response = await fetch(`${url}/api/agents/clerk`, { headers })
  return ((await response.json()) as { readonly instructions: unknown }).instructions
}

describe('signet dev with an application that does not work', () => {
  it.each(FAULTS)(
    'tells of %s with its place, and serves once it is mended',
    async (_, changed, told) => {
      const directory = makeApplication(filesWith(changed))
      const { process, said } = startDev(directory)
      const text = await said(/Waiting for a change/)
      for (const pattern of told) expect(text).toMatch(pattern)
      expect(text).not.toContain('node:internal')
      writeFiles(directory, filesWith({}))
      await process.waitFor(/^Ready in/m)
      expect(await instructions(process)).toBe('works')
    },
  )

  it('tells of each on reload, too, and goes on serving the last one that worked', async () => {
    const directory = makeApplication(filesWith({}))
    const { process, said } = startDev(directory)
    await process.waitFor(/^Ready in/m)
    for (const [, changed, told] of FAULTS) {
      writeFiles(directory, filesWith(changed))
      // Files that are written one after another may be bundled in between.
      const last = told.at(-1)?.source ?? ''
      const text = await said(new RegExp(`${last}[^]*is still served`))
      for (const pattern of told) expect(text).toMatch(pattern)
      expect(text).not.toContain('node:internal')
      expect(await instructions(process)).toBe('works')
    }
    writeFiles(directory, filesWith({ '.env': `${ENV}INSTRUCTIONS=mended\n` }))
    await said(/Reloaded/)
    expect(await instructions(process)).toBe('mended')
  })

  it('tells of a promise that is left behind, and serves', async () => {
    const behind = `Promise.reject(new Error('left'))`
    const { process } = startDev(makeApplication(filesWith({ [INDEX]: source({ behind }) })))
    await process.waitFor(/^Ready in/m)
    expect(process.stderr).toMatch(/An unhandled fault.*\nError: left\n +at .*index\.ts:10:/)
  })
})

describe('signet start with an application that does not work', () => {
  it.each(FAULTS)('ends with status 1 for %s, in the same words', async (_, changed, told) => {
    const directory = makeApplication(filesWith(changed))
    const { code, stderr } = await runSignet(['start', '--dir', directory, '--port', '0'])
    expect(code).toBe(1)
    for (const pattern of told) expect(stderr).toMatch(pattern)
    expect(stderr).not.toContain('node:internal')
    expect(builds(directory)).toEqual([])
  })
})

describe('signet dev watches', () => {
  it('packages of the workspace, CommonJS, and what these need', async () => {
    const root = makeApplication({
      'packages/text/package.json': JSON.stringify({ name: 'text', main: './text.ts' }),
      'packages/text/text.ts': `export { text } from './part'`,
      'packages/text/part.ts': `export const text: string = 'text 1'`,
    })
    const directory = join(root, 'app')
    const before = `import { text } from 'text'\nimport { old } from './old.cjs'
      process.env.INSTRUCTIONS = text + ', ' + old`
    writeFiles(directory, {
      ...filesWith({ [INDEX]: source({ before }) }),
      'src/mastra/old.cjs': `exports.old = 'old 1, ' + require('./part.cjs') + require('./rest.json')`,
      'src/mastra/part.cjs': `module.exports = 'part 1, '`,
      'src/mastra/rest.json': `"rest 1"`,
    })
    linkPackage(directory, 'text', join(root, 'packages', 'text'))
    const { process, said } = startDev(directory)
    await process.waitFor(/^Ready in/m)
    expect(await instructions(process)).toBe('text 1, old 1, part 1, rest 1')
    const changes: readonly (readonly [string, string])[] = [
      ['packages/text/part.ts', `export const text: string = 'text 2'`],
      ['app/src/mastra/part.cjs', `module.exports = 'part 2, '`],
      ['app/src/mastra/rest.json', `"rest 2"`],
    ]
    for (const [path, text] of changes) {
      writeFiles(root, { [path]: text })
      await said(/Reloaded/)
    }
    expect(await instructions(process)).toBe('text 2, old 1, part 2, rest 2')
  })
})

// Windows has neither these signals nor /proc.
describe.skipIf(process.platform !== 'linux')('signet dev leaves nothing behind', () => {
  it.each([
    ['SIGHUP', 'SIGHUP', {}],
    ['SIGINT', 'SIGINT', {}],
    ['SIGTERM', 'SIGTERM', {}],
    ['SIGHUP before it serves', 'SIGHUP', { [INDEX]: '(' }],
    ['SIGINT before it serves', 'SIGINT', { [INDEX]: '(' }],
    [
      'SIGTERM while it loads',
      'SIGTERM',
      {
        [INDEX]: `console.error('Waiting for a change'); await new Promise(() => setInterval(() => {}, 1000))`,
      },
    ],
  ] as const)('on %s', async (_, signal, changed) => {
    const directory = makeApplication(filesWith(changed))
    const { process } = startDev(directory)
    await process.waitFor(/^Ready in|Waiting for a change/m)
    const children = childrenOf(process.child.pid)
    expect(children).not.toEqual([])
    expect((await process.stop(signal)).code).toBe(0)
    await until(() => !children.some(isThere))
    expect(builds(directory)).toEqual([])
  })

  it('where it is killed', async () => {
    const directory = makeApplication(filesWith({}))
    const { process } = startDev(directory)
    await process.waitFor(/^Ready in/m)
    const children = childrenOf(process.child.pid)
    await process.stop('SIGKILL')
    await until(() => !children.some(isThere))
    expect(builds(directory)).toEqual([])
  })

  /** Starts a command below a shell, which is then killed; its input is what the shell says. */
  async function startBelowShell(
    input: string,
    { command = 'dev', env = {} }: { command?: 'dev' | 'start'; env?: Record<string, string> } = {},
  ) {
    const directory = makeApplication(filesWith({}))
    const shell = new SignetProcess([directory], {
      command: [
        'bash',
        '-c',
        `"${process.execPath}" "${COMMAND}" ${command} --port 0 --dir "$0" ${input}; true`,
      ],
      input: '',
      env,
    })
    running.push(shell)
    await shell.waitFor(/^Ready in|The server is ready/m)
    const [pid = 0] = childrenOf(shell.child.pid)
    expect(isThere(pid)).toBe(true)
    process.kill(shell.child.pid ?? 0, 'SIGKILL')
    return { pid, directory }
  }

  /** The process stays for twice as long as it would take to notice that its parent has ended. */
  async function expectToStay(pid: number): Promise<void> {
    try {
      await sleep(2000)
      expect(isThere(pid)).toBe(true)
    } finally {
      process.kill(pid, 'SIGTERM')
      await until(() => !isThere(pid))
    }
  }

  it('where the process that started it is killed', async () => {
    const { pid, directory } = await startBelowShell('')
    await until(() => !isThere(pid))
    expect(builds(directory)).toEqual([])
  })

  it('but goes on without the process that started it in the background', async () => {
    const { pid } = await startBelowShell('</dev/null')
    await expectToStay(pid)
  })

  it.each(['dev', 'start'] as const)(
    'where npm runs signet %s in the background, and its shell ends',
    async (command) => {
      const env = { npm_lifecycle_script: `signet ${command}` }
      const { pid, directory } = await startBelowShell('</dev/null', { command, env })
      await until(() => !isThere(pid))
      expect(builds(directory)).toEqual([])
    },
  )

  it('but goes on where the script of npm puts it in the background', async () => {
    const env = { npm_lifecycle_script: 'signet dev &' }
    const { pid } = await startBelowShell('</dev/null', { env })
    await expectToStay(pid)
  })

  it('but signet start goes on without a parent that is not of npm', async () => {
    const { pid } = await startBelowShell('', { command: 'start' })
    await expectToStay(pid)
  })

  it('on a SIGTERM to the npx that started it in the background', async () => {
    const npx = new SignetProcess(['--dir', makeApplication(filesWith({}))], {
      command: ['npx', '--no', 'signet', 'dev', '--port', '0'],
    })
    running.push(npx)
    await npx.waitFor(/^Ready in/m)
    // Resolves once nothing has its output any more.
    await npx.stop('SIGTERM')
    expect(npx.stderr).toContain('Finishing running answers.')
  })

  it('and signet start neither, where it is ended while it loads', async () => {
    const directory = makeApplication({
      [INDEX]: `console.error('begun'); await new Promise(() => setInterval(() => {}, 1000))`,
    })
    const starting = new SignetProcess(['start', '--dir', directory, '--port', '0'])
    running.push(starting)
    await starting.waitFor(/^begun$/m)
    await starting.stop('SIGTERM')
    expect(starting.child.signalCode).toBe('SIGTERM')
    expect(builds(directory)).toEqual([])
  })
})
