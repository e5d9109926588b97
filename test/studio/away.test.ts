import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { createRelay, type Relay } from '@signet/test-support/http/relay'
import {
  describeStudio,
  keepScreenshots,
  lookAt,
  openSignedIn,
  signIn,
  WIDTHS,
  type Width,
} from '@signet/test-support/browser/studio-browser'
import {
  startStudioApplication,
  type StudioApplication,
} from '@signet/test-support/application/studio-application'

describeStudio('the Studio while its server is away', (browser) => {
  let studio: StudioApplication
  let relay: Relay
  let url: string
  beforeAll(async () => {
    studio = await startStudioApplication()
  })
  afterAll(() => studio.stop())
  beforeEach(async () => {
    relay = await createRelay(new URL(studio.url))
    url = relay.url.replace(/\/$/, '')
  })
  afterEach(async () => {
    await browser.closeTabs()
    relay.close()
  })

  const open = (sub: string, path: string, width: Width = 1440) =>
    openSignedIn(browser, url, studio.sign({ sub, role: 'owner' }), path, width)
  const banner = (page: Page) => page.getByText('The server does not answer.')
  const composer = (page: Page) => page.getByLabel('Write a message')
  const answer = (page: Page) => page.getByRole('article', { name: 'Answer' })
  const go = (page: Page, name: string) =>
    page.getByRole('navigation', { name: 'Studio' }).getByRole('link', { name }).click()
  const ask = async (page: Page, text: string) => {
    await composer(page).fill(text)
    await page.keyboard.press('Enter')
  }
  /** What is gone once the browser has loaded another page. */
  const mark = (page: Page) => page.evaluate(() => Reflect.set(window, 'isMarked', true))
  const isMarked = (page: Page) => page.evaluate(() => Reflect.get(window, 'isMarked') === true)

  it('shows pages that were not opened before, says so, and returns by itself', async () => {
    const { page, requests } = await open('preloaded', '/agents/greeter')
    await ask(page, 'Hello')
    await expect.poll(() => answer(page).innerText()).toContain('Hello there.')
    // All pages have been loaded once the browser has had a moment.
    const isPage = (each: string) => /\/page-(?!settings-)[^/]*\.js$/.test(each)
    await expect.poll(() => requests.filter(isPage).length).toBe(7)
    await page.waitForLoadState('networkidle')
    await mark(page)
    await relay.goAway()
    await go(page, 'Access')
    await banner(page).waitFor()
    await page.getByRole('heading', { level: 1, name: 'Access' }).waitFor()
    await go(page, 'Settings')
    await page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor()
    await go(page, 'Audit')
    await page.getByRole('heading', { level: 1, name: 'Audit' }).waitFor()
    await relay.comeBack()
    await banner(page).waitFor({ state: 'detached' })
    await page.getByRole('table').waitFor()
    expect(await isMarked(page)).toBe(true)
  })

  it('stays on its page, with chat and draft, where another is not loaded, and goes there later', async () => {
    const tab = await browser.tab(url, '/agents/greeter')
    const { page } = tab
    // A browser that has no moment to load pages beforehand.
    await page.addInitScript(() => Reflect.set(window, 'requestIdleCallback', () => 0))
    await page.reload()
    await signIn(page, studio.sign({ sub: 'unloaded', role: 'owner' }))
    await ask(page, 'Hello')
    await expect.poll(() => answer(page).innerText()).toContain('Hello there.')
    await composer(page).fill('half a thought')
    await mark(page)
    await relay.goAway()
    await go(page, 'Audit')
    await banner(page).waitFor()
    expect(await composer(page).inputValue()).toBe('half a thought')
    expect(await answer(page).innerText()).toContain('Hello there.')
    await keepScreenshots(page, 'away')
    await relay.comeBack()
    await page.getByRole('heading', { level: 1, name: 'Audit' }).waitFor()
    await banner(page).waitFor({ state: 'detached' })
    expect(await isMarked(page)).toBe(true)
    await page.goBack()
    await expect.poll(() => composer(page).inputValue()).toBe('half a thought')
  })

  it('does not load itself anew where a page is of another version of the server', async () => {
    const { page } = await browser.tab(url, '/agents')
    await page.addInitScript(() => Reflect.set(window, 'requestIdleCallback', () => 0))
    await page.route(/\/assets\/page-/, async (route) => {
      const response = await route.fetch()
      const isAudit = (await response.text()).includes('Audit')
      await (isAudit ? route.fulfill({ status: 404 }) : route.fulfill({ response }))
    })
    await page.reload()
    await signIn(page, studio.sign({ sub: 'updated', role: 'owner' }))
    await mark(page)
    await go(page, 'Audit')
    await page.getByText('This page could not be shown.').waitFor()
    expect(await isMarked(page)).toBe(true)
    expect(await banner(page).count()).toBe(0)
    await page.unroute(/\/assets\/page-/)
    await page.getByRole('button', { name: 'Reload' }).click()
    await page.getByRole('heading', { level: 1, name: 'Audit' }).waitFor()
  })

  it('keeps a chat whose answer was cut, and asks again once the server is back', async () => {
    const { page } = await open('cut', '/agents/waiter')
    await ask(page, 'Go')
    await expect.poll(() => answer(page).innerText()).toContain('Wait')
    await composer(page).fill('meanwhile')
    await relay.goAway()
    await page.getByRole('button', { name: 'Retry' }).waitFor()
    await banner(page).waitFor()
    expect(await answer(page).innerText()).toContain('Wait')
    expect(await composer(page).inputValue()).toBe('meanwhile')
    await relay.comeBack()
    await banner(page).waitFor({ state: 'detached' })
    studio.release()
    await page.getByRole('button', { name: 'Retry' }).click()
    await expect.poll(() => answer(page).innerText()).toContain('Wait is over.')
    expect(await page.getByRole('article', { name: 'You' }).count()).toBe(1)
  })

  it('reads a thread that it could not read, once the server is back', async () => {
    const { page } = await open('unread', '/agents/greeter')
    await ask(page, 'First question')
    await expect.poll(() => answer(page).innerText()).toContain('Hello there.')
    await page.getByRole('button', { name: 'New chat' }).click()
    await relay.goAway()
    await page
      .getByRole('complementary', { name: 'Threads' })
      .getByRole('link', { name: /First question/ })
      .click()
    await banner(page).waitFor()
    await relay.comeBack()
    await expect.poll(() => answer(page).innerText()).toContain('Hello there.')
  })

  it('says so also where a proxy answers in its place, but not where the server refuses', async () => {
    const { page } = await open('proxy', '/agents')
    let status = 503
    const headers: Record<string, string> = { 'x-request-id': 'of-the-server' }
    await page.route('**/api/**', (route) => route.fulfill({ status, headers, body: '{}' }))
    await go(page, 'Audit')
    await page.getByRole('alert').first().waitFor()
    expect(await banner(page).count()).toBe(0)
    status = 502
    delete headers['x-request-id']
    await go(page, 'Access')
    await banner(page).waitFor()
    await page.unroute('**/api/**')
    await banner(page).waitFor({ state: 'detached' })
  })

  it('keeps what is written in each chat, for its caller alone', async () => {
    const { page } = await open('drafts', '/agents/greeter')
    await ask(page, 'Open a thread')
    await expect.poll(() => answer(page).innerText()).toContain('Hello there.')
    await composer(page).fill('in the thread')
    await page.getByRole('button', { name: 'New chat' }).click()
    await expect.poll(() => composer(page).inputValue()).toBe('')
    await composer(page).fill('in no thread yet')
    await go(page, 'Tokens')
    await page.getByRole('heading', { level: 1, name: 'Tokens' }).waitFor()
    await page.goBack()
    await expect.poll(() => composer(page).inputValue()).toBe('in no thread yet')
    await page
      .getByRole('complementary', { name: 'Threads' })
      .getByRole('link', { name: /Open a thread/ })
      .click()
    await expect.poll(() => composer(page).inputValue()).toBe('in the thread')
    await go(page, 'Agents')
    await page.getByRole('link', { name: 'Writer' }).click()
    await expect.poll(() => composer(page).inputValue()).toBe('')
    expect(
      await page.evaluate(() => JSON.stringify({ ...sessionStorage, ...localStorage })),
    ).not.toContain('in the thread')
  })

  it.each(WIDTHS)('looks well and keeps nobody out at %i px, in both themes', async (width) => {
    const { page } = await open('looks', '/agents', width)
    await page.getByRole('link', { name: 'Greeter' }).waitFor()
    await relay.goAway()
    await page.getByRole('link', { name: 'Greeter' }).click()
    await banner(page).waitFor()
    expect(await lookAt(page, 'away-agent')).toStrictEqual([])
  })
})
