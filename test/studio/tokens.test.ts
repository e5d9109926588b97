import { decodeToken, secretKeys, verifySignature } from '@signet/auth'
import type { Page, Request } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import {
  describeStudio,
  lookAt,
  openSignedIn,
  WIDTHS,
} from '@signet/test-support/browser/studio-browser'
import {
  startStudioServer,
  STUDIO_SECRET,
  studioToken,
  type StudioServer,
} from '@signet/test-support/browser/studio-server'

/** Everything of a request that leaves the browser. */
async function textOf(request: Request): Promise<string> {
  const headers = JSON.stringify(await request.allHeaders().catch(() => request.headers()))
  return `${request.method()} ${request.url()} ${headers} ${request.postData() ?? ''}`
}

/** Everything that the page keeps, in the document and beside it. */
async function keptBy(page: Page): Promise<string> {
  const [kept, cookies] = await Promise.all([
    page.evaluate(async () =>
      JSON.stringify({
        local: { ...localStorage },
        session: { ...sessionStorage },
        databases: await indexedDB.databases(),
        caches: await caches.keys(),
        history: history.state as unknown,
        address: location.href,
        name: window.name,
        document: document.documentElement.outerHTML,
      }),
    ),
    page.context().cookies(),
  ])
  return kept + JSON.stringify(cookies)
}

const secretField = (page: Page) => page.getByLabel('Secret', { exact: true })
const sign = (page: Page) => page.getByRole('button', { name: 'Sign token' }).click()
const signedToken = (page: Page) => page.getByRole('region', { name: 'Signed token' })

async function signedText(page: Page): Promise<string> {
  return (await signedToken(page).textContent()) ?? ''
}

/** Writes JSON in place of what there is, as a person does who has it in the clipboard. */
async function pasteJson(page: Page, text: string): Promise<void> {
  await page.evaluate((pasted) => navigator.clipboard.writeText(pasted), text)
  await page.getByLabel('Claims as JSON').click()
  await page.keyboard.press('ControlOrMeta+a')
  await page.keyboard.press('ControlOrMeta+v')
}

async function goTo(page: Page, hash: string): Promise<void> {
  await page.evaluate((path) => {
    location.hash = path
  }, hash)
}

describeStudio('the Tokens page of the Studio', (browser) => {
  let server: StudioServer
  beforeAll(async () => {
    server = await startStudioServer()
  })
  afterAll(() => server.stop())
  afterEach(() => browser.closeTabs())

  it('leads from the secret to the chat, and tells nobody the secret', async () => {
    const { page, errors, requests } = await browser.tab(server.url, '/agents')
    const sent: Promise<string>[] = []
    const logged: string[] = []
    page.on('request', (request) => sent.push(textOf(request)))
    page.on('console', (message) => logged.push(message.text()))
    await page.getByRole('heading', { name: 'Sign in with a token' }).waitFor()
    await page.getByRole('link', { name: 'Tokens page' }).click()

    await page.getByLabel('Subject').fill('carol')
    await secretField(page).pressSequentially(STUDIO_SECRET)
    await sign(page)
    await signedToken(page).waitFor()
    expect(await keptBy(page)).not.toContain(STUDIO_SECRET)
    await page.getByRole('button', { name: 'Sign in with this token' }).click()
    await page.getByText('You are signed in as carol.').waitFor()
    expect(await keptBy(page)).not.toContain(STUDIO_SECRET)
    await page.getByRole('link', { name: 'Go to the agents' }).click()

    await page.getByRole('link', { name: 'Weather Agent' }).click()
    await page.getByLabel('Write a message').fill('Weather in Oslo')
    await page.keyboard.press('Enter')
    await page.getByText(/tokens out/).waitFor()
    await page.getByRole('button', { name: /carol/ }).waitFor()

    const needle = STUDIO_SECRET.slice(0, 16)
    expect((await Promise.all(sent)).filter((text) => text.includes(needle))).toStrictEqual([])
    expect(logged.filter((text) => text.includes(needle))).toStrictEqual([])
    expect(await keptBy(page)).not.toContain(needle)
    expect(server.process.stdout + server.process.stderr).not.toContain(needle)
    expect(requests.filter((url) => !url.startsWith(`${server.url}/`))).toStrictEqual([])
    expect(errors).toStrictEqual([])
  })

  it('asks the server nothing in order to sign', async () => {
    const { page, requests } = await browser.tab(server.url, '/tokens')
    await secretField(page).fill(STUDIO_SECRET)
    await page.getByLabel('Claims as JSON').waitFor()
    await page.waitForLoadState('networkidle')
    const before = requests.length
    await sign(page)
    await signedToken(page).waitFor()
    // The code of other pages is loaded meanwhile, when the page has nothing else to do.
    const asked = requests.slice(before).map((url) => new URL(url).pathname)
    expect(asked.filter((path) => !path.startsWith('/assets/'))).toStrictEqual([])
  })

  it.each(['HS256', 'HS384', 'HS512'] as const)('signs with %s', async (algorithm) => {
    const { page } = await browser.tab(server.url, '/tokens')
    await page.getByLabel('Algorithm').selectOption(algorithm)
    await secretField(page).fill(STUDIO_SECRET)
    await secretField(page).press('Enter')
    await signedToken(page).waitFor()
    const token = await signedText(page)
    const policy = { keys: secretKeys(STUDIO_SECRET), algorithms: [algorithm] }
    await expect(verifySignature(token, policy)).resolves.toBeDefined()
  })

  describe('the secret', () => {
    it('is hidden until it is asked for', async () => {
      const { page } = await browser.tab(server.url, '/tokens')
      const style = () =>
        secretField(page).evaluate((element) =>
          getComputedStyle(element).getPropertyValue('-webkit-text-security'),
        )
      expect(await style()).toBe('disc')
      await page.getByRole('button', { name: 'Show the secret' }).click()
      expect(await style()).toBe('none')
      expect(await secretField(page).getAttribute('autocomplete')).toBe('off')
      expect(await secretField(page).getAttribute('spellcheck')).toBe('false')
    })

    it.each([
      ['another tab', async (page: Page) => page.getByRole('tab', { name: 'Inspect' }).click()],
      ['another page', async (page: Page) => goTo(page, '/settings')],
    ])('is gone after %s was looked at', async (_, leave) => {
      const { page } = await browser.tab(server.url, '/tokens')
      await page.getByLabel('Subject').fill('carol')
      await secretField(page).fill(STUDIO_SECRET)
      await leave(page)
      await secretField(page).waitFor({ state: 'detached' })
      await goTo(page, '/tokens')
      const tab = page.getByRole('tab', { name: 'Create a token' })
      await tab.click()
      expect(await secretField(page).inputValue()).toBe('')
    })

    it('is not there for the browser to bring back', async () => {
      const { page } = await browser.tab(server.url, '/tokens')
      await secretField(page).fill(STUDIO_SECRET)
      await page.goto('about:blank')
      await page.goBack()
      expect(await secretField(page).inputValue()).toBe('')
    })

    it('is refused where it is too short, with what it needs', async () => {
      const { page } = await browser.tab(server.url, '/tokens')
      await sign(page)
      await page.getByText('Enter the secret that the server verifies with.').waitFor()
      await secretField(page).fill('too short')
      await sign(page)
      await page.getByText('HS256 needs a secret of 32 bytes; this one has 9.').waitFor()
      expect(await secretField(page).getAttribute('aria-invalid')).toBe('true')
      expect(await signedToken(page).count()).toBe(0)
    })

    it('may be pasted with its line of the .env file', async () => {
      const { page } = await browser.tab(server.url, '/tokens')
      await secretField(page).fill(`MASTRA_JWT_SECRET="${STUDIO_SECRET}"`)
      await sign(page)
      await page.getByRole('button', { name: 'Sign in with this token' }).click()
      await page.getByText('You are signed in as alice.').waitFor()
    })

    it('that is another one makes a token that is refused in words, and not used', async () => {
      const { page } = await browser.tab(server.url, '/tokens')
      await secretField(page).fill('another secret that is long enough for HS256')
      await sign(page)
      await page.getByRole('button', { name: 'Sign in with this token' }).click()
      await page.getByText('The signature of the token is not valid.').waitFor()
      expect(await page.evaluate(() => JSON.stringify([{ ...sessionStorage }]))).toBe('[{}]')
    })
  })

  describe('form and JSON', () => {
    it('keep step', async () => {
      const { page, errors } = await browser.tab(server.url, '/tokens')
      const json = page.getByLabel('Claims as JSON')
      await json.waitFor()
      await page.getByLabel('agents:execute', { exact: true }).check()
      await page.getByLabel('viewer').check()
      await expect.poll(() => json.textContent()).toContain('"scope": "agents:execute"')
      expect(await json.textContent()).toContain('"viewer"')

      await pasteJson(
        page,
        '{ "sub": "dave", "scope": "tools:read agents:*:x", "roles": ["owner"] }',
      )
      await expect.poll(() => page.getByLabel('Subject').inputValue()).toBe('dave')
      expect(await page.getByLabel('tools:read').isChecked()).toBe(true)
      expect(await page.getByLabel('agents:execute', { exact: true }).isChecked()).toBe(false)
      expect(await page.getByLabel('owner').isChecked()).toBe(true)
      expect(await page.getByLabel('Expires after').inputValue()).toBe('never')
      await page.getByRole('button', { name: 'Remove agents:*:x' }).click()
      await expect.poll(() => json.textContent()).not.toContain('agents:*:x')

      await json.click()
      await page.keyboard.press('ControlOrMeta+a')
      await page.keyboard.type('{ "sub": 1')
      await page.getByText('This is not valid JSON yet.').waitFor()
      expect(await page.getByRole('button', { name: 'Sign token' }).isDisabled()).toBe(true)
      expect(errors).toStrictEqual([])
    })

    it('mark what a wider scope grants already', async () => {
      const { page } = await browser.tab(server.url, '/tokens')
      const other = page.getByLabel('Another scope')
      await other.fill('*')
      await other.press('Enter')
      const box = page.getByLabel('audit:read')
      expect(await box.isChecked()).toBe(true)
      expect(await box.isDisabled()).toBe(true)
      await other.fill('agents:run')
      await other.press('Enter')
      await page.getByText('There is no action “run”.').waitFor()
    })

    it('count the end from when it is signed', async () => {
      const { page } = await browser.tab(server.url, '/tokens')
      await page.getByLabel('Expires after').selectOption('15 minutes')
      await secretField(page).fill(STUDIO_SECRET)
      await sign(page)
      await signedToken(page).waitFor()
      const { payload } = (await decodeToken(await signedText(page))) ?? {}
      const { exp, iat }: { exp?: unknown; iat?: unknown } = Object(payload)
      expect(Number(exp) - Number(iat)).toBe(15 * 60)
      expect(Math.abs(Number(iat) - Date.now() / 1000)).toBeLessThan(30)
      await page.getByLabel('Subject').fill('someone else')
      await page.getByText('The claims have changed since').waitFor()
    })
  })

  it('copies a token, a header, a line for .env and a cURL command', async () => {
    const { page } = await browser.tab(server.url, '/tokens')
    await secretField(page).fill(STUDIO_SECRET)
    await sign(page)
    const token = await signedText(page)
    const copied = async (name: string) => {
      await page.getByRole('button', { name, exact: true }).click()
      return page.evaluate(() => navigator.clipboard.readText())
    }
    expect(await copied('Copy token')).toBe(token)
    expect(await copied('Copy header')).toBe(`Authorization: Bearer ${token}`)
    expect(await copied('Copy .env line')).toBe(`MASTRA_JWT_TOKEN=${token}`)
    expect(await copied('Copy cURL')).toContain(`'${server.url}/api/`)
  })

  describe('with a token', () => {
    it('lists the agents and tools of the server, and warns of a tool that is missing', async () => {
      const { page } = await openSignedIn(browser, server.url, server.token, '/agents')
      await goTo(page, '/tokens')
      await page.getByLabel('agents:execute:weather-agent').check()
      await page.getByText(/will answer without get-weather/).waitFor()
      await page.getByLabel('tools:execute:get-weather').check()
      await page.getByText(/will answer without/).waitFor({ state: 'detached' })
    })

    it('has the server sign in development, which grants no more than one has', async () => {
      const { page } = await openSignedIn(browser, server.url, server.token, '/agents')
      await goTo(page, '/tokens')
      await page.getByLabel('This server').waitFor({ state: 'attached' })
      expect(await secretField(page).count()).toBe(0)
      await page.getByLabel('Subject').fill('erin')
      await page.getByLabel('agents:read', { exact: true }).check()
      await sign(page)
      await signedToken(page).waitFor()
      const token = await signedText(page)
      expect((await decodeToken(token))?.payload).toMatchObject({
        sub: 'erin',
        scope: 'agents:read',
      })
      await page.getByLabel('Expires after').selectOption('Never')
      await sign(page)
      await page.getByText('The server signs only tokens that expire.').waitFor()
    })

    it('refuses to have more signed than one may', async () => {
      const maker = studioToken({ sub: 'frank', scope: 'tokens:write agents:read' })
      const { page } = await openSignedIn(browser, server.url, maker, '/agents')
      await goTo(page, '/tokens')
      await page.getByLabel('This server').waitFor({ state: 'attached' })
      await page.getByLabel('Subject').fill('boss')
      await sign(page)
      await page.getByText('It needs *.').waitFor()
      await page.getByLabel('Subject').fill('frank')
      await page.getByLabel('audit:read').check()
      await sign(page)
      await page.getByText('The token does not grant what this request needs.').waitFor()
      await page.getByText('It needs audit:read.').waitFor()
    })

    it('offers no server to sign with to those who may not', async () => {
      const viewer = studioToken({ sub: 'grace', role: 'viewer' })
      const { page } = await openSignedIn(browser, server.url, viewer, '/agents')
      await goTo(page, '/tokens')
      await page.getByLabel('agents:read:weather-agent').waitFor()
      expect(await page.getByLabel('This server').count()).toBe(0)
      await secretField(page).waitFor()
    })
  })

  describe('the inspector', () => {
    const open = async (token?: string) => {
      const { page } = token
        ? await openSignedIn(browser, server.url, token, '/agents')
        : await browser.tab(server.url, '/tokens')
      await goTo(page, '/tokens')
      await page.getByRole('tab', { name: 'Inspect a token' }).click()
      return page
    }
    const paste = (page: Page, text: string) => page.getByLabel('Token to inspect').fill(text)
    const ago = (seconds: number) => Math.floor(Date.now() / 1000) - seconds

    it('says in words what a token says, without a server', async () => {
      const page = await open()
      const token = studioToken({ sub: 'bob', exp: ago(185), scope: 'agents:execute:x agent:read' })
      await paste(page, `Authorization: Bearer ${token}`)
      await page.getByText(/^Expired 3 min/).waitFor()
      await page.getByText('run the agent x').waitFor()
      await page.getByText(/agent:read grants nothing/).waitFor()
      await page.getByText(/Sign in with a token that grants system:read/).waitFor()
      await paste(page, 'nonsense')
      await page.getByText(/It has 1 part between dots/).waitFor()
    })

    it('knows whether a secret made the signature', async () => {
      const page = await open()
      await paste(page, studioToken({ sub: 'bob' }))
      const check = page.getByRole('button', { name: 'Check signature' })
      await secretField(page).fill(`${STUDIO_SECRET}?`)
      await check.click()
      await page.getByText('It was signed with another secret.').waitFor()
      await secretField(page).fill(STUDIO_SECRET)
      await check.click()
      await page.getByText('Signed with this secret.').waitFor()
    })

    it('shows what the server makes of a good token', async () => {
      const page = await open(server.token)
      await page.getByRole('button', { name: 'Your token' }).click()
      await page.getByRole('button', { name: 'Ask this server' }).click()
      await page.getByText('The server accepts this token.').waitFor()
      const checks = page.getByRole('list', { name: 'Checks' }).getByRole('listitem')
      expect(await checks.filter({ hasText: 'passed' }).count()).toBe(await checks.count())
    })

    it('shows which check a bad token fails, and what to do', async () => {
      const page = await open(server.token)
      await paste(page, studioToken({ sub: 'bob', exp: ago(60) }))
      await page.getByRole('button', { name: 'Ask this server' }).click()
      const checks = page.getByRole('list', { name: 'Checks' }).getByRole('listitem')
      await checks.first().waitFor()
      expect(await checks.filter({ hasText: 'failed' }).count()).toBe(1)
      const alert = page.getByRole('alert').filter({ hasText: 'token_expired' })
      expect(await alert.innerText()).toMatch(/^Expired 1 min( \d+ s)? ago, at /)
      expect(await alert.innerText()).toContain('Create a new one:')
      const command = alert.getByRole('region', { name: 'Command to run' })
      expect(await command.innerText()).toBe('npx signet token --sub bob')
    })

    it('shows what deserves a look in a token that the server takes', async () => {
      const page = await open(server.token)
      await paste(page, studioToken({ sub: 'bob', role: 'admn' }))
      await page.getByRole('button', { name: 'Ask this server' }).click()
      await page.getByText('The server accepts this token.').waitFor()
      await page
        .getByText('There is no role "admn". Did you mean admin? It grants nothing.')
        .waitFor()
      const command = page.getByRole('region', { name: 'Command to run' })
      expect(await command.innerText()).toBe('npx signet token --sub bob --role admin')
    })

    it('shows to whom a token was issued, who acts, and which scopes are foreign', async () => {
      const page = await open(server.token)
      const claims = { sub: 'bob', azp: 'web-app', act: { sub: 'helper' }, scope: 'openid email' }
      await paste(page, studioToken(claims))
      await page.getByText(/openid, email are foreign scopes/).waitFor()
      const fact = (name: string) => page.getByText(name, { exact: true })
      expect(await fact('Client').count()).toBe(1)
      await page.getByRole('button', { name: 'Ask this server' }).click()
      await page.getByText(/^The scopes "openid" and "email" are foreign/).waitFor()
      expect(await fact('Client').count()).toBe(2)
      expect(await fact('web-app').count()).toBe(2)
      expect(await fact('Actors').count()).toBe(1)
      expect(await fact('helper').count()).toBe(1)
    })

    it('does not ask the server for those who may not', async () => {
      const page = await open(studioToken({ sub: 'grace', role: 'viewer' }))
      await page.getByRole('button', { name: 'Your token' }).click()
      await page.getByText(/To have the server explain this token/).waitFor()
      expect(await page.getByRole('button', { name: 'Ask this server' }).count()).toBe(0)
    })
  })

  it.each(WIDTHS)('has no barrier at %i px, in both themes', async (width) => {
    const { page } = await browser.tab(server.url, '/tokens', width)
    await page.getByLabel('agents:read', { exact: true }).check()
    await sign(page)
    await page.getByText('Enter the secret').waitFor()
    expect(await lookAt(page, 'tokens-unsigned')).toStrictEqual([])
    await secretField(page).fill(STUDIO_SECRET)
    await sign(page)
    await signedToken(page).waitFor()
    expect(await lookAt(page, 'tokens-signed')).toStrictEqual([])
    await page.getByRole('button', { name: 'Inspect it' }).click()
    await page.getByRole('region', { name: 'Claims of the token' }).waitFor()
    expect(await lookAt(page, 'tokens-inspected')).toStrictEqual([])
  })
})
