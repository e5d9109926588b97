import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { FixtureCopies } from '@signet/test-support/process/fixture'
import { SECRET } from '@signet/test-support/http/memory-client'
import { runSignet, SignetProcess, startDev } from '@signet/test-support/process/signet-process'

/** What an application is like, as the fixture `configured` reads it. */
type Configuration = Readonly<Record<string, unknown>>

const VECTORS = 'vectors: Signet does not have vectors. Leave the option out.'
const SCORERS = 'scorers: Signet does not run scorers. Leave the option out.'
const ADVICE = "Or set unsupported: 'warn' in new Mastra: the application is then served without"

const copies = new FixtureCopies()
const running: SignetProcess[] = []

afterEach(async () => {
  await Promise.all(running.splice(0).map((process) => process.stop('SIGKILL')))
})

afterAll(() => copies.remove())

function environment(configuration: Configuration): Readonly<Record<string, string>> {
  return { MASTRA_JWT_SECRET: SECRET, CONFIGURATION: JSON.stringify(configuration) }
}

function runRefused(command: string, configuration: Configuration) {
  const port = command === 'routes' ? [] : ['--port', '0']
  return runSignet([command, '--dir', copies.copy('configured'), ...port], {
    env: environment(configuration),
  })
}

describe('an application with options that Signet does not serve', () => {
  it.each(['start', 'routes'])(
    'is refused by signet %s, with a line for each option, those of one object together',
    async (command) => {
      const { code, stdout, stderr } = await runRefused(command, {
        application: { vectors: { w: 1 }, wokflow: 1 },
        middleware: ['any'],
        agent: { scorers: { any: 1 } },
        tool: { transform: true },
      })
      expect(code).toBe(1)
      expect(stdout).toBe('')
      const guard = expect.stringMatching(/^ {2}server\.middleware \(closes something\): Signet .+/)
      expect(stderr.split('\n')).toStrictEqual([
        'error: This application has 5 options that Signet does not serve.',
        '',
        'Mastra',
        `  ${VECTORS}`,
        '  wokflow: There is no such option. Did you mean workflows?',
        guard,
        '',
        'Agent "the-clerk"',
        `  ${SCORERS}`,
        '',
        'Tool "echo-word"',
        expect.stringMatching(/^ {2}transform \(closes something\): Signet .+/),
        '',
        `Do what each line says. ${ADVICE} those that Mastra has and that close nothing.`,
        '',
      ])
    },
  )

  it('is told of one option in the singular', async () => {
    const { stderr } = await runRefused('start', { application: { vectors: { w: 1 } } })
    expect(stderr.split('\n')).toStrictEqual([
      'error: This application has an option that Signet does not serve.',
      '',
      'Mastra',
      `  ${VECTORS}`,
      '',
      `Do what the line says. ${ADVICE} it.`,
      '',
    ])
  })

  it.each<[string, Configuration]>([
    ['closes something', { tool: { transform: true } }],
    ['is misspelt', { application: { wokflow: 1 } }],
    ['is misspelt in the provider', { auth: { audiance: 'api' } }],
    ['decides who may call a route', { routes: [{ path: '/here', fga: { a: 1 } }] }],
    [
      'closes something, among others that may be missing',
      {
        application: { vectors: { w: 1 }, unsupported: 'warn' },
        agent: { inputProcessors: ['any'] },
      },
    ],
  ])('is not told to be served without one that %s', async (_what, configuration) => {
    const { code, stderr } = await runRefused('start', configuration)
    expect(code).toBe(1)
    expect(stderr).toMatch(/^error: [^\n]+ has an option that Signet does not serve\.\n/)
    expect(stderr).toMatch(/\n\nDo what the line says\.\n$/)
  })

  it('writes nothing on the terminal that it could take for a command', async () => {
    const { stderr } = await runRefused('start', { application: { 'red\u009b31m\u202e': 1 } })
    expect(stderr).toContain('red\\u009b31m\\u202e: There is no such option.')
  })

  it('is refused by signet dev, which waits until it is mended', async () => {
    const directory = copies.copy('configured')
    const process = new SignetProcess(['dev', '--dir', directory, '--port', '0'], {
      env: environment({ application: { vectors: { w: 1 } } }),
    })
    running.push(process)
    await process.waitFor(/Waiting for a change/)
    expect(process.stderr).toContain(`\nMastra\n  ${VECTORS}\n`)
    expect(process.stdout).toBe('')
    const entry = join(directory, 'src', 'mastra', 'index.ts')
    const source = readFileSync(entry, 'utf8')
    writeFileSync(entry, source.replace('...application,', ''))
    await process.waitFor(/^Ready in/m)
  })

  it('leaves the last version that worked where it is saved under signet dev', async () => {
    const directory = copies.copy('configured')
    const server = await startDev(directory, { env: environment({}) })
    running.push(server.process)
    const entry = join(directory, 'src', 'mastra', 'index.ts')
    const source = readFileSync(entry, 'utf8')
    writeFileSync(entry, source.replace('...application,', '...application, vectors: { w: 1 },'))
    await server.process.waitFor(/The last version that worked is still served/)
    expect(server.process.stderr).toContain(`\nMastra\n  ${VECTORS}\n`)
    const headers = { authorization: `Bearer ${server.token}` }
    expect((await fetch(`${server.url}/api/agents`, { headers })).status).toBe(200)
  })
})

describe("an application that says unsupported: 'warn'", () => {
  const configuration = {
    application: { vectors: { w: 1 }, unsupported: 'warn' },
    agent: { scorers: { any: 1 } },
  }
  const missing = [
    { where: 'Mastra', name: 'vectors' },
    { where: 'Agent "the-clerk"', name: 'scorers' },
  ]

  it('is served by signet dev, which warns of each option and lists it', async () => {
    const directory = copies.copy('configured')
    const server = await startDev(directory, { env: environment(configuration) })
    running.push(server.process)
    await server.process.waitFor(/option=scorers.*\n/)
    const lines = server.process.stderr.split('\n').filter((line) => line.includes('not served'))
    expect(lines).toHaveLength(2)
    expect(lines[0]).toMatch(/ warn .*where=Mastra option=vectors remedy=Signet/)
    expect(lines[1]).toMatch(/ warn .*where=Agent "the-clerk" option=scorers remedy=Signet/)
    const headers = { authorization: `Bearer ${server.token}` }
    const response = await fetch(`${server.url}/api/system/unsupported`, { headers })
    expect(await response.json()).toMatchObject({ unsupported: missing })
  })

  it('is served by signet start, whose log has a warning for each option', async () => {
    const flags = ['--dir', copies.copy('configured'), '--port', '0', '--drain', '0']
    const process = new SignetProcess(['start', ...flags], { env: environment(configuration) })
    running.push(process)
    await process.waitFor(/The server is ready/)
    const lines = process.stderr.split('\n').filter((line) => line.includes('not served'))
    expect(lines.map((line) => JSON.parse(line))).toMatchObject(
      missing.map(({ where, name }) => ({ level: 40, where, option: name })),
    )
  })
})
