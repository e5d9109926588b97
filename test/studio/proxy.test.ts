import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import {
  describeStudio,
  keepScreenshots,
  lookAt,
  openSignedIn,
  signIn,
  WIDTHS,
  type Width,
} from '@signet/test-support/browser/studio-browser'
import { startStudioProxy, type StudioProxy } from '@signet/test-support/browser/studio-proxy'
import { studioToken } from '@signet/test-support/browser/studio-server'

describeStudio('the Studio of a proxy', (browser) => {
  let started: StudioProxy | undefined
  const proxy = (): StudioProxy => {
    if (started === undefined) throw new Error('The proxy has not started yet.')
    return started
  }
  const studio = () => `${proxy().url}/signet`
  const open = (path: string, token = proxy().token, width: Width = 1440) =>
    openSignedIn(browser, studio(), token, path, width)
  const row = (page: Page, path: string) =>
    page.getByRole('row').filter({ has: page.getByText(path, { exact: true }) })
  const narrow = () => studioToken({ sub: 'nora', scope: 'agents:read:weather-agent' })

  beforeAll(async () => {
    started = await startStudioProxy()
  })
  afterEach(() => browser.closeTabs())
  afterAll(() => started?.stop())

  it('signs in, shows the pages that a proxy has, and signs out', async () => {
    const { page, errors, requests } = await browser.tab(studio())
    await signIn(page, proxy().token)
    const places = page.getByRole('navigation', { name: 'Studio' }).first().getByRole('link')
    expect(await places.allTextContents()).toStrictEqual([
      'Tokens',
      'Access',
      'Audit',
      'API keys',
      'Settings',
    ])
    expect(new URL(page.url()).hash).toBe('#/access')
    await row(page, '/signet/api/audit').waitFor()
    expect(errors).toStrictEqual([])
    await page.getByRole('button', { name: /developer/ }).click()
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByRole('heading', { name: 'Sign in with a token' }).waitFor()
    const kept = await page.evaluate(() =>
      JSON.stringify([{ ...localStorage }, { ...sessionStorage }]),
    )
    expect(kept).not.toContain('eyJ')
    // Whatever the page asks is of the proxy: it asks the application for nothing.
    const asked = requests.map((url) => new URL(url)).filter(({ protocol }) => protocol === 'http:')
    expect(asked.filter(({ pathname }) => !/^\/signet(?:\/|$)/.test(pathname))).toStrictEqual([])
  })

  it('is the same without a slash at the end of its path, and has no page of agents', async () => {
    const { page, errors } = await browser.tab(studio())
    await page.goto(`${studio()}#/agents/weather-agent`)
    await signIn(page, proxy().token)
    await row(page, '/signet/api/audit').waitFor()
    expect(new URL(page.url()).hash).toBe('#/access')
    expect(errors).toStrictEqual([])
  })

  it('shows on the page Access what the table of Mastra asks for, and of whom', async () => {
    const { page } = await open('/access')
    const generate = row(page, '/api/agents/:agentId/generate')
    await generate.waitFor()
    expect(await generate.textContent()).toMatch(
      /agents:execute:\{agentId\}.*owner, admin, member.*yes.*Granted by \*/,
    )
    await page.getByLabel('Access of').selectOption('viewer')
    await generate.filter({ hasText: 'Nothing grants agents:execute:{agentId}.' }).waitFor()
    expect(await row(page, '/*').textContent()).toMatch(/routes:execute:\{path\}.*owner.*no/)
    await page.getByRole('tab', { name: 'Agents and tools' }).click()
    const agent = page.getByRole('row').filter({ hasText: 'agent with get-forecast, get-tide' })
    expect(await agent.textContent()).toMatch(
      /weather-agent.*Granted by agents:read\..*Nothing grants agents:execute:weather-agent/,
    )
    await page.getByRole('row').filter({ hasText: 'lonely-tool' }).waitFor()
    await page.getByRole('tab', { name: 'Roles' }).click()
    const member = page.getByRole('row').filter({ hasText: 'member' })
    expect(await member.textContent()).toContain('workflows:execute')
  })

  it('shows on the page Access what the proxy knows while the application does not answer', async () => {
    await proxy().upstream.stop()
    try {
      const { page } = await open('/access')
      await row(page, '/api/agents/:agentId/generate').waitFor()
      await page.getByRole('tab', { name: 'Agents and tools' }).click()
      await page.getByText('Agents and tools are not listed').waitFor()
    } finally {
      await proxy().upstream.startAgain()
    }
  })

  it('inspects and signs tokens on the page Tokens, of which the application sees none', async () => {
    const { page, errors } = await open('/access')
    await page.goto(`${studio()}/#/tokens`)
    await page.getByLabel('This server').waitFor({ state: 'attached' })
    await page.getByLabel('agents:execute:weather-agent', { exact: true }).check()
    await page.getByRole('button', { name: 'Sign token' }).click()
    await page.getByRole('region', { name: 'Signed token' }).waitFor()
    await page.getByRole('button', { name: 'Copy cURL' }).click()
    const command = await page.evaluate(() => navigator.clipboard.readText())
    expect(command).toContain(`${proxy().url}/api/agents/weather-agent/generate`)
    await page.getByRole('tab', { name: 'Inspect a token' }).click()
    await page.getByLabel('Token to inspect').fill(narrow())
    await page.getByRole('button', { name: 'Ask this server' }).click()
    await page.getByText('The server accepts this token.').waitFor()
    await page.getByText('agents:read:weather-agent').first().waitFor()
    expect(errors).toStrictEqual([])
    expect(
      proxy()
        .upstream.requests.map(({ url }) => url)
        .join(),
    ).not.toContain('signet')
  })

  it('shows on the page Audit what the proxy refused, and why', async () => {
    const path = '/api/agents/cook-agent/generate'
    const refused = await fetch(proxy().url + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${narrow()}` },
      signal: AbortSignal.timeout(10_000),
    })
    expect(refused.status).toBe(403)
    const { page, errors } = await open('/audit')
    const refusal = page.getByRole('row').filter({ hasText: 'nora' }).first()
    await refusal.waitFor()
    expect(await refusal.textContent()).toContain('scope_insufficient')
    expect(errors).toStrictEqual([])
  })

  it('makes on the page API keys a key that the proxy takes, and revokes it', async () => {
    const { page, errors } = await open('/keys')
    await page.getByRole('button', { name: 'New key' }).click()
    await page.getByLabel('Name').fill('nightly report')
    await page.getByLabel('agents:read', { exact: true }).check()
    await page.getByRole('button', { name: 'Create key' }).click()
    const shown = page.getByRole('region', { name: 'API key' })
    await shown.waitFor()
    const key = (await shown.textContent()) ?? ''
    const ask = async () => {
      const headers = { authorization: `Bearer ${key}` }
      const signal = AbortSignal.timeout(10_000)
      return (await fetch(`${proxy().url}/api/agents`, { headers, signal })).status
    }
    expect(await ask()).toBe(200)
    await page.getByRole('button', { name: 'Done' }).click()
    const line = page.getByRole('row').filter({ hasText: 'nightly report' })
    await line.getByRole('button', { name: /Revoke/ }).click()
    await page
      .getByRole('dialog')
      .getByRole('button', { name: /Revoke/ })
      .click()
    await line.filter({ hasText: 'revoked' }).waitFor()
    expect(await ask()).toBe(401)
    expect(errors).toStrictEqual([])
  })

  it.each([
    ['/access', 'system:read'],
    ['/audit', 'audit:read'],
    ['/keys', 'api-keys:read'],
  ])('says to a narrow token what %s needs: %s', async (path, permission) => {
    const { page } = await open(path, narrow())
    await page.getByText(`It needs ${permission}.`).first().waitFor()
    expect(await page.getByRole('table').count()).toBe(0)
  })

  it.each(WIDTHS)('has no barrier at %i px, in both themes', async (width) => {
    const { page } = await open('/access', proxy().token, width)
    await row(page, '/api/agents/:agentId/generate').waitFor()
    await page.getByLabel('Find a route').fill('agentid generate')
    await page.getByLabel('Access of').selectOption('viewer')
    await page.getByText('Nothing grants agents:execute:{agentId}.').first().waitFor()
    expect(await lookAt(page, 'proxy-access-found')).toStrictEqual([])
    for (const path of ['tokens', 'audit', 'keys']) {
      await page.goto(`${studio()}/#/${path}`)
      await page.getByRole('heading', { level: 1 }).waitFor()
      await keepScreenshots(page, `proxy-${path}`)
    }
  })
})
