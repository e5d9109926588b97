import type { Page } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { lookAt, WIDTHS } from '@signet/test-support/browser/studio-browser'
import { describeStudioPage } from '@signet/test-support/browser/studio-page'
import { studioToken } from '@signet/test-support/browser/studio-server'

describeStudioPage('the API keys page of the Studio', '/keys', (open, server) => {
  const ask = async (credential: string) =>
    fetch(`${server.url}/api/tools/get-weather`, {
      headers: { authorization: `Bearer ${credential}` },
    })
  const keyRow = (page: Page, name: string) => page.getByRole('row').filter({ hasText: name })
  const shownKey = (page: Page) => page.getByRole('region', { name: 'API key' })

  /** Makes a key as a person would, and reads it off. */
  async function makeKey(page: Page, name: string, scope = 'tools:read'): Promise<string> {
    await page.getByRole('button', { name: 'New key' }).click()
    await page.getByLabel('Name').fill(name)
    await page.getByLabel(scope, { exact: true }).check()
    await page.getByRole('button', { name: 'Create key' }).click()
    await shownKey(page).waitFor()
    return (await shownKey(page).textContent()) ?? ''
  }

  it('makes a key that works, and shows it this once', async () => {
    const { page, errors } = await open()
    const key = await makeKey(page, 'nightly report')
    expect((await ask(key)).status).toBe(200)
    await page.getByRole('button', { name: 'Copy key', exact: true }).click()
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(key)
    await page.getByRole('button', { name: 'Done' }).click()
    const row = keyRow(page, 'nightly report')
    expect(await row.textContent()).toMatch(/active.*tools:read.*developer.*in 89 days/)
    const kept = await page.evaluate(
      () =>
        document.documentElement.outerHTML +
        JSON.stringify([{ ...localStorage }, { ...sessionStorage }]),
    )
    expect(kept).not.toContain(key)
    expect(errors).toStrictEqual([])
  })

  it('asks for a name and for what the key may do', async () => {
    const { page } = await open()
    await page.getByRole('button', { name: 'New key' }).click()
    await page.getByRole('button', { name: 'Create key' }).click()
    await page.getByText(/Name its purpose/).waitFor()
    await page.getByText(/at least one scope/).waitFor()
    expect(await page.getByLabel('Name').getAttribute('aria-invalid')).toBe('true')
    await page.getByRole('button', { name: 'Cancel' }).click()
    await page.getByRole('dialog').waitFor({ state: 'detached' })
  })

  it('offers no scope that the maker does not have, and tells what the server says of one', async () => {
    const maker = studioToken({ sub: 'mia', scope: 'api-keys:* tools:read' })
    const { page } = await open(maker)
    await page.getByRole('button', { name: 'New key' }).click()
    await page.getByLabel('tools:read', { exact: true }).waitFor()
    expect(await page.getByLabel('tools:execute', { exact: true }).isDisabled()).toBe(true)
    await page.getByLabel('Name').fill('too much')
    await page.getByLabel('Another scope').fill('audit:*')
    await page.getByRole('button', { name: 'Add scope' }).click()
    await page.getByRole('button', { name: 'Create key' }).click()
    await page.getByText(/It needs audit:/).waitFor()
  })

  it('revokes a key once it was asked twice, and it is refused', async () => {
    const { page } = await open()
    const key = await makeKey(page, 'to be revoked')
    await page.getByRole('button', { name: 'Done' }).click()
    await page.getByRole('button', { name: 'Revoke to be revoked' }).click()
    await page.getByRole('button', { name: 'Cancel' }).click()
    expect((await ask(key)).status).toBe(200)
    await page.getByRole('button', { name: 'Revoke to be revoked' }).click()
    await page.getByRole('button', { name: 'Revoke key' }).click()
    await keyRow(page, 'to be revoked').filter({ hasText: 'revoked' }).waitFor()
    await page.getByRole('button', { name: 'Revoke to be revoked' }).waitFor({ state: 'detached' })
    expect((await ask(key)).status).toBe(401)
  })

  it('lists those of everybody, or one’s own', async () => {
    const { page } = await open(studioToken({ sub: 'olga', role: 'admin' }))
    await makeKey(page, 'of olga')
    await page.getByRole('button', { name: 'Done' }).click()
    await page.getByLabel('Only keys I created').check()
    await page.getByText('1 key', { exact: true }).waitFor()
    expect(await keyRow(page, 'of olga').count()).toBe(1)
  })

  describe('revoking', () => {
    const revoke = async (page: Page) => {
      await page.getByRole('button', { name: 'Revoke…' }).click()
      await page.getByRole('dialog').getByRole('button', { name: 'Revoke', exact: true }).click()
    }

    it('revokes a token, pasted however it is', async () => {
      const token = studioToken({ sub: 'petra', role: 'viewer' })
      expect((await ask(token)).status).toBe(200)
      const { page, errors } = await open()
      await page.getByLabel('Token', { exact: true }).fill(`Authorization: Bearer ${token}`)
      await revoke(page)
      await page.getByText('Revoked.', { exact: true }).waitFor()
      expect((await ask(token)).status).toBe(401)
      expect(await page.getByLabel('Token', { exact: true }).inputValue()).toBe('')
      expect(errors).toStrictEqual([])
    })

    it('revokes all that a subject has', async () => {
      const iat = Math.floor(Date.now() / 1000) - 10
      const token = studioToken({ sub: 'quinn', role: 'viewer', iat })
      const { page } = await open()
      await page.getByLabel('What', { exact: true }).selectOption('All tokens of a subject')
      await page.getByLabel('Subject').fill('quinn')
      await revoke(page)
      await page.getByText('Revoked.', { exact: true }).waitFor()
      expect((await ask(token)).status).toBe(401)
    })

    it('revokes a session', async () => {
      const token = studioToken({ sub: 'rosa', role: 'viewer', sid: 'session-1' })
      expect((await ask(token)).status).toBe(200)
      const { page } = await open()
      await page.getByLabel('What', { exact: true }).selectOption('A session')
      await page.getByLabel('Session id (sid)').fill('session-1')
      await revoke(page)
      await page.getByText('Revoked.', { exact: true }).waitFor()
      expect((await ask(token)).status).toBe(401)
    })

    it('warns before one revokes oneself, and tells what is no token', async () => {
      const { page } = await open()
      await page.getByLabel('Token', { exact: true }).fill(server.token)
      await page.getByText(/This is your own/).waitFor()
      await page.getByLabel('Token', { exact: true }).fill('two words')
      await revoke(page)
      await page.getByText('The request is not valid.').waitFor()
      expect((await ask(server.token)).status).toBe(200)
    })
  })

  it('shows a viewer why there is nothing to see, and no buttons', async () => {
    const { page } = await open(studioToken({ sub: 'grace', role: 'viewer' }))
    await page.getByText('It needs api-keys:read.').waitFor()
    expect(await page.getByRole('button', { name: 'New key' }).count()).toBe(0)
    expect(await page.getByRole('heading', { name: 'Revoke tokens' }).count()).toBe(0)
  })

  it.each(WIDTHS)('has no barrier at %i px, in both themes', async (width) => {
    const { page } = await open(undefined, width)
    await page.getByRole('button', { name: 'New key' }).click()
    await page.getByRole('button', { name: 'Create key' }).click()
    await page.getByText(/at least one scope/).waitFor()
    expect(await lookAt(page, 'keys-new')).toStrictEqual([])
    await page.getByLabel('Name').fill('seen')
    await page.getByLabel('tools:read', { exact: true }).check()
    await page.getByRole('button', { name: 'Create key' }).click()
    await shownKey(page).waitFor()
    expect(await lookAt(page, 'keys-created')).toStrictEqual([])
    await page.getByRole('button', { name: 'Done' }).click()
    await keyRow(page, 'seen').first().waitFor()
    expect(await lookAt(page, 'keys-list')).toStrictEqual([])
  })
})
