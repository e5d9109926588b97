import type { Page } from 'playwright-core'
import { afterEach, beforeEach, expect, it } from 'vitest'
import {
  describeStudio,
  keepScreenshots,
  openSignedIn,
  WIDTHS,
  type Width,
} from '@signet/test-support/browser/studio-browser'
import {
  startStudioApplication,
  type StudioApplication,
} from '@signet/test-support/application/studio-application'

describeStudio('a question without an answer', (browser) => {
  let studio: StudioApplication
  beforeEach(async () => {
    studio = await startStudioApplication()
  })
  afterEach(async () => {
    await browser.closeTabs()
    await studio.stop()
  })

  const open = (path: string, width: Width = 1440) =>
    openSignedIn(browser, studio.url, studio.sign({ sub: 'alice', role: 'owner' }), path, width)
  const ask = async (page: Page, text: string) => {
    await page.getByLabel('Write a message').fill(text)
    await page.keyboard.press('Enter')
  }
  const question = (page: Page) => page.getByRole('article', { name: 'You' })
  const answer = (page: Page) => page.getByRole('article', { name: 'Answer' })
  const retry = (page: Page) => page.getByRole('button', { name: 'Retry' })

  it('is there after a reload where its answer failed, and is asked again in its place', async () => {
    const { page } = await open('/agents/breaker')
    await ask(page, 'Remember this')
    await page.getByRole('alert').filter({ hasText: 'The answer failed.' }).waitFor()
    await page.reload()
    await question(page)
      .getByText(/^The answer .*failed\.$/)
      .waitFor()
    expect(await question(page).innerText()).toContain('Remember this')
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 844 })
      await keepScreenshots(page, 'unanswered')
    }
    await retry(page).click()
    await expect.poll(() => answer(page).innerText()).toContain('Whole again.')
    expect(await question(page).count()).toBe(1)
    await page.reload()
    await expect.poll(() => answer(page).innerText()).toContain('Whole again.')
    expect(await question(page).allInnerTexts()).toStrictEqual(['Remember this'])
    expect(await retry(page).count()).toBe(0)
  })

  it('is there after a reload where its answer was stopped', async () => {
    const { page } = await open('/agents/waiter')
    await ask(page, 'Wait for me')
    await expect.poll(() => answer(page).innerText()).toContain('Wait')
    await page.getByRole('button', { name: 'Stop' }).click()
    await studio.aborted
    await page.getByText('You stopped this answer.').waitFor()
    await expect
      .poll(async () => {
        await page.reload()
        await question(page).waitFor()
        return await question(page).innerText()
      })
      .toMatch(/The answer .*was stopped\./)
    studio.release()
    await retry(page).click()
    await expect.poll(() => answer(page).innerText()).toContain('Wait is over.')
    await page.reload()
    await expect.poll(() => answer(page).innerText()).toContain('Wait is over.')
    expect(await question(page).allInnerTexts()).toStrictEqual(['Wait for me'])
  })

  it('is there when one comes back to the page that one left while the answer came', async () => {
    const { page } = await open('/agents/waiter')
    await ask(page, 'Wait for me')
    await expect.poll(() => answer(page).innerText()).toContain('Wait')
    await page.getByRole('link', { name: 'Tokens' }).first().click()
    await studio.aborted
    await page.goBack()
    await expect
      .poll(async () => {
        await page.reload()
        await question(page).waitFor()
        return await question(page).innerText()
      })
      .toMatch(/The answer .*was stopped\./)
    expect(await question(page).count()).toBe(1)
  })

  it('and a thread that is not there are told apart', async () => {
    const { page } = await open('/agents/greeter?thread=nope')
    await page.getByText('There is no such thread.').waitFor()
    await page.getByRole('main').getByRole('button', { name: 'New chat' }).last().click()
    await ask(page, 'Hello')
    await expect.poll(() => answer(page).innerText()).toContain('Hello there.')
    expect(page.url()).not.toContain('nope')
  })
})
