import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ensureEnv } from '../../examples/weather/scripts/ensure-env.mjs'
import { FixtureCopies } from '@signet/test-support/process/fixture'
import { PastedCommands } from '@signet/test-support/process/pasted-commands'
import { ROOT } from '@signet/test-support/process/root'
import { startDev, type DevServer } from '@signet/test-support/process/signet-process'

const isUnix = process.platform !== 'win32'

function markdownIn(folder: string): readonly string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md') && !/node_modules|CHANGELOG|\bdist\b/.test(name))
    .map((name) => join(folder, name))
}

const PAGES = [
  'README.md',
  'CONTRIBUTING.md',
  ...['docs', 'packages', 'examples'].flatMap((folder) => markdownIn(folder)),
]

interface Block {
  readonly page: string
  readonly code: string
}

function blocksOf(page: string): readonly Block[] {
  const text = readFileSync(join(ROOT, page), 'utf8')
  return [...text.matchAll(/^ *```(?:bash|sh)\n([^]*?)^ *```/gm)].map(([, code = '']) => ({
    page,
    code,
  }))
}

describe.runIf(isUnix)('each block of commands in the documentation', () => {
  it.each(PAGES.flatMap((page) => blocksOf(page).map((block) => [page, block] as const)))(
    'of %s is what a shell takes, without anything that is still to be filled in',
    (_page, { code }) => {
      const { status, stderr } = spawnSync('bash', ['-n', '-c', code], {
        encoding: 'utf8',
        timeout: 20_000,
      })
      expect({ status, stderr }).toStrictEqual({ status: 0, stderr: '' })
      expect(code).not.toMatch(/<[a-z][a-z -]*>/)
    },
  )
})

const readme = readFileSync(join(ROOT, 'README.md'), 'utf8')

/** The blocks of a section, by the beginning of its heading, in any language that a page marks. */
function sectionBlocks(heading: string, language: string): readonly string[] {
  const [, section = ''] = readme.split(`\n### ${heading}`)
  const body = section.split(/\n##+ /)[0] ?? ''
  const blocks = body.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\``, 'gm'))
  return [...blocks].map(([, code = '']) => code)
}

const copies = new FixtureCopies()
let folder: string
let pasted: PastedCommands

beforeAll(() => {
  folder = copies.makeFolder()
  pasted = new PastedCommands(folder)
})

afterAll(() => copies.remove())

describe.runIf(isUnix)('the tour of the README, pasted as it is printed', () => {
  let server: DevServer

  /** What is printed, but for the port, which may be taken on this machine. */
  const here = (code: string) => code.replaceAll('http://localhost:4111', server.url)
  const [first = ''] = sectionBlocks('1. Ask the agent', 'bash')
  const ask = async (...codes: readonly string[]) => {
    const result = await pasted.run(here([first, ...codes].join('\n')))
    expect(result).toMatchObject({ code: 0 })
    return result.stdout
  }

  beforeAll(async () => {
    const directory = join(folder, 'examples', 'weather')
    cpSync(join(ROOT, 'examples', 'weather', 'src'), join(directory, 'src'), { recursive: true })
    await ensureEnv({ directory })
    server = await startDev(directory, { env: {} })
  })

  afterAll(() => server?.process.stop())

  it('asks the agent', async () => {
    expect(JSON.parse(await ask())).toMatchObject({ text: expect.stringMatching(/London.*°C/) })
  })

  it('is refused five times, with the status and the code that it says', async () => {
    const [refused = ''] = sectionBlocks('2. What happens', 'bash')
    const said = [...refused.matchAll(/^# .*: (\d{3}) (\w+)$/gm)].map(([, ...words]) => words)
    const printed = await ask('echo START', refused)
    const answers = [...printed.matchAll(/^HTTP\/1\.1 (\d{3})[^]*?"code":"(\w+)"/gm)]
    expect(said).toHaveLength(5)
    expect(answers.map(([, ...words]) => words)).toStrictEqual(said)
  })

  it('finds in the thread what was said there', async () => {
    const [remember = ''] = sectionBlocks('3. Let it remember', 'bash')
    const printed = await ask("echo '\n'", remember)
    const [, thread = ''] = /^.*\}(\{"messages":.*)$/m.exec(printed) ?? []
    expect(JSON.parse(thread)).toMatchObject({
      messages: [{ role: 'user' }, { role: 'assistant' }],
    })
  })

  it('makes a token, and has another one explained', async () => {
    const [token = '', inspect = ''] = sectionBlocks('4. Create a token', 'bash')
    expect((await pasted.run(token)).stdout).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/)
    expect(await ask('echo', inspect)).toMatch(/accepted/)
  })
})

describe.runIf(isUnix)('the application of the README', () => {
  it('serves its own client', async () => {
    const application = copies.makeFolder()
    const [code = ''] = sectionBlocks('6. Write your own', 'typescript')
    const [client = ''] = sectionBlocks('7. Use it', 'javascript')
    const [run = ''] = sectionBlocks('7. Use it', 'bash')
    mkdirSync(join(application, 'src', 'mastra'), { recursive: true })
    writeFileSync(join(application, 'src', 'mastra', 'index.ts'), code)
    const secret = sectionBlocks('6. Write your own', 'bash')
      .join('\n')
      .split('\n')
      .find((line) => line.startsWith('npx signet secret'))
    expect(await pasted.run(secret ?? '', application)).toMatchObject({ code: 0 })
    expect(statSync(join(application, '.env')).mode & 0o777).toBe(0o600)
    const server = await startDev(application, { env: {} })
    try {
      const text = client.replaceAll('http://localhost:4111', server.url)
      writeFileSync(join(application, 'client.mjs'), text)
      const { code: status, stdout } = await pasted.run(run, application)
      expect({ status, stdout }).toMatchObject({ status: 0 })
      expect(stdout).toContain('rehearsal model')
    } finally {
      await server.process.stop()
    }
  })
})
