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

/** A timeout is no assertion: a browser on a busy machine takes several times as long as on an idle one. */
const TIMEOUT_MS = 90_000

/** The widths of the screens on which a page is looked at, in px: that of a desk and that of a telephone. */
export const WIDTHS = [1440, 390] as const

/** One of `WIDTHS`. */
export type Width = (typeof WIDTHS)[number]

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
  async tab(url: string, path = '/', width: Width = 1440): Promise<Tab> {
    const context = await this.#browser?.newContext({
      viewport: { width, height: width === 390 ? 844 : 900 },
      colorScheme: 'light',
      hasTouch: width === 390,
      isMobile: width === 390,
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
  const isSkipped = MISSING.length > 0 && !isRequired
  describe.skipIf(isSkipped)(`${name} (Chromium)`, { timeout: TIMEOUT_MS }, () => {
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

/** What axe-core finds in a page that keeps people from using it, one line for each. @param rules - default: all */
async function findBarriers(page: Page, rules?: readonly string[]): Promise<readonly string[]> {
  // By way of the debugger: the policy of the page would not load it.
  if (!(await page.evaluate<boolean>('"axe" in window'))) await page.evaluate(axe.source)
  const options = { resultTypes: ['violations'], ...(rules !== undefined && { runOnly: rules }) }
  const { violations } = await page.evaluate<AxeResults>(
    `axe.run(document, ${JSON.stringify(options)})`,
  )
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, help, nodes }) =>
      nodes.map(
        ({ target, failureSummary }) => `${id}: ${help}: ${target.join(' ')}: ${failureSummary}`,
      ),
    )
}

/** Shows a page in one theme and then in the other, and keeps what it looks like, for whoever looks at the run. */
async function inThemes(
  page: Page,
  name: string,
  look: (theme: 'light' | 'dark') => Promise<void>,
): Promise<void> {
  mkdirSync(SCREENSHOTS, { recursive: true })
  for (const theme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: theme })
    const path = join(SCREENSHOTS, `${name}-${page.viewportSize()?.width}-${theme}.png`)
    await page.screenshot({ path })
    await look(theme)
  }
  await page.emulateMedia({ colorScheme: 'light' })
}

/** Keeps what a page looks like in both themes. */
export function keepScreenshots(page: Page, name: string): Promise<void> {
  return inThemes(page, name, async () => undefined)
}

/** Looks at a page in both themes. @returns what keeps people from using it, one line for each */
export async function lookAt(page: Page, name: string): Promise<readonly string[]> {
  const found: string[] = []
  await inThemes(page, name, async (theme) => {
    // The same elements are there in both themes, in other colours.
    found.push(...(await findBarriers(page, theme === 'dark' ? ['color-contrast'] : undefined)))
  })
  // Nothing is wider than the screen.
  const isWide = 'document.documentElement.scrollWidth > document.documentElement.clientWidth'
  return (await page.evaluate<boolean>(isWide)) ? [...found, 'wider than the screen'] : found
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
  width?: Width,
): Promise<Tab> {
  const tab = await browser.tab(url, path, width)
  await signIn(tab.page, token)
  return tab
}
