import { readFileSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describeStudio } from '@signet/test-support/browser/studio-browser'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startModelServer, type ModelServer } from './support/model-server.js'
import {
  connect,
  startDeveloped,
  tokenOf,
  type DevelopedApplication,
} from './support/proxied-application.js'

/** A build of `mastra dev` takes 10 s, and several times that on a machine that is busy. */
const BUILD_MS = 240_000
const AGENT = 'harbour-pilot'
const GRANTS = { role: 'owner' }

let model: ModelServer
let proxied: DevelopedApplication

/** The routes by which docs/proxy.md opens the Studio of Mastra. */
function studioRoutes() {
  const page = readFileSync(new URL('../docs/proxy.md', import.meta.url), 'utf8')
  const [, section = ''] = /^## The Studio of Mastra\n(.*?)^## /ms.exec(page) ?? []
  const lines = section.matchAll(/method: 'GET', path: '([^']+)', access: 'public'/g)
  return [...lines].map(([, path = '']) => ({ method: 'GET', path, access: 'public' }) as const)
}

const STUDIO = studioRoutes()

beforeAll(async () => {
  model = await startModelServer()
  model.answerWith({ kind: 'text', pieces: ['Two ', 'metres.'] })
  proxied = await startDeveloped(model.url, { routes: STUDIO })
}, BUILD_MS)

afterAll(async () => {
  await proxied?.stop()
  await model?.stop()
})

describe('the application of mastra dev behind the proxy', () => {
  it('answers the client, and nobody without a token', async () => {
    const alice = connect(proxied.url, tokenOf('alice', GRANTS))
    expect(Object.keys(await alice.listAgents())).toEqual([AGENT])
    const memory = { thread: 'tides', resource: 'whoever' }
    expect((await alice.getAgent(AGENT).generate('?', { memory })).text).toBe('Two metres.')
    const run = await alice.getWorkflow('tideReport').createRun()
    const { status } = await run.startAsync({ inputData: { harbour: 'Brest' } })
    expect(status).toBe('success')
    await expect(connect(proxied.url).listAgents()).rejects.toMatchObject({ status: 401 })
  })

  it('has nothing open but what the configuration opens', async () => {
    const ask = async (method: string, path: string, headers: Record<string, string> = {}) => {
      const signal = AbortSignal.timeout(30_000)
      const response = await fetch(proxied.url + path, { method, headers, signal })
      await response.body?.cancel()
      return [method, path, response.status]
    }
    expect(STUDIO).toHaveLength(4)
    for (const path of STUDIO.map((route) => route.path.replace('*', 'index.js'))) {
      const [, , status] = await ask('GET', path)
      expect([path, status]).not.toEqual([path, 401])
      expect(await ask('POST', path)).toEqual(['POST', path, 401])
    }
    for (const [method, path] of [
      ['GET', '/agents'],
      ['GET', '/swagger-ui'],
      ['GET', '/api'],
      ['GET', '/api/openapi.json'],
      ['GET', '/__hot-reload-status'],
      ['POST', '/__refresh'],
      ['POST', '/__restart-active-workflow-runs'],
    ] as const) {
      expect(await ask(method, path)).toEqual([method, path, 401])
      // Nor is a page of Mastra's Studio a stranger that may say so.
      const studio = { 'x-mastra-dev-playground': 'true', 'x-mastra-client-type': 'studio' }
      expect(await ask(method, path, studio)).toEqual([method, path, 401])
    }
  })
})

describeStudio('the Studio of Mastra behind the proxy', (browser) => {
  it(
    'asks for the header, lists the agents with it, and never goes around the proxy',
    async () => {
      const { page, requests } = await browser.tab(proxied.url)
      page.setDefaultTimeout(60_000)
      await page.getByText('Authentication Required').waitFor()
      expect(await page.getByText('Harbour pilot').count()).toBe(0)
      await page.getByRole('button', { name: 'Add Header' }).click()
      await page.locator('input[name="headers.0.name"]').fill('Authorization')
      const token = tokenOf('alice', GRANTS)
      await page.locator('input[name="headers.0.value"]').fill(`Bearer ${token}`)
      await page.getByRole('button', { name: 'Save Headers' }).click()
      await page.getByText('Harbour pilot').first().click()
      await page.getByPlaceholder('Enter your message').fill('How high?')
      await page.getByPlaceholder('Enter your message').press('Enter')
      await page.getByText('Two metres.').first().waitFor()
      const asked = requests.filter((url) => url.includes('/api/')).map((url) => new URL(url))
      expect(asked.map(({ pathname }) => pathname)).toContain('/api/agents')
      const { port } = new URL(proxied.application)
      expect(asked.filter((url) => url.port === port)).toEqual([])
      expect(requests.join('\n')).not.toContain(token)
    },
    BUILD_MS,
  )
})

describe('a source that is saved under mastra dev', () => {
  it(
    'restarts the application: each request is answered, or told that the application is away',
    async () => {
      const alice = connect(proxied.url, tokenOf('alice', GRANTS))
      const source = join(proxied.folder, 'src', 'mastra', 'agents', 'harbour-pilot.ts')
      const text = await readFile(source, 'utf8')
      await writeFile(source, text.replace('Harbour pilot', 'Pilot of Brest'))
      const told = new Set<string>()
      const nameNow = async () => {
        try {
          return (await alice.getAgent(AGENT).details()).name
        } catch (error) {
          const status: unknown = Reflect.get(Object(error), 'status')
          const code: unknown = Reflect.get(Object(Reflect.get(Object(error), 'body')), 'code')
          told.add(`${String(status)} ${String(code)}`)
          return undefined
        }
      }
      await expect
        .poll(nameNow, { timeout: BUILD_MS - 60_000, interval: 50 })
        .toBe('Pilot of Brest')
      for (const refusal of told) expect(refusal).toMatch(/^50[24] upstream_(unavailable|timeout)$/)
      expect((await alice.getAgent(AGENT).generate('?')).text).toBe('Two metres.')
    },
    BUILD_MS,
  )
})
