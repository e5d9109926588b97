import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '@signet/test-support/process/root'
import { SignetProcess } from '@signet/test-support/process/signet-process'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { NPM } from './support/package-manager.js'
import { describeOnUnix } from './support/platform.js'
import { Project } from './support/project.js'
import { SECRET } from './support/proxied-application.js'

const PAGE = readFileSync(join(ROOT, 'docs', 'proxy.md'), 'utf8')
const [, DOCKERFILE = ''] = /^```dockerfile\n(.*?)^```/ms.exec(PAGE) ?? []

const [, INSTALL = ''] = /^RUN npm (\w+) &&/m.exec(DOCKERFILE) ?? []

/** What a line of the Dockerfile says, as JSON. */
function listOf(name: string): readonly string[] {
  const list: readonly string[] = JSON.parse(
    new RegExp(`^${name} (.*)$`, 'm').exec(DOCKERFILE)?.[1] ?? '[]',
  )
  return list
}

/** An application that is built: it verifies no tokens, and ends on SIGTERM. */
const APPLICATION = `
import { createServer } from 'node:http'
const server = createServer((_request, response) => response.setHeader('content-type', 'application/json').end('{}'))
process.on('SIGTERM', () => {
  console.log('application: SIGTERM')
  process.exit(0)
})
server.listen(Number(process.env.PORT), process.env.MASTRA_HOST)
`

describeOnUnix('the image of docs/proxy.md, from packages as they are published', () => {
  let project: Project

  beforeAll(async () => {
    project = await Project.create(NPM, inject('registries'))
    // What the page tells to install, of which the image gets package.json and package-lock.json.
    const [, installed = ''] = /`npm install (@signet\/cli)`/.exec(PAGE) ?? []
    project.manage('install', `${installed}@latest`)
    rmSync(join(project.directory, 'node_modules'), { recursive: true })
    await project.write(join('.mastra', 'output', 'index.mjs'), APPLICATION)
    project.manage(INSTALL)
  })

  afterAll(() => project?.remove())

  it('serves, and ends with the application on SIGTERM', async () => {
    const [command = '', ...first] = listOf('ENTRYPOINT')
    const [proxy = '', ...rest] = listOf('CMD')
    expect([command, proxy, INSTALL]).toEqual(['node', 'proxy', 'ci'])
    const started = new SignetProcess([...first, proxy, '--upstream-open', ...rest], {
      cwd: project.directory,
      env: {
        ...project.env,
        NODE_ENV: 'production',
        SIGNET_DATA_DIR: join(project.directory, 'data'),
        MASTRA_JWT_SECRET: SECRET,
        PORT: '0',
      },
      command: [process.execPath],
    })
    try {
      const [, port = ''] = await started.waitFor(/"port":(\d+).*"The proxy is ready/)
      const statuses = ['/health', '/ready', '/api/agents'].map(
        async (path) => (await fetch(`http://127.0.0.1:${port}${path}`)).status,
      )
      expect(await Promise.all(statuses)).toEqual([200, 200, 401])
    } finally {
      const { code, stdout } = await started.stop()
      expect(code).toBe(0)
      expect(stdout).toContain('application: SIGTERM')
    }
  })
})
