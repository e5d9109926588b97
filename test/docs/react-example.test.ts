import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { freePort } from '@signet/test-support/process/free-port'
import { ROOT } from '@signet/test-support/process/root'
import { describeStudio } from '@signet/test-support/browser/studio-browser'
import {
  startStudioServer,
  studioToken,
  type StudioServer,
} from '@signet/test-support/browser/studio-server'

/** The development server of the example's page. */
interface PageServer {
  readonly url: string
  stop(): Promise<void>
}

async function servePage(api: string, token: string): Promise<PageServer> {
  const port = await freePort()
  const { PATH } = process.env
  const child: ChildProcess = spawn(
    process.execPath,
    [
      join(ROOT, 'node_modules', 'vite', 'bin', 'vite.js'),
      '--host',
      '127.0.0.1',
      '--port',
      String(port),
      '--strictPort',
    ],
    {
      cwd: join(ROOT, 'examples', 'react'),
      env: { PATH, SIGNET_URL: api, MASTRA_JWT_TOKEN: token },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  )
  let output = ''
  child.stderr?.on('data', (data: Buffer) => (output += data.toString()))
  await new Promise<void>((resolve, reject) => {
    child.stdout?.on('data', (data: Buffer) => {
      output += data.toString()
      if (output.includes('ready in')) resolve()
    })
    child.once('exit', () => reject(new Error(output)))
  })
  return {
    url: `http://127.0.0.1:${port}`,
    async stop() {
      child.kill('SIGKILL')
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    },
  }
}

describeStudio('the React example', (browser) => {
  let server: StudioServer
  let page: PageServer | undefined

  beforeAll(async () => {
    server = await startStudioServer()
  })

  afterEach(async () => {
    await browser.closeTabs()
    await page?.stop()
    page = undefined
  })

  afterAll(() => server.stop())

  it('shows the answer in the console, as the page of Mastra says', async () => {
    page = await servePage(server.url, studioToken({ sub: 'alice', role: 'member' }))
    const { page: tab, errors } = await browser.tab(page.url)
    const logged = tab.waitForEvent('console', { predicate: (each) => each.type() === 'log' })
    await tab.getByRole('button', { name: 'Test Agent' }).click()
    const [answer] = (await logged).args()
    expect(await answer?.jsonValue()).toMatchObject({
      text: expect.stringContaining('London'),
      finishReason: 'stop',
    })
    expect(errors).toEqual([])
  })

  it('gets the refusal of the server where its token is no good', async () => {
    page = await servePage(server.url, studioToken({ sub: 'alice', exp: 1_700_000_000 }))
    const { page: tab } = await browser.tab(page.url)
    const failed = tab.waitForEvent('pageerror')
    await tab.getByRole('button', { name: 'Test Agent' }).click()
    expect(String(await failed)).toMatch(/expired/)
  })
})
