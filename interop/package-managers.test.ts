import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { SignetProcess } from '@signet/test-support/process/signet-process'
import { startInstalled, type InstalledServer } from './support/installed-server.js'
import { BUN, NPM, PNPM, YARN, type PackageManager } from './support/package-manager.js'
import { readPage } from './support/page.js'
import { describeOnLinux, describeOnUnix } from './support/platform.js'
import { Project } from './support/project.js'

const FIXTURES = join(import.meta.dirname, 'fixtures')
const APPLICATION = readFileSync(join(FIXTURES, 'weather-application.ts'), 'utf8')
const page = readPage()

/** What a reader puts in place of what stands in the page's client. */
const PLACEHOLDER = 'https://<mastra-api-url>'

/** The page's package under its own name, and ours in it. */
function alias(name: string): string {
  return name.replace(/^@mastra\/([\w-]+)@latest$/, '@mastra/$1@npm:@signet/$1@latest')
}

const TSCONFIG = {
  compilerOptions: {
    strict: true,
    noEmit: true,
    target: 'es2023',
    lib: ['es2023', 'dom'],
    module: 'preserve',
    jsx: 'react-jsx',
    types: ['node'],
  },
  include: ['src'],
}

/** Installs as the page says, and puts the page's snippets where their imports expect them. */
async function createApplication(manager: PackageManager): Promise<Project> {
  const project = await Project.create(manager, inject('registries'))
  const line = page.installation.get(manager.name) ?? ''
  const [command, verb = '', ...packages] = line.split(' ')
  expect(command).toBe(manager.name.toLowerCase())
  project.manage(verb, ...packages.map(alias))
  project.manage(
    verb,
    ...['@mastra/core@latest', '@mastra/client-js@latest'].map(alias),
    '@signet/cli@latest',
    'zod@4.6.7',
    'react@19.3.1',
    'react-dom@19.3.1',
    '@types/node@20.19.25',
    '@types/react@19.3.0',
    // The types of @ai-sdk/provider import it and do not bring it; nothing here is left unchecked for that.
    '@types/json-schema@7.0.15',
  )
  await project.write('tsconfig.json', JSON.stringify(TSCONFIG))
  await project.write('src/mastra/index.ts', page.server)
  await project.write('src/lib/mastra-client.ts', page.client)
  await project.write('src/app/test/test-agent.tsx', page.react)
  await project.write('src/weather/index.ts', APPLICATION)
  return project
}

/** Runs the command that the package manager linked. @returns what it prints */
function runSignet(project: Project, ...args: readonly string[]): string {
  const bin = join(project.directory, 'node_modules', '.bin', 'signet')
  const { status, stdout, stderr } = project.run(bin, args)
  expect({ status, stderr }).toMatchObject({ status: 0 })
  return stdout.trim()
}

/** Makes a secret, and with it a token, as the page says, and keeps both in `.env`. @returns the token */
async function writeEnvironment(project: Project): Promise<string> {
  const secret = `MASTRA_JWT_SECRET=${runSignet(project, 'secret')}\n`
  await project.write('.env', secret)
  const token = runSignet(project, 'token', '--sub', 'alice', '--expires', '1h')
  await project.write('.env', `${secret}MASTRA_JWT_TOKEN=${token}\n`)
  return token
}

async function listAgents({ url }: InstalledServer, token?: string) {
  const headers = new Headers(token === undefined ? [] : [['authorization', `Bearer ${token}`]])
  const response = await fetch(`${url}/api/agents`, { headers })
  const body: unknown = await response.json()
  return { status: response.status, body }
}

/** Makes one file of the page's React component and what clicks on it; packages stay outside. */
async function bundleClick(project: Project): Promise<string> {
  await project.write('click.tsx', readFileSync(join(FIXTURES, 'click.tsx'), 'utf8'))
  const outfile = join(project.directory, 'click.mjs')
  await build({
    entryPoints: [join(project.directory, 'click.tsx')],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    jsx: 'automatic',
    logLevel: 'error',
  })
  return outfile
}

function testManager(manager: PackageManager): void {
  let project: Project
  let token: string

  beforeAll(async () => {
    project = await createApplication(manager)
    token = await writeEnvironment(project)
  })

  afterAll(() => project?.remove())

  it('finds ours under the names of the page', async () => {
    for (const name of ['auth', 'core', 'client-js']) {
      const manifest = JSON.parse(await project.read(`node_modules/@mastra/${name}/package.json`))
      expect(manifest.name).toBe(`@signet/${name}`)
    }
  })

  it('is told of no registry in the project', async () => {
    const manifest = await project.read('package.json')
    for (const url of Object.values(inject('registries'))) expect(manifest).not.toContain(url)
  })

  it('lets the snippets of the page compile as they stand, and a wrong one not', async () => {
    expect(project.compile()).toEqual({ status: 0, stdout: '', stderr: '' })
    const wrong = page.server.replace('process.env.MASTRA_JWT_SECRET', '7')
    await project.write('src/mastra/index.ts', wrong)
    const { status, stdout } = project.compile('--skipLibCheck')
    expect(status).not.toBe(0)
    expect(stdout).toContain('src/mastra/index.ts')
    await project.write('src/mastra/index.ts', page.server)
  })

  it('serves the server of the page as it stands: 401 without a token, 200 with', async () => {
    const server = await startInstalled(project)
    try {
      expect(await listAgents(server, token)).toEqual({ status: 200, body: {} })
      const refused = { status: 401, body: { code: 'token_missing' } }
      expect(await listAgents(server)).toMatchObject(refused)
      const forged = { status: 401, body: { code: 'token_malformed' } }
      expect(await listAgents(server, `${token}.x`)).toMatchObject(forged)
    } finally {
      expect((await server.stop()).code).toBe(0)
    }
  })

  it('lets the client, the component and the cURL line of the page reach the agent', async () => {
    await project.write('src/mastra/index.ts', APPLICATION)
    const server = await startInstalled(project)
    try {
      expect(page.client.split(PLACEHOLDER)).toHaveLength(2)
      const client = page.client.replace(PLACEHOLDER, server.url)
      await project.write('src/lib/mastra-client.ts', client)
      const script = await bundleClick(project)
      const browser = join(import.meta.dirname, 'support', 'browser.mjs')
      const click = new SignetProcess(['--env-file=.env', '--import', browser, script], {
        cwd: project.directory,
        env: project.env,
        command: [process.execPath],
      })
      try {
        await click.waitFor(/Clicking Test Agent/)
        await click.waitFor(/text: '[^']*London[^']*12/)
        expect(click.stderr).toBe('')
      } finally {
        await click.stop('SIGKILL')
      }
      // Sends what is for the page's port to that of this server; the line itself stays.
      const config = `connect-to = "localhost:4111:127.0.0.1:${server.port}"\nsilent\n`
      await project.write('../home/.curlrc', config)
      const ask = (jwt: string) =>
        project.run('sh', ['-c', page.curl.replace('<your-jwt>', jwt)]).stdout
      expect(JSON.parse(ask(token))).toMatchObject({ text: expect.stringMatching(/London.*12/) })
      expect(JSON.parse(ask('<your-jwt>'))).toMatchObject({
        code: expect.stringMatching(/^token_/),
      })
    } finally {
      await server.stop()
    }
  })
}

describeOnUnix('npm, from an empty project', () => testManager(NPM))
describeOnLinux('pnpm, from an empty project', () => testManager(PNPM))
describeOnUnix('Yarn 4, from an empty project', () => testManager(YARN))
describeOnLinux('Bun, from an empty project', () => testManager(BUN))
