import { secretKeys, signToken } from '@signet/auth'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { FixtureCopies } from '@signet/test-support/process/fixture'
import { SECRET } from '@signet/test-support/http/memory-client'
import { startDev, type DevServer } from '@signet/test-support/process/signet-process'
import {
  describeStudio,
  lookAt,
  openSignedIn,
  signIn,
  WIDTHS,
  type Width,
} from '@signet/test-support/browser/studio-browser'

const CONFIGURATION = {
  application: {
    vectors: { w: 1 },
    observability: { a: 1 },
    unsupported: 'warn',
  },
  studioPort: 4112,
  agent: { scorers: { any: 1 }, maxRetries: 3 },
  tool: { providerOptions: { any: 1 } },
}

const TITLE = 'This application sets 6 options that Signet does not serve'

function viewerToken(): string {
  const claims = { sub: 'grace', role: 'viewer', exp: Math.floor(Date.now() / 1000) + 3600 }
  return signToken(claims, secretKeys(SECRET).signingKey)
}

describeStudio('what an application does not get, in the Studio', (browser) => {
  const copies = new FixtureCopies()
  const servers: DevServer[] = []
  let incomplete: DevServer

  const start = async (configuration: object) => {
    const env = { MASTRA_JWT_SECRET: SECRET, CONFIGURATION: JSON.stringify(configuration) }
    const server = await startDev(copies.copy('configured'), { env })
    servers.push(server)
    return server
  }
  beforeAll(async () => {
    incomplete = await start(CONFIGURATION)
  })
  afterAll(async () => {
    await Promise.all(servers.splice(0).map(({ process }) => process.stop()))
    copies.remove()
  })
  afterEach(() => browser.closeTabs())

  const open = (width?: Width) =>
    openSignedIn(browser, incomplete.url, incomplete.token, '/access', width)
  const row = (page: Page, name: string) =>
    page.getByRole('row').filter({ has: page.getByText(name, { exact: true }) })

  it('is told on the Access page, each option with its place and what to do', async () => {
    const { page, errors } = await open()
    const title = page.getByText(TITLE)
    await title.waitFor()
    expect(await row(page, 'vectors').isVisible()).toBe(false)
    await title.click()
    expect(await row(page, 'vectors').textContent()).toMatch(
      /Mastra.*Signet does not have vectors\. Leave the option out\./,
    )
    expect(await row(page, 'server.studioPort').textContent()).toContain('Mastra')
    expect(await row(page, 'scorers').textContent()).toContain('Agent "the-clerk"')
    expect(await row(page, 'providerOptions').textContent()).toContain('Tool "echo-word"')
    expect(errors).toStrictEqual([])
  })

  it('opens by the keyboard', async () => {
    const { page } = await open()
    await page.locator('summary').filter({ hasText: TITLE }).focus()
    await page.keyboard.press('Enter')
    await row(page, 'scorers').waitFor()
  })

  it('is not asked for, and not told, without system:read', async () => {
    const tab = await openSignedIn(browser, incomplete.url, viewerToken(), '/access')
    await tab.page.getByText('It needs system:read.').waitFor()
    await tab.page.waitForLoadState('networkidle')
    expect(tab.requests.filter((url) => url.includes('unsupported'))).toStrictEqual([])
    expect(await tab.page.getByText('does not serve').count()).toBe(0)
  })

  it('is nothing where the application gets all that it asks for', async () => {
    const server = await start({})
    const { page, requests } = await openSignedIn(browser, server.url, server.token, '/access')
    await page.getByRole('tab', { name: 'Routes' }).waitFor()
    await page.waitForLoadState('networkidle')
    expect(requests.filter((url) => url.endsWith('/api/system/unsupported'))).toHaveLength(1)
    expect(await page.getByText('does not serve').count()).toBe(0)
  })

  it('is told also where there is one option', async () => {
    const application = { vectors: { w: 1 }, unsupported: 'warn' }
    const server = await start({ application })
    const { page } = await openSignedIn(browser, server.url, server.token, '/access')
    await page.getByText('sets an option that Signet does not serve').waitFor()
  })

  it('says where it could not be asked for, and asks again', async () => {
    const { page } = await browser.tab(incomplete.url, '/agents')
    await page.route('**/system/unsupported', (route) => route.abort())
    await signIn(page, incomplete.token)
    await page.getByRole('link', { name: 'Access' }).click()
    await page.getByText('The server cannot be reached.').waitFor()
    await page.unroute('**/system/unsupported')
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.getByText(TITLE).waitFor()
  })

  it.each(WIDTHS)(
    'has no barrier and is no wider than the screen at %i px, in both themes',
    async (width) => {
      const { page } = await open(width)
      await page.getByText(TITLE).waitFor()
      expect(await lookAt(page, 'unsupported-folded')).toStrictEqual([])
      await page.getByText(TITLE).click()
      await row(page, 'scorers').waitFor()
      expect(await lookAt(page, 'unsupported')).toStrictEqual([])
      // Neither the page nor the table scrolls to the side.
      const scrolling = await page.evaluate(() =>
        [...document.querySelectorAll('html, details .overflow-x-auto')]
          .filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)
          .map(({ tagName }) => tagName),
      )
      expect(scrolling).toStrictEqual([])
    },
  )
})
