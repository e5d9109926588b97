import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { advise } from '@signet/auth/advice'
import { describeStudio, openSignedIn, signIn } from '@signet/test-support/browser/studio-browser'
import {
  startStudioServer,
  studioToken,
  type StudioServer,
} from '@signet/test-support/browser/studio-server'

describeStudio('the sign-in screen of the Studio', (browser) => {
  let server: StudioServer
  beforeAll(async () => {
    server = await startStudioServer()
  })
  afterAll(() => server.stop())
  afterEach(() => browser.closeTabs())

  const inSeconds = (seconds: number) => Math.floor(Date.now() / 1000) + seconds
  const heading = 'Sign in with a token'

  it.each(['/agents', '/agents/weather-agent', '/access', '/audit', '/keys'])(
    'stands in for %s, which asks the server nothing',
    async (path) => {
      const { page, errors, requests } = await browser.tab(server.url, path)
      await page.getByRole('heading', { name: heading }).waitFor()
      const asked = requests.filter((url) => url.includes('/api/'))
      expect(new Set(asked.map((url) => new URL(url).pathname))).toStrictEqual(
        new Set(['/api/auth/capabilities', '/api/auth/me']),
      )
      expect(errors).toStrictEqual([])
    },
  )

  it.each(['/tokens', '/settings'])('leaves %s open', async (path) => {
    const { page, errors } = await browser.tab(server.url, path)
    await page.getByRole('heading', { level: 1 }).waitFor()
    expect(await page.getByRole('heading', { name: heading }).count()).toBe(0)
    expect(errors).toStrictEqual([])
  })

  it.each([
    ['a bare token', (token: string) => token],
    ['a header', (token: string) => `Authorization: Bearer ${token}`],
    ['a line of an .env file', (token: string) => `MASTRA_JWT_TOKEN=${token}`],
    [
      'a cURL command',
      (token: string) => `curl -H "Authorization: Bearer ${token}" http://localhost/api/agents`,
    ],
  ])('takes %s', async (_, write) => {
    const { page, errors } = await browser.tab(server.url)
    await signIn(page, write(server.token))
    await page.getByRole('link', { name: 'Weather Agent' }).waitFor()
    await page.getByRole('button', { name: /developer/ }).waitFor()
    expect(errors).toStrictEqual([])
  })

  it.each([
    ['has expired', () => studioToken({ sub: 'a', exp: inSeconds(-190) }), 'Expired 3 min'],
    ['is no token', () => 'nonsense', 'It has 1 part between dots; a token has three parts.'],
    [
      'is not active yet',
      () => studioToken({ sub: 'a', nbf: inSeconds(500) }),
      'Not valid yet: it becomes valid in 8 min',
    ],
  ])('says at once, without the server, that what was pasted %s', async (_, write, text) => {
    const { page, requests } = await browser.tab(server.url)
    await page.getByLabel('Token or header').fill(write())
    await page.getByRole('status').filter({ hasText: text }).waitFor()
    expect(requests.filter((url) => url.includes('/system/'))).toStrictEqual([])
  })

  it.each([
    [
      'token_signature',
      `${studioToken({ sub: 'a' }).slice(0, -4)}AAAA`,
      'The signature of the token',
    ],
    ['token_expired', studioToken({ sub: 'a', exp: inSeconds(-60) }), 'The token has expired.'],
    ['token_claim', studioToken({ name: 'nobody' }), 'A claim of the token is missing'],
    ['token_malformed', 'nonsense', 'The token is not well formed.'],
  ] as const)('says the server’s reason and what to do: %s', async (code, token, text) => {
    const { page } = await browser.tab(server.url)
    await page.getByLabel('Token or header').fill(token)
    await page.getByRole('button', { name: 'Sign in' }).click()
    const alert = page.getByRole('alert').filter({ hasText: code })
    await alert.waitFor()
    expect(await alert.innerText()).toContain(text)
    // More than its code says: what is known of this token, in the words of the command line.
    const { cause, remedy } = advise({ code, token, now: Date.now() / 1000 })
    const words = (await alert.innerText()).replaceAll(/\s+/g, ' ')
    for (const part of [cause, remedy])
      expect(words).toContain(part.replace(/\d+ (?:min|s).*ago.*/, ''))
    expect(await page.evaluate(() => JSON.stringify(sessionStorage))).not.toContain(token)
  })

  it.each([
    ['in quotes', (token: string) => `"${token}"`, 'There are quotes around it.'],
    ['with Bearer twice', (token: string) => `Bearer Bearer ${token}`, '"Bearer" twice'],
    [
      'with a line break',
      (token: string) => `${token.slice(0, 60)}\n${token.slice(60)}`,
      'There is a line break after character 60.',
    ],
    ['in JSON', (token: string) => JSON.stringify({ token }), 'JSON stands around the token.'],
  ])('takes a token %s, and says what it left out', async (_, write, text) => {
    const { page } = await browser.tab(server.url)
    await page.getByLabel('Token or header').fill(write(server.token))
    await page.getByRole('status').filter({ hasText: text }).waitFor()
    await page.getByLabel('Token or header').press('Enter')
    await page.getByRole('link', { name: 'Weather Agent' }).waitFor()
  })

  it('says why a token that was kept is refused after a reload', async () => {
    const { page } = await openSignedIn(browser, server.url, server.token, '/agents')
    const stale = studioToken({ sub: 'a', exp: inSeconds(-190) })
    await page.evaluate((value) => {
      sessionStorage.setItem(
        'signet-studio.headers',
        JSON.stringify([{ name: 'Authorization', value }]),
      )
    }, `Bearer ${stale}`)
    await page.reload()
    await page.getByRole('heading', { name: heading }).waitFor()
    await page.getByRole('alert').filter({ hasText: 'token_expired' }).waitFor()
    await page.getByText(/Expired 3 min .* ago, at /).waitFor()
  })

  it('shows who you are on every page, and until when, ticking', async () => {
    const token = studioToken({ sub: 'erin', role: ['owner'], exp: inSeconds(290) })
    const { page } = await openSignedIn(browser, server.url, token, '/agents')
    const identity = page.getByRole('button', { name: /erin/ })
    for (const name of ['Agents', 'Tokens', 'Access', 'Audit', 'API keys', 'Settings']) {
      await page.getByRole('navigation').getByRole('link', { name }).click()
      await expect.poll(() => identity.innerText()).toMatch(/erin\s+owner\s+·\s+expires in 4 min/)
    }
    const before = await identity.innerText()
    await expect.poll(() => identity.innerText(), { timeout: 5000 }).not.toBe(before)
    await identity.click()
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByRole('heading', { name: heading }).waitFor()
    expect(await page.evaluate(() => sessionStorage.length + localStorage.length)).toBe(0)
  })

  it('asks for another token when one ends in mid-chat, and loses nothing', async () => {
    // Long enough for the first answer on a machine that has much to do.
    const soon = studioToken({ sub: 'frank', role: 'owner', exp: inSeconds(15) })
    const { page } = await openSignedIn(browser, server.url, soon, '/agents/weather-agent')
    const composer = page.getByLabel('Write a message')
    const answers = page.getByRole('article', { name: 'Answer' })
    await composer.fill('Weather in London')
    await page.keyboard.press('Enter')
    await expect.poll(() => answers.innerText()).toContain('tokens out')
    await expect
      .poll(() => page.getByRole('banner').innerText(), { timeout: 40_000 })
      .toContain('token expired')

    await composer.fill('Weather in Paris')
    await page.keyboard.press('Enter')
    const dialog = page.getByRole('dialog', { name: 'The token has expired.' })
    await dialog.waitFor()
    // Another person’s token would show them this conversation as theirs.
    await dialog.getByLabel('Token or header').fill(studioToken({ sub: 'grace', role: 'owner' }))
    await dialog.getByRole('button', { name: 'Continue' }).click()
    await dialog.getByText('this page belongs to frank').waitFor()
    await dialog.getByLabel('Token or header').fill(studioToken({ sub: 'frank', role: 'owner' }))
    await dialog.getByRole('button', { name: 'Continue' }).click()
    await dialog.waitFor({ state: 'detached' })
    await expect.poll(() => answers.count()).toBe(2)
    await expect.poll(() => answers.last().innerText()).toContain('Paris')
    expect(await page.getByRole('article', { name: 'You' }).allInnerTexts()).toStrictEqual([
      'Weather in London',
      'Weather in Paris',
    ])
  })

  it('keeps the draft where no other token is given, and asks again at the next try', async () => {
    const token = studioToken({ sub: 'heidi', role: 'owner', jti: 'heidi-1' })
    const { page } = await openSignedIn(browser, server.url, token, '/agents/weather-agent')
    const composer = page.getByLabel('Write a message')
    await composer.waitFor()
    const response = await fetch(`${server.url}/api/auth/revocations`, {
      method: 'POST',
      headers: { authorization: `Bearer ${server.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ token }),
    })
    expect(response.status).toBe(201)
    await composer.fill('Weather in Oslo')
    await page.keyboard.press('Enter')
    const dialog = page.getByRole('dialog', { name: 'The token has been revoked.' })
    await dialog.getByRole('button', { name: 'Close' }).click()
    await expect.poll(() => composer.inputValue()).toBe('Weather in Oslo')
    await page.getByRole('alert').filter({ hasText: 'token_revoked' }).waitFor()
    await composer.press('Enter')
    await dialog.getByLabel('Token or header').fill(studioToken({ sub: 'heidi', role: 'owner' }))
    await dialog.getByRole('button', { name: 'Continue' }).click()
    const answer = page.getByRole('article', { name: 'Answer' })
    await expect.poll(() => answer.innerText()).toContain('Oslo')
  })
})
