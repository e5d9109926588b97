import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { MASTRA_TSCONFIG, readFirstApplication } from './support/first-application.js'
import { startInstalled } from './support/installed-server.js'
import { NPM } from './support/package-manager.js'
import { describeOnUnix } from './support/platform.js'
import { Project } from './support/project.js'

const { steps, code } = readFirstApplication()
const WRONG = code.replace('instructions:', 'instruction:')

let project: Project

/** Runs a line of the README as its reader does. */
function follow(line: string): void {
  const { status, stdout, stderr } = project.run('sh', ['-c', line])
  if (status !== 0) throw new Error(`${line}: ${status}\n${stdout}${stderr}`)
}

/** What the compiler of the project says; empty where all is well. */
function compile(...flags: readonly string[]): string {
  return project.run('npx', ['tsc', '--noEmit', ...flags]).stdout
}

/** Of others' declarations only what is wrong with ours is told. */
function complaintsOfOurs(complaint: string): readonly string[] {
  return complaint.split('\n').filter((line) => /^(?:node_modules\/@signet\/|src\/)/.test(line))
}

describeOnUnix('a first application, by the steps of the README', () => {
  beforeAll(async () => {
    project = await Project.create(NPM, inject('registries'), {})
    const tarballs = inject('tarballs')
    for (const line of steps) follow(line.replace('../signet-packages', tarballs))
    await project.write('src/mastra/index.ts', code)
    await project.write('tsconfig.mastra.json', JSON.stringify(MASTRA_TSCONFIG))
  })

  afterAll(() => project?.remove())

  it('is made under the options that tsc --init writes, which are stricter than `strict`', async () => {
    const config = await project.read('tsconfig.json')
    for (const option of ['exactOptionalPropertyTypes', 'verbatimModuleSyntax']) {
      expect(config).toMatch(new RegExp(`^ *"${option}": true`, 'm'))
    }
  })

  it.each([
    ['tsc --init', []],
    ['Mastra’s example', ['-p', 'tsconfig.mastra.json']],
  ])('compiles under the options of %s, and a misspelt option does not', async (_, flags) => {
    expect(compile(...flags)).toBe('')
    expect(complaintsOfOurs(compile(...flags, '--skipLibCheck', 'false'))).toEqual([])
    await project.write('src/mastra/index.ts', WRONG)
    expect(compile(...flags)).toMatch(/index\.ts.*instruction\b/)
    await project.write('src/mastra/index.ts', code)
  })

  it('answers whoever has a token, and nobody else', async () => {
    // The steps have written the secret into .env.
    const signet = (...args: readonly string[]) => project.run('npx', ['signet', ...args]).stdout
    const token = signet('token', '--sub', 'alice', '--expires', '1h').trim()
    const server = await startInstalled(project)
    try {
      const url = `${server.url}/hello`
      expect((await fetch(url)).status).toBe(401)
      const response = await fetch(url, { headers: { authorization: `Bearer ${token}` } })
      expect({ status: response.status, body: await response.json() }).toEqual({
        status: 200,
        body: { you: 'alice' },
      })
    } finally {
      expect((await server.stop()).code).toBe(0)
    }
  })
})
