import type { Page } from 'playwright-core'
import { beforeAll, expect, it } from 'vitest'
import { lookAt, WIDTHS } from '@signet/test-support/browser/studio-browser'
import { describeStudioPage } from '@signet/test-support/browser/studio-page'
import { studioToken } from '@signet/test-support/browser/studio-server'

describeStudioPage('the Audit page of the Studio', '/audit', (open, server) => {
  beforeAll(async () => {
    const ask = async (token: string, path: string, body?: object) =>
      fetch(server.url + path, {
        method: body ? 'POST' : 'GET',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: body ? JSON.stringify(body) : null,
      })
    const viewer = studioToken({ sub: 'vera', role: 'viewer' })
    const member = studioToken({ sub: 'max', role: 'member' })
    await ask(viewer, '/api/agents/weather-agent/generate', { messages: 'Weather in Oslo' })
    await ask(member, '/api/agents/weather-agent/generate', { messages: 'Weather in Oslo' })
    // More than a page.
    for (let count = 0; count < 55; count++) await ask(member, '/api/tools/get-weather')
  })

  const records = (page: Page) => page.getByRole('button', { name: /show details/ })

  it('lists decisions, and opens one', async () => {
    const { page, errors } = await open()
    await page.getByLabel('Subject').fill('vera')
    const row = page.getByRole('row').filter({ hasText: 'agents:execute' })
    await expect.poll(() => row.count()).toBe(1)
    expect(await row.textContent()).toMatch(/vera.*refused.*scope_insufficient.*403/)
    // Wherever it is pressed.
    await row.getByText('403').click({ force: true })
    const dialog = page.getByRole('dialog')
    await dialog.getByText('The token does not grant what this request needs.').waitFor()
    expect(await dialog.textContent()).toMatch(/weather-agent.*Address.*127\.0\.0\.1|::1/)
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    expect(errors).toStrictEqual([])
  })

  it('filters by what is filled in, and says when nothing is like it', async () => {
    const { page } = await open()
    await page.getByLabel('Decision').selectOption('Refused')
    await page.getByLabel('Action').fill('agents:execute')
    await expect.poll(() => records(page).count()).toBe(1)
    await page.getByLabel('Time').selectOption('Last hour')
    await expect.poll(() => records(page).count()).toBe(1)
    await page.getByLabel('Code').fill('no such code')
    await page.getByText('No matching records').waitFor()
    await page.getByRole('button', { name: 'Clear filters' }).first().click()
    await expect.poll(() => records(page).count()).toBeGreaterThan(1)
  })

  it('leads from a record to all of its subject', async () => {
    const { page } = await open()
    await page.getByLabel('Code').fill('scope_insufficient')
    await expect.poll(() => records(page).count()).toBe(1)
    await records(page).click()
    await page.getByRole('button', { name: 'All records of this subject' }).click()
    expect(await page.getByLabel('Subject').inputValue()).toBe('vera')
    expect(await page.getByLabel('Code').inputValue()).toBe('')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
  })

  it('turns pages', async () => {
    const { page } = await open()
    await page.getByLabel('Subject').fill('max')
    await page.getByText('Page 1', { exact: true }).waitFor()
    await expect.poll(() => records(page).count()).toBe(50)
    await page.getByRole('button', { name: 'Older' }).click()
    await page.getByText('Page 2', { exact: true }).waitFor()
    await expect.poll(() => records(page).count()).toBe(6)
    expect(await page.getByRole('button', { name: 'Older' }).isDisabled()).toBe(true)
    await page.getByRole('button', { name: 'Newer' }).click()
    await expect.poll(() => records(page).count()).toBe(50)
  })

  it('shows what has been decided since when it is asked to', async () => {
    const { page } = await open()
    await page.getByLabel('Subject').fill('nina')
    await page.getByText('No matching records').waitFor()
    const nina = studioToken({ sub: 'nina', role: 'viewer' })
    await fetch(`${server.url}/api/audit`, { headers: { authorization: `Bearer ${nina}` } })
    await expect
      .poll(async () => {
        await page.getByRole('button', { name: 'Refresh' }).click()
        return records(page).count()
      })
      .toBe(1)
  })

  it('explains a refusal to those who may not look', async () => {
    const { page } = await open(studioToken({ sub: 'grace', role: 'viewer' }))
    await page.getByText('It needs audit:read.').waitFor()
  })

  it.each(WIDTHS)('has no barrier at %i px, in both themes', async (width) => {
    const { page } = await open(undefined, width)
    await page.getByLabel('Decision').selectOption('Refused')
    await records(page).first().waitFor()
    expect(await lookAt(page, 'audit-refused')).toStrictEqual([])
    if (width === 390) {
      expect(await page.getByLabel('Code').isVisible()).toBe(false)
      await page.getByRole('button', { name: 'More filters' }).click()
      await page.getByLabel('Code').fill('scope_insufficient')
    }
    await records(page).first().click()
    await page.getByRole('dialog').waitFor()
    expect(await lookAt(page, 'audit-record')).toStrictEqual([])
  })
})
