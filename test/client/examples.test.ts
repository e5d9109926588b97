import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { compileModules, compileProject } from '@signet/test-support/process/compile-modules'
import { FixtureCopies } from '@signet/test-support/process/fixture'
import { ROOT } from '@signet/test-support/process/root'

const EXAMPLE = join(ROOT, 'examples', 'react')

const copies = new FixtureCopies()

afterAll(() => copies.remove())

const compile = (files: Readonly<Record<string, string>>): Promise<string> =>
  compileModules(files, copies, join(EXAMPLE, 'tsconfig.json'))

/** The examples of a page, each as a file that is named for the line it begins at. */
function examplesOf(page: string): Record<string, string> {
  const found = [...page.matchAll(/^```(typescript|tsx)\n(.*?)^```$/gms)]
  return Object.fromEntries(
    found.map(({ index, 1: language, 2: code = '' }) => {
      const line = page.slice(0, index).split('\n').length + 1
      return [`line-${line}.${language === 'tsx' ? 'tsx' : 'ts'}`, code]
    }),
  )
}

/** How Mastra's page configures its client, and asks an agent from React; the scope is ours. */
const CLIENT_OF_THE_PAGE = `import { MastraClient } from '@signet/client-js'
export const mastraClient = new MastraClient({
  baseUrl: 'https://<mastra-api-url>',
  headers: {
    Authorization: \`Bearer \${process.env.MASTRA_JWT_TOKEN}\`,
  },
})
`
const COMPONENT_OF_THE_PAGE = `import { mastraClient } from '../../lib/mastra-client'

export const TestAgent = () => {
  async function handleClick() {
    const agent = mastraClient.getAgent('weatherAgent')
    const response = await agent.generate('Weather in London')
    console.log(response)
  }

  return <button onClick={handleClick}>Test Agent</button>
}
`

describe('Mastra’s page', () => {
  it('has a client and a component that compile with ours', async () => {
    const component = COMPONENT_OF_THE_PAGE.replace('../../lib/mastra-client', './mastra-client')
    const files = { 'mastra-client.ts': CLIENT_OF_THE_PAGE, 'test-agent.tsx': component }
    expect(await compile(files)).toBe('')
  })

  it('would not compile with a client that has no such call', async () => {
    const component = COMPONENT_OF_THE_PAGE.replace('../../lib/mastra-client', './mastra-client')
    const files = {
      'mastra-client.ts': CLIENT_OF_THE_PAGE,
      'test-agent.tsx': component.replace('.generate(', '.generated('),
    }
    expect(await compile(files)).toMatch(/test-agent\.tsx.*'generated' does not exist/)
  })
})

describe('packages/client-js/README.md', () => {
  it('has only examples that compile, each by itself', async () => {
    const page = readFileSync(join(ROOT, 'packages', 'client-js', 'README.md'), 'utf8')
    const files = examplesOf(page)
    expect(Object.keys(files).length).toBeGreaterThanOrEqual(8)
    expect(await compile(files)).toBe('')
  })
})

describe('examples/react', () => {
  it('has the component of the page, letter by letter', () => {
    const path = join(EXAMPLE, 'src', 'app', 'components', 'test-agent.tsx')
    expect(readFileSync(path, 'utf8')).toBe(COMPONENT_OF_THE_PAGE)
  })

  it('compiles, and so do the examples of its README', async () => {
    expect(await compileProject(EXAMPLE)).toBe('')
    const page = readFileSync(join(EXAMPLE, 'README.md'), 'utf8')
    expect(await compile(examplesOf(page))).toBe('')
  })

  it('has a token in its page while it is developed, and none once it is built', async () => {
    const script = `
      const { loadConfigFromFile } = await import('vite')
      for (const command of ['serve', 'build']) {
        const env = { command, mode: 'test' }
        const { config } = await loadConfigFromFile(env, 'vite.config.ts', ${JSON.stringify(EXAMPLE)})
        console.log(JSON.stringify(config.define))
      }`
    const { isGood, text } = await new Promise<{ isGood: boolean; text: string }>((resolve) => {
      const env = { ...process.env, MASTRA_JWT_TOKEN: 'MARKER' }
      const args = ['--input-type=module', '--eval', script]
      execFile(process.execPath, args, { cwd: EXAMPLE, env }, (error, stdout, stderr) => {
        resolve({ isGood: error === null, text: error === null ? stdout : stdout + stderr })
      })
    })
    expect({ isGood, lines: text.trim().split('\n') }).toStrictEqual({
      isGood: true,
      lines: [
        JSON.stringify({ 'process.env.MASTRA_JWT_TOKEN': '"MARKER"' }),
        JSON.stringify({ 'process.env.MASTRA_JWT_TOKEN': '""' }),
      ],
    })
  })
})
