import { existsSync, mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import axe, { type AxeResults } from 'axe-core'
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { ROOT } from '../process/root.js'

const CHROMIUM = [
  process.env['CHROMIUM_PATH'] ?? '',
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
].find((path) => path !== '' && existsSync(path))

/** The page that `vite build` makes. */
const IS_BUILT = existsSync(join(ROOT, 'packages', 'studio', 'dist', 'page', 'index.html'))

const MISSING = [
  CHROMIUM === undefined && 'Chromium (apt-get install chromium, or CHROMIUM_PATH)',
  !IS_BUILT && 'the built Studio (npm run build)',
].filter((text) => text !== false)

/** Where screenshots of the run go. They are looked at, not compared. */
const SCREENSHOTS: string =
  process.env['SIGNET_SCREENSHOTS'] ?? join(tmpdir(), 'signet-studio-screenshots')

/** How a page is looked at. */
export interface View {
  readonly theme: 'light' | 'dark'
  readonly width: 390 | 1440
}

/** Every way in which a page is looked at. */
export const VIEWS: readonly View[] = [
  { theme: 'light', width: 1440 },
  { theme: 'dark', width: 1440 },
  { theme: 'light', width: 390 },
  { theme: 'dark', width: 390 },
]

/** A tab, and what went wrong in it. */
export interface Tab {
  readonly page: Page
  /** Errors that the console shows, and those that nobody caught. */
  readonly errors: readonly string[]
  /** Every request, by its URL. */
  readonly requests: readonly string[]
}

/** A browser of one test file, with a fresh profile for each tab. */
export class StudioBrowser {
  #browser: Browser | undefined
  #contexts: BrowserContext[] = []

  async open(): Promise<void> {
    this.#browser = await chromium.launch({
      executablePath: CHROMIUM ?? '',
      args: ['--no-sandbox', '--disable-dev-shm-usage'],
    })
  }

  /** Opens a tab in a profile of its own. @param path - behind the `#` */
  async tab(url: string, path = '/', view: View = { theme: 'light', width: 1440 }): Promise<Tab> {
    const context = await this.#browser?.newContext({
      viewport: { width: view.width, height: view.width === 390 ? 844 : 900 },
      colorScheme: view.theme,
      hasTouch: view.width === 390,
      isMobile: view.width === 390,
      reducedMotion: 'reduce',
      permissions: ['clipboard-read', 'clipboard-write'],
    })
    if (context === undefined) throw new Error('The browser is not open.')
    this.#contexts.push(context)
    const page = await context.newPage()
    const errors: string[] = []
    const requests: string[] = []
    page.on('console', (message) => {
      if (message.type() === 'error') errors.push(message.text())
    })
    page.on('pageerror', (error) => errors.push(String(error)))
    page.on('request', (request) => requests.push(request.url()))
    await page.goto(`${url}/#${path}`)
    return { page, errors, requests }
  }

  /** Closes the tabs of a test. */
  async closeTabs(): Promise<void> {
    await Promise.all(this.#contexts.splice(0).map((context) => context.close()))
  }

  async close(): Promise<void> {
    await this.closeTabs()
    await this.#browser?.close()
  }
}

/**
 * Describes what is seen in a browser. Where Chromium or the built page is missing its tests are skipped;
 * with `SIGNET_REQUIRE_SERVICES=1` they fail.
 */
export function describeStudio(name: string, body: (browser: StudioBrowser) => void): void {
  const isRequired = process.env['SIGNET_REQUIRE_SERVICES'] === '1'
  describe.skipIf(MISSING.length > 0 && !isRequired)(`${name} (Chromium)`, () => {
    if (MISSING.length > 0) {
      refuse()
      return
    }
    const browser = new StudioBrowser()
    beforeAll(() => browser.open())
    afterAll(() => browser.close())
    body(browser)
  })
}

function refuse(): void {
  it('has the services that SIGNET_REQUIRE_SERVICES asks for', () => {
    throw new Error(`There is no ${MISSING.join(' and no ')}.`)
  })
}

/** What axe-core finds in a page that keeps people from using it, one line for each. */
export async function findBarriers(page: Page): Promise<readonly string[]> {
  // By way of the debugger: the policy of the page would not load it.
  await page.evaluate(axe.source)
  const { violations } = await page.evaluate<AxeResults>(
    'axe.run(document, { resultTypes: ["violations"] })',
  )
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, help, nodes }) =>
      nodes.map(
        ({ target, failureSummary }) => `${id}: ${help}: ${target.join(' ')}: ${failureSummary}`,
      ),
    )
}

/** Keeps what a page looks like, for whoever looks at the run. */
export async function keepScreenshot(page: Page, name: string, view: View): Promise<void> {
  mkdirSync(SCREENSHOTS, { recursive: true })
  await page.screenshot({ path: join(SCREENSHOTS, `${name}-${view.width}-${view.theme}.png`) })
}

/** Signs in as a person does who has a token in the clipboard: on the sign-in screen. */
export async function signIn(page: Page, token: string): Promise<void> {
  await page.getByLabel('Token or header').fill(token)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('heading', { name: 'Sign in with a token' }).waitFor({ state: 'detached' })
}

/** Opens a page of the Studio and signs in. */
export async function openSignedIn(
  browser: StudioBrowser,
  url: string,
  token: string,
  path: string,
  view?: View,
): Promise<Tab> {
  const tab = await browser.tab(url, path, view)
  await signIn(tab.page, token)
  return tab
}
