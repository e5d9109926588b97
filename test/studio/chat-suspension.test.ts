import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import {
  startApprovalApplication,
  type ApprovalApplication,
} from '@signet/test-support/application/approval-application'
import {
  describeStudio,
  lookAt,
  openSignedIn,
  WIDTHS,
} from '@signet/test-support/browser/studio-browser'

describeStudio('a call in the chat of the Studio that its tool has suspended', (browser) => {
  let studio: ApprovalApplication
  beforeAll(async () => {
    studio = await startApprovalApplication()
  })
  afterAll(() => studio.stop())
  afterEach(() => browser.closeTabs())

  const open = (sub: string) =>
    openSignedIn(browser, studio.url, studio.sign({ sub, role: 'member' }), '/agents/cashier')
  const ask = async (page: Page, text: string) => {
    await page.getByLabel('Write a message').fill(text)
    await page.keyboard.press('Enter')
  }
  const card = (page: Page) => page.getByRole('article', { name: 'Call of seat' })
  const answer = (page: Page) => page.getByRole('article', { name: 'Answer' })
  const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })

  it('asks what the tool asks, by a form, until the tool is content', async () => {
    const { page, errors } = await open('form')
    await ask(page, 'seat 9')
    await card(page).getByText('"question": "Which seat for 9?"').waitFor()
    await card(page)
      .getByText(/expires in 23 hours/)
      .waitFor()
    await button(page, 'Continue').click()
    await card(page).getByText('Fill this in.').waitFor()
    await page.getByLabel('number', { exact: true }).fill('13')
    await page.keyboard.press('Enter')
    await card(page).getByText('"question": "Not that one. Another?"').waitFor()
    await page.getByLabel('number', { exact: true }).fill('12a')
    await button(page, 'Continue').click()
    await answer(page).getByText('What came of it: {"seat":"12a"}.').waitFor()
    expect(await card(page).count()).toBe(0)
    expect(errors).toStrictEqual([])
  })

  it('is there again after a reload, and takes JSON, of which the server says what is wrong', async () => {
    const { page } = await open('reload')
    await ask(page, 'seat 9')
    await card(page).waitFor()
    await page.reload()
    await card(page).getByText('"question": "Which seat for 9?"').waitFor()
    const json = page.getByLabel('Your answer to seat, as JSON')
    await json.fill('{number}')
    await button(page, 'Continue').click()
    await card(page).getByText('This is not JSON.').waitFor()
    await json.fill('{"number":12}')
    await button(page, 'Continue').click()
    await card(page).getByRole('alert').filter({ hasText: 'request_invalid' }).waitFor()
    await json.fill('{"number":"12"}')
    await button(page, 'Continue').click()
    await answer(page).getByText('What came of it: {"seat":"12"}.').waitFor()
  })

  it('is declined', async () => {
    const { page } = await open('decline')
    await ask(page, 'seat 9')
    await button(page, 'Decline seat').click()
    await answer(page)
      .getByText(/What came of it: (?!.*"seat":)/)
      .waitFor()
    expect(await card(page).count()).toBe(0)
  })

  it('has no barrier in any theme and width', async () => {
    const { page, errors } = await open('looks')
    await ask(page, 'seat 9')
    await card(page)
      .getByText(/expires/)
      .waitFor()
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 900 })
      expect(await lookAt(page, 'chat-suspension')).toStrictEqual([])
    }
    expect(errors).toStrictEqual([])
  })
})
