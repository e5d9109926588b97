import type { Page } from 'playwright-core'
import { afterEach, beforeEach, expect, it } from 'vitest'
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

describeStudio('a call in the chat of the Studio that waits for a decision', (browser) => {
  let studio: ApprovalApplication
  beforeEach(async () => {
    studio = await startApprovalApplication()
  })
  afterEach(async () => {
    await browser.closeTabs()
    await studio.stop()
  })

  const ALICE = { sub: 'alice', role: 'member' }
  const open = (claims: object = ALICE, path = '/agents/cashier') =>
    openSignedIn(browser, studio.url, studio.sign({ ...claims }), path)
  const ask = async (page: Page, text: string) => {
    await page.getByLabel('Write a message').fill(text)
    await page.keyboard.press('Enter')
  }
  const card = (page: Page, toolName = 'refund') =>
    page.getByRole('article', { name: `Call of ${toolName}` })
  const answer = (page: Page) => page.getByRole('article', { name: 'Answer' })
  const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })
  const alert = (page: Page, code: string) => page.getByRole('alert').filter({ hasText: code })

  it('is approved, and the answer continues in its place', async () => {
    const { page, errors } = await open()
    await ask(page, 'refund 5')
    await card(page)
      .getByText(/expires in 59 minutes/)
      .waitFor()
    expect(await card(page).innerText()).toMatch(/refund[\s\S]*"amount": 5/)
    expect(studio.paid).toStrictEqual([])
    await button(page, 'Approve refund').click()
    await answer(page)
      .getByText(/What came of it: .*"paid":5/)
      .waitFor()
    expect(await answer(page).innerText()).toMatch(/^Let me pay\.[\s\S]*done[\s\S]*What came/)
    expect(await answer(page).count()).toBe(1)
    expect(await card(page).count()).toBe(0)
    expect(studio.paid).toStrictEqual([5])
    await page.reload()
    await answer(page)
      .getByText(/What came of it/)
      .waitFor()
    expect(await card(page).count()).toBe(0)
    expect(errors).toStrictEqual([])
  })

  it('is declined with a reason, which the model is told', async () => {
    const { page } = await open()
    await ask(page, 'refund 5')
    await button(page, 'Decline refund').click()
    await page.getByLabel('Reason (optional)').fill('Too much.')
    await page.keyboard.press('Enter')
    await answer(page)
      .getByText(/not approved by the user\. Reason: Too much\./)
      .waitFor()
    expect(studio.paid).toStrictEqual([])
  })

  it('is there again after a reload, and is decided there', async () => {
    const { page } = await open()
    await ask(page, 'refund 5')
    await card(page).waitFor()
    await page.reload()
    await card(page)
      .getByText(/expires in 59 minutes/)
      .waitFor()
    await page.getByRole('article', { name: 'You' }).getByText('refund 5').waitFor()
    await button(page, 'Approve refund').click()
    await answer(page)
      .getByText(/What came of it/)
      .waitFor()
    expect(studio.paid).toStrictEqual([5])
  })

  it('is decided where the agent has no memory', async () => {
    const { page } = await open(ALICE, '/agents/forgetful')
    await ask(page, 'refund 5')
    await card(page)
      .getByText(/expires in 59 minutes/)
      .waitFor()
    await button(page, 'Approve refund').click()
    await answer(page)
      .getByText(/What came of it/)
      .waitFor()
    expect(studio.paid).toStrictEqual([5])
  })

  it('is one of several, each decided by itself', async () => {
    const { page } = await open()
    await ask(page, 'refund 5 and refund 6')
    await expect.poll(() => card(page).count()).toBe(2)
    await button(page, 'Approve refund').first().click()
    await expect.poll(() => card(page).count()).toBe(1)
    expect(await card(page).innerText()).toContain('"amount": 6')
    await button(page, 'Decline refund').click()
    await page.getByLabel('Reason (optional)').waitFor()
    await button(page, 'Decline refund').click()
    await answer(page)
      .getByText(/What came of it: .*"paid":5.*not approved/)
      .waitFor()
    expect(studio.paid).toStrictEqual([5])
  })

  it('says that it was decided in another tab', async () => {
    const { page } = await open()
    await ask(page, 'refund 5')
    await card(page)
      .getByText(/expires/)
      .waitFor()
    const other = await open(ALICE, page.url().split('#')[1])
    await button(other.page, 'Approve refund').click()
    await answer(other.page)
      .getByText(/What came of it/)
      .waitFor()
    await button(page, 'Approve refund').click()
    await alert(page, 'run_not_suspended').waitFor()
    await card(page)
      .getByText(/does not wait any more/)
      .waitFor()
    expect(await button(page, 'Approve refund').count()).toBe(0)
    expect(studio.paid).toStrictEqual([5])
  })

  it('says that it has expired', async () => {
    const { page } = await open()
    await ask(page, 'refund 5')
    await card(page)
      .getByText(/expires/)
      .waitFor()
    studio.pass(3_600_000)
    await button(page, 'Approve refund').click()
    await alert(page, 'approval_expired').waitFor()
    expect(studio.paid).toStrictEqual([])
  })

  it('names the permission that its caller lacks, and can still be declined', async () => {
    const { page } = await open()
    await ask(page, 'refund 5')
    await card(page).waitFor()
    const path = page.url().split('#')[1]
    const poor = 'agents:read agents:execute memory:read memory:write'
    const other = await open({ sub: 'alice', scope: poor }, path)
    await card(other.page).getByText('tools:execute:refund').waitFor()
    expect(await button(other.page, 'Approve refund').count()).toBe(0)
    await button(other.page, 'Decline refund').waitFor()
  })

  it('waits for somebody else, and runs when its owner continues after their approval', async () => {
    const { page, errors } = await open()
    await ask(page, 'payout 70')
    await card(page, 'payout').getByText('tools:approve:payout').waitFor()
    expect(await button(page, 'Approve payout').count()).toBe(0)
    const boss = await open({ sub: 'boss', scope: 'tools:approve:payout' }, '/approvals')
    await button(boss.page, 'Approve payout').click()
    await boss.page.getByText('You approved').waitFor()
    expect(studio.paid).toStrictEqual([])
    await card(page, 'payout').getByText('Somebody else has approved this call.').waitFor()
    await button(page, 'Approve payout').click()
    await answer(page)
      .getByText(/What came of it: .*"paid":70/)
      .waitFor()
    expect(studio.paid).toStrictEqual([70])
    expect(errors).toStrictEqual([])
  })

  it('is not made where somebody else has declined it', async () => {
    const { page } = await open()
    await ask(page, 'payout 70')
    await card(page, 'payout').waitFor()
    const boss = await open({ sub: 'boss', scope: 'tools:approve:payout' }, '/approvals')
    await button(boss.page, 'Decline payout').click()
    await boss.page.getByText('You declined').waitFor()
    // The page asks at once when the reader comes back to it.
    await page.evaluate(() => window.dispatchEvent(new Event('visibilitychange')))
    await card(page, 'payout').getByText('Somebody else has declined this call.').waitFor()
    expect(await button(page, 'Approve payout').count()).toBe(0)
    await button(page, 'Decline payout').click()
    await page.getByLabel('Reason (optional)').press('Enter')
    await answer(page)
      .getByText(/not approved/)
      .waitFor()
    expect(studio.paid).toStrictEqual([])
  })

  it('leaves the chat usable for other questions', async () => {
    const { page } = await open()
    await ask(page, 'refund 5')
    await card(page).waitFor()
    await ask(page, 'Hello')
    await answer(page).last().getByText('What came of it: nothing.').waitFor()
    await button(page, 'Approve refund').click()
    await answer(page)
      .first()
      .getByText(/What came of it: .*"paid":5/)
      .waitFor()
    expect(await answer(page).count()).toBe(2)
  })

  it('is used with the keyboard alone, and has no barrier in any theme and width', async () => {
    const { page, errors } = await open()
    await ask(page, 'refund 5 and payout 70')
    await card(page)
      .getByText(/expires/)
      .waitFor()
    await button(page, 'Decline payout').click()
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 900 })
      expect(await lookAt(page, 'chat-approval')).toStrictEqual([])
    }
    await button(page, 'Approve refund').focus()
    await page.keyboard.press('Enter')
    await expect.poll(() => studio.paid).toStrictEqual([5])
    const focused = await page.evaluate(() => document.activeElement?.getAttribute('role'))
    expect(focused).toBe('log')
    expect(errors).toStrictEqual([])
  })
})
