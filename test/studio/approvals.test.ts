import { MastraClient } from '@signet/client-js'
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
  type Width,
} from '@signet/test-support/browser/studio-browser'

describeStudio('the Approvals page of the Studio', (browser) => {
  let studio: ApprovalApplication
  beforeEach(async () => {
    studio = await startApprovalApplication()
  })
  afterEach(async () => {
    await browser.closeTabs()
    await studio.stop()
  })

  const open = (claims: object, path = '/approvals', width: Width = 1440) =>
    openSignedIn(browser, studio.url, studio.sign({ ...claims }), path, width)
  const BOSS = { sub: 'boss', scope: 'tools:read tools:approve:payout' }
  /** Asks for payouts as alice. */
  const ask = async (words: string) => {
    const token = studio.sign({ sub: 'alice', role: 'member' })
    const client = new MastraClient({ baseUrl: studio.url, token })
    expect((await client.getAgent('cashier').generate(words)).finishReason).toBe('suspended')
  }
  const card = (page: Page) => page.getByRole('article', { name: 'Call of payout' })
  const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })
  const navigation = (page: Page) => page.getByRole('navigation', { name: 'Studio' }).first()

  it('shows who asks for what, and approves it', async () => {
    await ask('payout 70')
    const { page, errors } = await open(BOSS)
    await card(page).waitFor()
    expect(await card(page).innerText()).toMatch(
      /payout[\s\S]*"to": "customer-7"[\s\S]*"amount": 70[\s\S]*alice asked cashier[\s\S]*expires in 23 hours/,
    )
    await button(page, 'Approve payout').click()
    await page.getByText('You approved the call of payout.').waitFor()
    expect(await page.evaluate(() => document.activeElement?.textContent)).toContain('You approved')
    await page.getByText('Nothing waits for you').waitFor()
    // It runs when its owner continues.
    expect(studio.paid).toStrictEqual([])
    expect(errors).toStrictEqual([])
  })

  it('declines a call', async () => {
    await ask('payout 70')
    const { page } = await open(BOSS)
    await button(page, 'Decline payout').click()
    await page.getByText('You declined the call of payout.').waitFor()
    await page.getByText('Nothing waits for you').waitFor()
  })

  it('says that a call was decided elsewhere, and shows on request what waits now', async () => {
    await ask('payout 70')
    const first = await open(BOSS)
    const second = await open(BOSS)
    await card(second.page).waitFor()
    await button(first.page, 'Approve payout').click()
    await first.page.getByText('You approved').waitFor()
    await button(second.page, 'Decline payout').click()
    await second.page.getByRole('alert').filter({ hasText: 'run_not_suspended' }).waitFor()
    await button(second.page, 'Refresh').click()
    await second.page.getByText('Nothing waits for you').waitFor()
  })

  it('says that a call has expired meanwhile', async () => {
    await ask('payout 70')
    const { page } = await open(BOSS)
    await card(page).waitFor()
    studio.pass(86_400_000)
    await button(page, 'Approve payout').click()
    await page.getByRole('alert').filter({ hasText: 'approval_expired' }).waitFor()
    expect(studio.paid).toStrictEqual([])
  })

  it('says that somebody else must approve what an approver asked for', async () => {
    await ask('payout 70')
    const { page } = await open({ sub: 'alice', scope: 'tools:approve' })
    await button(page, 'Approve payout').click()
    await page.getByRole('alert').filter({ hasText: 'approval_by_other' }).waitFor()
    await card(page).waitFor()
  })

  it('finds calls that came since, and leafs through many', async () => {
    const { page } = await open(BOSS)
    await page.getByText('Nothing waits for you').waitFor()
    for (let count = 0; count < 26; count++) await ask(`payout ${count + 1}`)
    await button(page, 'Refresh').click()
    await expect.poll(() => card(page).count()).toBe(25)
    await button(page, 'Older').click()
    await page.getByText('Page 2 of 2').waitFor()
    await expect.poll(() => card(page).count()).toBe(1)
    expect(await card(page).innerText()).toContain('"amount": 1')
  })

  it('is in the navigation of those who may approve calls of some tool, and of nobody else', async () => {
    const { page } = await open(BOSS)
    await navigation(page).getByRole('link', { name: 'Approvals' }).waitFor()
    const other = await open({ sub: 'alice', role: 'member' }, '/agents')
    await other.page.getByRole('link', { name: 'Cashier' }).waitFor()
    expect(await navigation(other.page).getByRole('link', { name: 'Approvals' }).count()).toBe(0)
  })

  it('is used with the keyboard alone, and has no barrier in any theme and width', async () => {
    await ask('payout 70 and payout 80')
    const { page, errors } = await open(BOSS)
    await card(page).first().waitFor()
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 844 })
      expect(await lookAt(page, 'approvals')).toStrictEqual([])
    }
    await button(page, 'Refresh').focus()
    for (let tabs = 0; tabs < 3; tabs++) await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.getByText('You approved the call of payout.').waitFor()
    await expect.poll(() => card(page).count()).toBe(1)
    expect(errors).toStrictEqual([])
  })
})
