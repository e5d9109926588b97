import { MastraClient } from '@signet/client-js'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import {
  describeStudio,
  keepScreenshots,
  lookAt,
  openSignedIn,
  WIDTHS,
  type Width,
} from '@signet/test-support/browser/studio-browser'
import {
  startStudioApplication,
  type StudioApplication,
} from '@signet/test-support/application/studio-application'

describeStudio('the threads of the Studio', (browser) => {
  // Hundreds of threads are made, on a machine that may do other work.
  let studio: StudioApplication
  beforeAll(async () => {
    studio = await startStudioApplication()
  })
  afterAll(() => studio.stop())
  afterEach(() => browser.closeTabs())

  const tokenOf = (sub: string) => studio.sign({ sub, role: 'owner' })
  const clientOf = (sub: string) =>
    new MastraClient({ baseUrl: studio.url, token: tokenOf(sub), retries: 0 })
  const open = (sub: string, path: string, width: Width = 1440) =>
    openSignedIn(browser, studio.url, tokenOf(sub), path, width)
  const threads = (page: Page) => page.getByRole('complementary', { name: 'Threads' })
  const links = (page: Page) => threads(page).getByRole('link')
  const titles = (page: Page) =>
    links(page).evaluateAll((all) => all.map((link) => link.firstElementChild?.textContent ?? ''))
  const search = (page: Page) => page.getByRole('searchbox', { name: 'Search threads' })

  /** Makes threads one after the other, so that the last one is the newest. */
  const make = async (sub: string, titles: readonly string[], agentId = 'greeter') => {
    const client = clientOf(sub)
    for (const title of titles) await client.createMemoryThread({ agentId, title })
  }
  /** Makes threads in no order. */
  const makeMany = async (sub: string, count: number) => {
    const client = clientOf(sub)
    const all = numbered(count)
    for (let first = 0; first < count; first += 20) {
      const some = all.slice(first, first + 20)
      await Promise.all(
        some.map((title) => client.createMemoryThread({ agentId: 'greeter', title })),
      )
    }
  }
  const numbered = (count: number) =>
    Array.from({ length: count }, (_, index) => `Thread number ${index}`)

  it('lists those of its agent and those of none, and none of another agent', async () => {
    await make('agents', ['For the greeter'])
    await make('agents', ['For the writer'], 'writer')
    const client = clientOf('agents')
    await client.createMemoryThread({ title: 'For nobody' })
    await client.getAgent('writer').generate('Write', { memory: { thread: 'asked' } })
    const { page } = await open('agents', '/agents/greeter')
    await expect.poll(() => links(page).count()).toBe(2)
    const texts = () => titles(page)
    expect(await texts()).toStrictEqual(['For nobody', 'For the greeter'])
    await threads(page).getByText('2 threads', { exact: true }).waitFor()
    // Titles and messages of the other agent are not found here either.
    await search(page).fill('For the')
    await expect.poll(texts).toStrictEqual(['For the greeter'])
    await search(page).fill('Write')
    await threads(page).getByText('No thread matches “Write”.').waitFor()
    await page.goto(`${studio.url}/#/agents/writer`)
    await expect.poll(texts).toStrictEqual(['Untitled', 'For nobody', 'For the writer'])
  })

  it('lists all of them as one scrolls, with a count, and keeps few of them', async () => {
    await makeMany('many', 260)
    const { page, requests, errors } = await open('many', '/agents/greeter')
    await threads(page).getByText('260 threads', { exact: true }).waitFor()
    await links(page).first().waitFor()
    const pagesRead = () => requests.filter((url) => url.includes('/memory/threads?')).length
    expect(pagesRead()).toBe(1)
    const list = threads(page).getByRole('list')
    await list.hover()
    let seen = new Set<string>()
    for (let step = 0; step < 60 && seen.size < 260; step++) {
      await page.mouse.wheel(0, 400)
      await expect.poll(() => links(page).count()).toBeGreaterThan(5)
      const now = await titles(page)
      expect(now.length).toBeLessThan(60)
      seen = new Set([...seen, ...now])
    }
    expect(seen.size).toBe(260)
    const last = threads(page).getByRole('listitem').last()
    expect(await last.getAttribute('aria-posinset')).toBe('260')
    expect(await last.getAttribute('aria-setsize')).toBe('260')
    expect(pagesRead()).toBeLessThan(12)
    expect(errors).toStrictEqual([])
  })

  it('finds a title beyond the first 200 on the server, and opens what was found', async () => {
    await make('search', ['The 100% emoji 🙂 of Zürich'])
    await makeMany('search', 205)
    const { page } = await open('search', '/agents/greeter')
    await threads(page).getByText('206 threads', { exact: true }).waitFor()
    for (const text of ['EMOJI', '100%', 'ZÜRICH', '🙂']) {
      await search(page).fill(text)
      await threads(page).getByText('1 thread found', { exact: true }).waitFor()
      expect(await links(page).allInnerTexts()).toStrictEqual([
        expect.stringContaining('The 100% emoji 🙂 of Zürich'),
      ])
    }
    await search(page).fill('number 1')
    await threads(page).getByText('111 threads found', { exact: true }).waitFor()
    await search(page).fill('%number')
    await threads(page).getByText('No thread matches “%number”.').waitFor()
    await search(page).fill('emoji')
    await links(page).first().click()
    await expect.poll(() => page.url()).toContain('thread=')
    expect(await links(page).first().getAttribute('aria-current')).toBe('page')
  })

  it('is one stop of the tab key, from which arrows lead on', async () => {
    await make('keys', numbered(60))
    const { page } = await open('keys', '/agents/greeter')
    await threads(page).getByText('60 threads', { exact: true }).waitFor()
    const focused = () =>
      page.locator(':focus').evaluate((element) => element.ariaLabel ?? element.textContent)
    await search(page).focus()
    await page.keyboard.press('Tab')
    expect(await focused()).toContain('Thread number 59')
    await page.keyboard.press('ArrowDown')
    await expect.poll(focused).toContain('Thread number 58')
    await page.keyboard.press('ArrowRight')
    await expect.poll(focused).toBe('Rename Thread number 58')
    await page.keyboard.press('ArrowRight')
    await expect.poll(focused).toBe('Delete Thread number 58')
    await page.keyboard.press('ArrowLeft')
    await page.keyboard.press('ArrowLeft')
    await expect.poll(focused).toContain('Thread number 58')
    await page.keyboard.press('End')
    await expect.poll(focused).toContain('Thread number 0')
    await page.keyboard.press('Home')
    await expect.poll(focused).toContain('Thread number 59')
    await page.keyboard.press('Tab')
    expect(await threads(page).getByRole('list').locator(':focus').count()).toBe(0)
    await page.keyboard.press('Shift+Tab')
    await page.keyboard.press('Enter')
    await expect.poll(() => page.url()).toContain('thread=')
  })

  it.each(WIDTHS)('looks well and keeps nobody out at %i px, in both themes', async (width) => {
    const sub = `looks-${width}`
    await make(sub, [
      'A title that is much longer than the list is wide, as first questions are',
      ...numbered(20),
    ])
    const { page } = await open(sub, '/agents/greeter', width)
    if (width === 390) await page.getByRole('button', { name: 'Threads' }).click()
    const scope = width === 390 ? page.getByRole('dialog') : threads(page)
    await scope.getByText('21 threads', { exact: true }).waitFor()
    await scope.getByRole('link', { name: /^Thread number 19/ }).waitFor()
    expect(await lookAt(page, 'threads')).toStrictEqual([])
    await scope.getByRole('searchbox').fill('much longer')
    await scope.getByText('1 thread found', { exact: true }).waitFor()
    await keepScreenshots(page, 'threads-found')
  })
})
