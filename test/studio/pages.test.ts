import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  describeStudio,
  lookAt,
  openSignedIn,
  WIDTHS,
  type Tab,
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
  { name: 'approvals', path: '/approvals', prepare: (page) => heading(page, 'Approvals') },
  { name: 'tokens', path: '/tokens', prepare: (page) => heading(page, 'Tokens') },
  { name: 'access', path: '/access', prepare: (page) => heading(page, 'Access') },
  { name: 'audit', path: '/audit', prepare: (page) => heading(page, 'Audit') },
  { name: 'keys', path: '/keys', prepare: (page) => heading(page, /keys/i) },
  { name: 'settings', path: '/settings', prepare: (page) => heading(page, 'Settings') },
  { name: 'missing', path: '/nowhere', prepare: (page) => heading(page, 'No such page') },
]

describeStudio('every page of the Studio', (browser) => {
  let server: StudioServer
  beforeAll(async () => {
    server = await startStudioServer()
  })
  afterAll(() => server.stop())

  describe.each(WIDTHS)('at %i px, in both themes', (width) => {
    const tabs = new Map<boolean, Promise<Tab>>()
    afterAll(() => browser.closeTabs())

    /** One tab for all that is seen before signing in, and one for the rest. */
    const tabOf = (isSignedOut: boolean) => {
      const tab =
        tabs.get(isSignedOut) ??
        (isSignedOut
          ? browser.tab(server.url, '/agents', width)
          : openSignedIn(browser, server.url, server.token, '/agents', width))
      tabs.set(isSignedOut, tab)
      return tab
    }

    it.each(SIGHTS)(
      '$name has no barrier, no error and no request elsewhere',
      async ({ name, path, isSignedOut = false, prepare }) => {
        const { page, errors, requests } = await tabOf(isSignedOut)
        await page.keyboard.press('Escape')
        await page.evaluate((hash) => {
          location.hash = hash
        }, path)
        await prepare(page)
        await page.waitForLoadState('networkidle')
        expect(await lookAt(page, name)).toStrictEqual([])
        expect(errors).toStrictEqual([])
        expect(requests.filter((url) => !url.startsWith(`${server.url}/`))).toStrictEqual([])
      },
    )
  })
})
