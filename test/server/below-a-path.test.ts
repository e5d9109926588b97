import { MastraClient } from '@signet/client-js'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { startPathProxy, type PathProxy } from '@signet/test-support/http/path-proxy'
import { describeStudio, openSignedIn, signIn } from '@signet/test-support/browser/studio-browser'
import {
  startStudioApplication,
  type StudioApplication,
} from '@signet/test-support/application/studio-application'

const PATH = '/tools/agent'

describe.each([
  ['takes its path off', true],
  ['leaves its path in requests', false],
])('a server behind a proxy that %s', (_, isStripped) => {
  let studio: StudioApplication
  let proxy: PathProxy
  beforeAll(async () => {
    studio = await startStudioApplication(isStripped ? {} : { basePath: PATH })
    proxy = await startPathProxy(studio.url, PATH, isStripped)
  })
  afterAll(async () => {
    await proxy.stop()
    await studio.stop()
  })

  const token = (claims: Readonly<Record<string, unknown>> = {}) =>
    studio.sign({ sub: 'alice', role: 'owner', ...claims })

  describe('answers the client', () => {
    it.each([
      ['', undefined],
      ['/', undefined],
      ['', '/api'],
      ['/', 'api/'],
    ])('whose baseUrl ends in the path and %j, with the prefix %j', async (end, apiPrefix) => {
      const client = new MastraClient({
        baseUrl: proxy.origin + PATH + end,
        token: token(),
        ...(apiPrefix !== undefined && { apiPrefix }),
      })
      expect(Object.keys(await client.listAgents())).toContain('greeter')
      const { text } = await client.getAgent('greeter').generate('Hello')
      expect(text).toBe('Hello there.')
      const stream = await client.getAgent('greeter').stream('Hello')
      let streamed = ''
      for await (const chunk of stream) {
        if (chunk.type === 'text-delta') streamed += chunk.payload.text
      }
      expect(streamed).toBe('Hello there.')
      const threadId = 'user:1/chat ü?#%'
      await client.createMemoryThread({ threadId })
      expect(await client.getMemoryThread({ threadId }).get()).toMatchObject({ id: threadId })
      await client.deleteThread(threadId)
    })

    it('whose prefix has the path in it, and whose baseUrl has not', async () => {
      const apiPrefix = `${PATH}/api`
      const client = new MastraClient({ baseUrl: proxy.origin, apiPrefix, token: token() })
      expect(Object.keys(await client.listAgents())).toContain('greeter')
    })

    it('with a refusal where it has no token, and with 404 beside the API', async () => {
      const base = proxy.origin + PATH
      expect((await fetch(`${base}/api/agents`)).status).toBe(401)
      expect((await fetch(`${base}/api/nothing`)).status).toBe(401)
      expect((await fetch(`${base}/nothing`)).status).toBe(404)
      expect((await fetch(`${base}/health`)).status).toBe(200)
    })
  })

  it('describes itself where it is seen', async () => {
    const url = `${proxy.origin + PATH}/api/openapi.json`
    const headers = { authorization: `Bearer ${token()}` }
    const document: { servers: { url: string }[] } = await (await fetch(url, { headers })).json()
    const server = new URL(document.servers[0]?.url ?? '', url).href
    expect(server).toBe(`${proxy.origin + PATH}/`)
  })

  it('answers probes that go past the proxy', async () => {
    expect((await fetch(`${studio.url}/health`)).status).toBe(200)
    expect((await fetch(`${studio.url}/api/agents`)).status).toBe(401)
  })

  describeStudio('the Studio', (browser) => {
    afterEach(() => browser.closeTabs())

    it.each(['/', '', '/?utm=1'])('loads, asks and links below its path: %j', async (end) => {
      proxy.strays.length = 0
      const { page, errors, requests } = await browser.tab(proxy.origin + PATH)
      await page.goto(`${proxy.origin}${PATH}${end}#/agents`)
      await signIn(page, token({ sub: `studio ${end}` }))
      await page.getByRole('link', { name: 'Greeter' }).click()
      await page.getByLabel('Write a message').fill('Hello')
      await page.keyboard.press('Enter')
      const answer = page.getByRole('article', { name: 'Answer' })
      await expect.poll(() => answer.innerText()).toContain('Hello there.')
      for (const name of ['Tokens', 'Access', 'Audit', 'Settings']) {
        await page.getByRole('navigation', { name: 'Studio' }).getByText(name).first().click()
        await page.getByRole('heading', { level: 1, name }).waitFor()
      }
      expect(await page.getByLabel('Base URL').getAttribute('placeholder')).toBe(
        proxy.origin + PATH,
      )
      const own = proxy.origin + PATH
      // Without the slash the browser guesses at first what the page will load.
      const isGuess = (url: string) => end === '' && url.startsWith('/tools/assets/')
      const elsewhere = requests.filter((url) => !url.startsWith(`${own}/`) && url !== own)
      expect(
        elsewhere.filter((url) => url !== `${own}${end}` && !isGuess(new URL(url).pathname)),
      ).toStrictEqual([])
      expect(new URL(page.url()).pathname).toBe(PATH + end.replace(/\?.*/, ''))
      await page.reload()
      await page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor()
      const isOfGuess = (text: string) => end === '' && text.includes('status of 404')
      expect(errors.filter((text) => !isOfGuess(text))).toStrictEqual([])
      expect(proxy.strays.filter((url) => !isGuess(url))).toStrictEqual([])
    })

    it('copies a cURL line that is right there, and shows where it is', async () => {
      const { page } = await browser.tab(proxy.origin + PATH, '/tokens')
      expect(await page.getByRole('banner').innerText()).toContain(
        `${new URL(proxy.origin).host}${PATH}`,
      )
      await page
        .getByLabel('Secret', { exact: true })
        .fill('a secret that is long enough for HS256, and more')
      await page.getByRole('button', { name: 'Sign token' }).click()
      await page.getByRole('button', { name: 'Copy cURL' }).click()
      const copied = await page.evaluate(() => navigator.clipboard.readText())
      expect(copied).toContain(`'${proxy.origin + PATH}/api/agents`)
    })

    it('keeps its token from an application below another path of the same host', async () => {
      const tab = await openSignedIn(browser, proxy.origin + PATH, token(), '/agents')
      const kept = await tab.page.evaluate(() => Object.keys({ ...sessionStorage }))
      expect(kept.filter((key) => key.startsWith('signet-studio.headers'))).toStrictEqual([
        `signet-studio.headers${PATH}`,
      ])
    })
  })
})
