import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import {
  describeStudio,
  findBarriers,
  keepScreenshot,
  openSignedIn,
  VIEWS,
  type View,
} from '@signet/test-support/browser/studio-browser'
import { startStudioServer, type StudioServer } from '@signet/test-support/browser/studio-server'

/** A page of the Studio, and what has to be there before it is looked at. */
interface Sight {
  readonly name: string
  readonly path: string
  readonly isSignedOut?: boolean
  prepare(page: Page): Promise<void>
}

const heading = (page: Page, name: string | RegExp) =>
  page.getByRole('heading', { level: 1, name }).waitFor()

const settled = (page: Page) => page.waitForLoadState('networkidle')

const SIGHTS: readonly Sight[] = [
  {
    name: 'sign-in',
    path: '/agents',
    isSignedOut: true,
    prepare: (page) => heading(page, 'Sign in with a token'),
  },
  {
    name: 'tokens-signed-out',
    path: '/tokens',
    isSignedOut: true,
    prepare: (page) => heading(page, 'Tokens'),
  },
  {
    name: 'agents',
    path: '/agents',
    prepare: (page) => page.getByRole('link', { name: 'Weather Agent' }).waitFor(),
  },
  {
    name: 'chat',
    path: '/agents/weather-agent',
    async prepare(page) {
      await page.getByLabel('Write a message').fill('Weather in London')
      await page.keyboard.press('Enter')
      await page.getByText(/tokens out/).waitFor()
      await page.getByText('weatherTool').click()
    },
  },
  {
    name: 'identity',
    path: '/agents',
    async prepare(page) {
      await page.getByRole('button', { name: /developer/ }).click()
      await page.getByRole('dialog').waitFor()
    },
  },
  { name: 'tokens', path: '/tokens', prepare: (page) => heading(page, 'Tokens') },
  { name: 'access', path: '/access', prepare: (page) => heading(page, 'Access') },
  { name: 'audit', path: '/audit', prepare: (page) => heading(page, 'Audit') },
  { name: 'keys', path: '/keys', prepare: (page) => heading(page, /keys/i) },
  { name: 'settings', path: '/settings', prepare: (page) => heading(page, 'Settings') },
  { name: 'missing', path: '/nowhere', prepare: (page) => heading(page, 'No such page') },
]

const CASES = SIGHTS.flatMap((sight) =>
  VIEWS.map((view) => [sight.name, `${view.theme}, ${view.width} px`, view, sight] as const),
)

describeStudio('every page of the Studio', (browser) => {
  let server: StudioServer
  beforeAll(async () => {
    server = await startStudioServer()
  })
  afterAll(() => server.stop())
  afterEach(() => browser.closeTabs())

  const open = async ({ isSignedOut = false, path }: Sight, view: View) => {
    if (isSignedOut) return browser.tab(server.url, path, view)
    const tab = await openSignedIn(browser, server.url, server.token, '/agents', view)
    await tab.page.evaluate((hash) => {
      location.hash = hash
    }, path)
    return tab
  }

  it.each(CASES)(
    '%s has no barrier, no error and no request elsewhere: %s',
    async (name, _, view, sight) => {
      const { page, errors, requests } = await open(sight, view)
      await sight.prepare(page)
      await settled(page)
      await keepScreenshot(page, name, view)
      expect(await findBarriers(page)).toStrictEqual([])
      expect(errors).toStrictEqual([])
      expect(requests.filter((url) => !url.startsWith(`${server.url}/`))).toStrictEqual([])
      // Nothing is wider than the screen.
      const { scrollWidth, clientWidth } = await page.evaluate(() => {
        const { scrollWidth, clientWidth } = document.documentElement
        return { scrollWidth, clientWidth }
      })
      expect(scrollWidth).toBeLessThanOrEqual(clientWidth)
    },
  )
})
