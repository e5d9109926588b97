import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { describeStudio, openSignedIn } from '@signet/test-support/browser/studio-browser'
import {
  startStudioServer,
  studioToken,
  type StudioServer,
} from '@signet/test-support/browser/studio-server'

describeStudio('the settings of the Studio', (browser) => {
  let server: StudioServer
  beforeAll(async () => {
    server = await startStudioServer()
  })
  afterAll(() => server.stop())
  afterEach(() => browser.closeTabs())

  const addHeader = async (page: Page, name: string, value: string) => {
    await page.getByRole('button', { name: 'Add Header' }).click()
    await page.getByLabel('Name').last().fill(name)
    await page.getByLabel('Value').last().fill(value)
  }
  const save = (page: Page) => page.getByRole('button', { name: 'Save', exact: true }).click()
  const stored = (page: Page) =>
    page.evaluate(() => ({
      session: sessionStorage.getItem('signet-studio.headers'),
      local: localStorage.getItem('signet-studio.headers'),
    }))

  it('leads from the sign-in screen by Settings, Headers, Add Header to an answer with its tool call', async () => {
    const { page, errors } = await browser.tab(server.url)
    await page.getByRole('heading', { name: 'Sign in with a token' }).waitFor()
    await page.getByRole('navigation').getByRole('link', { name: 'Settings' }).click()
    await page.getByRole('heading', { name: 'Headers' }).waitFor()
    await addHeader(page, 'Authorization', `Bearer ${server.token}`)
    await save(page)
    await page.getByText('You are signed in as developer.').waitFor()

    await page.getByRole('link', { name: 'Agents' }).click()
    await page.getByRole('link', { name: 'Weather Agent' }).click()
    const streamed = page.waitForResponse(/\/stream$/)
    await page.getByLabel('Write a message').fill('Weather in London')
    await page.getByRole('button', { name: 'Send' }).click()
    expect((await streamed).headers()['content-type']).toContain('text/event-stream')
    const answer = page.getByRole('article', { name: 'Answer' })
    await expect.poll(() => answer.innerText()).toMatch(/London[^]*°C[^]*tokens out · \d/)
    await answer.getByText('weatherTool').click()
    const output = answer.getByRole('region', { name: 'Output of weatherTool' })
    expect(await output.innerText()).toContain('"location": "London"')
    const input = answer.getByRole('region', { name: 'Input of weatherTool' })
    expect(JSON.parse(await input.innerText())).toStrictEqual({ location: 'London' })
    expect(errors).toStrictEqual([])
  })

  it('keeps headers for the tab, and in the browser only where that is asked for', async () => {
    const { page } = await browser.tab(server.url, '/settings')
    await addHeader(page, 'Authorization', `Bearer ${server.token}`)
    await save(page)
    await page.getByText('You are signed in as').waitFor()
    const value = JSON.stringify([{ name: 'Authorization', value: `Bearer ${server.token}` }])
    expect(await stored(page)).toStrictEqual({ session: value, local: null })
    await page.getByLabel('Remember in this browser').check()
    await save(page)
    await page.getByText('You are signed in as').waitFor()
    expect(await stored(page)).toStrictEqual({ session: null, local: value })
    await page.reload()
    expect(await page.getByLabel('Value').inputValue()).toBe(`Bearer ${server.token}`)
    await page.getByRole('button', { name: 'Remove the header Authorization' }).click()
    await save(page)
    await page.getByText('This server shows nothing without a token.').waitFor()
    expect(await stored(page)).toStrictEqual({ session: null, local: null })
  })

  const now = () => Math.floor(Date.now() / 1000)
  const expired = () => studioToken({ sub: 'alice', exp: now() - 185 })
  const early = () => studioToken({ sub: 'alice', nbf: now() + 595 })
  const good = () => studioToken({ sub: 'alice', exp: now() + 3595 })

  // Each token is made when it is used: the words count from then.
  it.each<[string, string | (() => string), string]>([
    ['without Bearer', good, 'Bearer is missing before the token.'],
    ['of another scheme', 'Basic YTpi', 'Basic is another scheme: the server wants Bearer.'],
    ['of two parts', 'Bearer abc.def', 'It has 2 parts between dots'],
    [
      'with a header that is none',
      'Bearer abc.def.ghi',
      'The header, which is the part before the first dot, is not one JSON object',
    ],
    ['that has expired', () => `Bearer ${expired()}`, 'Expired 3 min'],
    [
      'that is not active yet',
      () => `Bearer ${early()}`,
      'Not valid yet: it becomes valid in 9 min',
    ],
    ['that is good', () => `Bearer ${good()}`, 'For alice; good for 59 min'],
  ])('marks a value at once: %s', async (_, value, text) => {
    const { page, requests } = await browser.tab(server.url, '/settings')
    await addHeader(page, 'Authorization', typeof value === 'string' ? value : value())
    await page.getByRole('status').filter({ hasText: text }).waitFor()
    expect(requests.filter((url) => url.includes('/system/packages'))).toStrictEqual([])
  })

  it.each([
    ['a name that no header can have', 'no name', 'x', 'A header cannot have this name.'],
    [
      'a name that pages may not set',
      'Host',
      'x',
      'A browser does not let a page set this header.',
    ],
    ['no name', '', 'x', 'A header needs a name.'],
    ['no value', 'X-Tenant', '', 'A header needs a value.'],
    [
      'a value that no header can have',
      'X-Tenant',
      'snow ☃',
      'The value of a header cannot have these characters',
    ],
  ])('does not save %s', async (_, name, value, text) => {
    const { page } = await browser.tab(server.url, '/settings')
    await addHeader(page, name, value)
    await save(page)
    await page.getByRole('alert').filter({ hasText: text }).waitFor()
    expect(await stored(page)).toStrictEqual({ session: null, local: null })
  })

  it('says by its code why the server refuses what was saved', async () => {
    const { page } = await browser.tab(server.url, '/settings')
    await addHeader(page, 'Authorization', `Bearer ${studioToken({ sub: 'a' }).slice(0, -4)}AAAA`)
    await save(page)
    const alert = page.getByRole('alert').filter({ hasText: 'token_signature' })
    await alert.waitFor()
    expect(await alert.innerText()).toContain('The signature of the token is not valid.')
  })

  it('sends every header that is set, with every request', async () => {
    const { page } = await browser.tab(server.url, '/settings')
    await addHeader(page, 'Authorization', `Bearer ${server.token}`)
    await addHeader(page, 'X-Tenant', 'blue')
    await save(page)
    await page.getByText('You are signed in as').waitFor()
    const listed = page.waitForRequest(/\/api\/agents/)
    await page.getByRole('link', { name: 'Agents' }).click()
    expect((await listed).headers()['x-tenant']).toBe('blue')
  })

  it('explains what another server needs, and that the policy of the page holds it back', async () => {
    const { page, requests } = await openSignedIn(browser, server.url, server.token, '/agents')
    await page.getByRole('link', { name: 'Settings' }).click()
    await page.getByLabel('Base URL').fill('https://api.elsewhere.example')
    await page.getByText('Both servers must allow this').waitFor()
    await page.getByRole('button', { name: 'Use this server' }).click()
    const alert = page.getByRole('alert').filter({ hasText: 'The server cannot be reached.' })
    await alert.waitFor()
    expect(await alert.innerText()).toContain('server.studio.connect')
    expect(requests.filter((url) => !url.startsWith(server.url))).toStrictEqual([])
    await page.getByRole('button', { name: 'Back to this server' }).click()
    await page.getByText('The server answers.').waitFor()
  })

  it.each([
    ['not a url', 'Write a whole URL, such as https://api.example.'],
    ['ftp://api.example', 'It must begin with https:// or http://.'],
    ['https://user:word@api.example', 'It must not contain a user name or a password.'],
  ])('does not use %s as a base URL', async (text, problem) => {
    const { page } = await browser.tab(server.url, '/settings')
    await page.getByLabel('Base URL').fill(text)
    await page.getByRole('alert').filter({ hasText: problem }).waitFor()
  })

  it('shows the theme of the system, or the one that was chosen, also after a reload', async () => {
    const { page } = await browser.tab(server.url, '/settings')
    const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor)
    const light = await ground()
    await page.getByLabel('Dark').check()
    await expect.poll(ground).not.toBe(light)
    const dark = await ground()
    await page.reload()
    await expect.poll(ground).toBe(dark)
    await page.getByLabel('System').check()
    await expect.poll(ground).toBe(light)
    await page.emulateMedia({ colorScheme: 'dark' })
    await expect.poll(ground).toBe(dark)
  })
})
