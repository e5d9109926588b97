import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { lookAt, WIDTHS } from '@signet/test-support/browser/studio-browser'
import { describeStudioPage } from '@signet/test-support/browser/studio-page'
import { studioToken } from '@signet/test-support/browser/studio-server'

describeStudioPage('the Access page of the Studio', '/access', (open) => {
  const route = (page: Page, path: string) =>
    page.getByRole('row').filter({ has: page.getByText(path, { exact: true }) })
  const seenBy = (page: Page) => page.getByLabel('Access of')

  it('shows what the caller may do, and who else may', async () => {
    const { page, errors } = await open()
    const audit = route(page, '/api/audit')
    await audit.waitFor()
    expect(await audit.textContent()).toMatch(/audit:read.*owner, admin.*yes.*Granted by \*/)
    expect(await route(page, '/health').textContent()).toMatch(/nothing.*everyone.*yes/)
    expect(await route(page, '/api/agents').textContent()).toMatch(/a good token.*every role.*yes/)
    expect(errors).toStrictEqual([])
  })

  it('shows what a role may not do, and why', async () => {
    const { page } = await open()
    await seenBy(page).selectOption('viewer')
    const row = page.getByRole('row').filter({ hasText: '/api/audit' })
    await row.filter({ hasText: 'Nothing grants audit:read.' }).waitFor()
    await page.getByRole('tab', { name: 'Agents and tools' }).click()
    const agent = page.getByRole('row').filter({ hasText: 'agent with get-weather' })
    expect(await agent.textContent()).toMatch(
      /yes.*Granted by agents:read\..*no.*Nothing grants agents:execute:weather-agent/,
    )
  })

  it('shows who may approve calls of a tool, and that nobody approves an agent', async () => {
    const { page } = await open()
    await seenBy(page).selectOption('Scopes you choose')
    await page.getByLabel('tools:approve', { exact: true }).check()
    await page.getByRole('tab', { name: 'Agents and tools' }).click()
    const cells = (text: string) =>
      page.getByRole('row').filter({ hasText: text }).getByRole('cell').last()
    await cells('get-weather').filter({ hasText: 'Granted by' }).first().waitFor()
    const [agent] = await cells('agent with get-weather').allTextContents()
    expect(agent).toMatch(/–$/)
  })

  it('shows what scopes may do that are picked, beginning with those of a role', async () => {
    const { page } = await open()
    await seenBy(page).selectOption('viewer')
    await seenBy(page).selectOption('Scopes you choose')
    expect(await page.getByLabel('agents:read', { exact: true }).isChecked()).toBe(true)
    await page.getByRole('tab', { name: 'Agents and tools' }).click()
    const agent = page.getByRole('row').filter({ hasText: 'agent with get-weather' })
    await agent.filter({ hasText: 'Nothing grants agents:execute:weather-agent' }).waitFor()
    await page.getByLabel('agents:execute:weather-agent').check()
    await agent.filter({ hasText: 'Granted by agents:execute:weather-agent' }).waitFor()
    for (const name of [
      'agents:read',
      'tools:read',
      'workflows:read',
      'memory:read',
      'agents:execute:weather-agent',
    ]) {
      await page.getByLabel(name, { exact: true }).uncheck()
    }
    await agent.filter({ hasText: 'Nothing grants agents:read:weather-agent' }).waitFor()
  })

  it('finds routes by words and by verdict', async () => {
    const { page } = await open()
    await seenBy(page).selectOption('viewer')
    await route(page, '/api/audit').filter({ hasText: 'Nothing grants' }).waitFor()
    await page.getByLabel('Allowed', { exact: true }).selectOption('No')
    expect(await route(page, '/health').count()).toBe(0)
    await page.getByLabel('Find a route').fill('AUDIT read')
    // The head of the table, and the route.
    await expect.poll(() => page.getByRole('row').count()).toBe(2)
    await page.getByLabel('Find a route').fill('there is none like this')
    await page.getByText('No matching route').waitFor()
    await page.getByRole('button', { name: 'Show all' }).click()
    await route(page, '/health').waitFor()
  })

  it('lists the role table in force', async () => {
    const { page } = await open()
    await page.getByRole('tab', { name: 'Roles' }).click()
    const viewer = page.getByRole('row').filter({ hasText: 'viewer' })
    expect(await viewer.textContent()).toMatch(/agents:read.*tools:read.*memory:read/)
  })

  it('explains a refusal to those who may not look', async () => {
    const { page } = await open(studioToken({ sub: 'grace', role: 'viewer' }))
    await page.getByText('It needs system:read.').waitFor()
    expect(await page.getByRole('table').count()).toBe(0)
  })

  it.each(WIDTHS)('has no barrier at %i px, in both themes', async (width) => {
    const { page } = await open(undefined, width)
    await seenBy(page).selectOption('viewer')
    await page.getByText('Nothing grants audit:read.').waitFor()
    expect(await lookAt(page, 'access-viewer')).toStrictEqual([])
    await seenBy(page).selectOption('Scopes you choose')
    await page.getByRole('tab', { name: 'Agents and tools' }).click()
    await page.getByText('agent with get-weather').waitFor()
    expect(await lookAt(page, 'access-things')).toStrictEqual([])
  })
})
