import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { describeStudio, signIn } from '@signet/test-support/browser/studio-browser'
import { SignInApplication, type SignedIn } from '@signet/test-support/browser/sign-in-application'
import { FixtureCopies } from '@signet/test-support/process/fixture'
import { ROOT } from '@signet/test-support/process/root'
import { SignetProcesses, type ServerProcess } from '@signet/test-support/process/server-process'
import { runSignet } from '@signet/test-support/process/signet-process'
import {
  startSignInProvider,
  type SignInProvider,
} from '@signet/test-support/token/sign-in-provider'

const PAGE = readFileSync(join(ROOT, 'docs', 'issuers', 'openid-provider.md'), 'utf8')
/** The application of the page. */
const CODE = /^```typescript\n(.*?)^```$/ms.exec(PAGE)?.[1] ?? ''
/** What the page has for the issuer and for this server. */
const [ISSUER, AUDIENCE] = ['https://login.example', 'https://agents.example']

const agentModule = (variable: string, id: string, name: string) => `
import { Agent } from '@signet/core/agent'

export const ${variable} = new Agent({
  id: '${id}',
  name: '${name}',
  instructions: 'Answer.',
  model: 'signet/rehearsal',
})
`

const copies = new FixtureCopies()
const processes = new SignetProcesses()

/** The application of the page, with another agent, the Studio, and this issuer. */
function writeApplication(issuer: string): string {
  const directory = copies.makeFolder()
  const source = join(directory, 'src', 'mastra')
  mkdirSync(join(source, 'agents'), { recursive: true })
  const code = CODE.replaceAll(ISSUER, issuer)
    .replace('agents: { weatherAgent }', 'agents: { weatherAgent, payrollAgent }')
    .replace('server: {', 'server: { studio: true,')
  const files = {
    'index.ts': `import { payrollAgent } from './agents/payroll-agent.js'\n${code}`,
    'agents/weather-agent.ts': agentModule('weatherAgent', 'weather-agent', 'Weather Agent'),
    'agents/payroll-agent.ts': agentModule('payrollAgent', 'payroll-agent', 'Payroll Agent'),
  }
  for (const [name, text] of Object.entries(files)) writeFileSync(join(source, name), text)
  writeFileSync(join(directory, 'package.json'), '{ "type": "module" }')
  return directory
}

describeStudio('a person who signs in at an OpenID provider', (browser) => {
  let application: SignInApplication
  let provider: SignInProvider
  let directory: string
  let server: ServerProcess
  /** What the application has of a person with a role here. */
  let ofAlice: SignedIn

  beforeAll(async () => {
    application = await SignInApplication.start()
    const { url, redirectUri } = application
    provider = await startSignInProvider({
      people: {
        alice: { password: 'of alice', groups: ['everyone', 'operators'], tokenSeconds: 3600 },
        bob: { password: 'of bob', groups: ['everyone'], tokenSeconds: 3600 },
        carol: { password: 'of carol', groups: ['operators'], tokenSeconds: 2 },
      },
      client: { id: 'web-app', url, redirectUri },
      resource: AUDIENCE,
    })
    application.relate({ issuer: provider.issuer, clientId: 'web-app', resource: AUDIENCE })
    directory = writeApplication(provider.issuer)
    server = await processes.start(directory, { SIGNET_DATA_DIR: join(directory, 'data') })
    const { page } = await browser.tab(url)
    ofAlice = await signInAtProvider(page, 'alice')
  })
  afterAll(async () => {
    await processes.kill()
    await Promise.all([application?.stop(), provider?.stop()])
    copies.remove()
  })
  afterEach(() => browser.closeTabs())

  /** Has the application sign a person in: at the page of the provider, where nobody has signed in there. */
  async function signInAtProvider(page: Page, name?: string): Promise<SignedIn> {
    application.signedIn = undefined
    await page.goto(application.url)
    await page.getByRole('link', { name: 'Sign in' }).click()
    if (name !== undefined) {
      await page.getByRole('heading', { name: 'Sign in at the provider' }).waitFor()
      await page.getByLabel('Name').fill(name)
      await page.getByLabel('Password').fill(`of ${name}`)
      await page.getByRole('button', { name: 'Sign in' }).click()
    }
    await page.getByText('You have signed in.').waitFor()
    const { signedIn } = application
    if (signedIn === undefined) throw new Error('The application does not have tokens.')
    return signedIn
  }

  /** Calls an agent, as the application does. */
  async function callAgent(token: string, agent = 'weather-agent') {
    const response = await fetch(`${server.url}/api/agents/${agent}/generate`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ messages: 'Hello' }),
    })
    const body: unknown = await response.json()
    return { status: response.status, code: Object(body).code, text: Object(body).text }
  }

  async function agentsOf(token: string): Promise<readonly string[]> {
    const headers = { authorization: `Bearer ${token}` }
    return Object.keys(await (await fetch(`${server.url}/api/agents`, { headers })).json())
  }

  it('calls the agent of their role by the application, and no other', async () => {
    const { accessToken } = ofAlice
    expect(decodeProtectedHeader(accessToken)).toMatchObject({ alg: 'RS256', typ: 'at+jwt' })
    expect(decodeJwt(accessToken)).toMatchObject({
      iss: provider.issuer,
      aud: AUDIENCE,
      sub: 'alice',
      client_id: 'web-app',
      groups: ['everyone', 'operators'],
    })
    const answer = await callAgent(accessToken)
    expect(answer).toMatchObject({ status: 200, text: expect.stringMatching(/\w/) })
    expect(await callAgent(accessToken, 'payroll-agent')).toMatchObject({
      status: 403,
      code: 'scope_insufficient',
    })
    expect(await agentsOf(accessToken)).toStrictEqual(['weather-agent'])
  })

  it('sees the same in the Studio, until they sign out', async () => {
    const { page } = await browser.tab(server.url)
    await signIn(page, ofAlice.accessToken)
    await page.getByRole('link', { name: 'Weather Agent' }).waitFor()
    expect(await page.getByRole('link', { name: 'Payroll Agent' }).count()).toBe(0)
    const identity = page.getByRole('button', { name: /alice/ })
    await expect.poll(() => identity.innerText()).toMatch(/alice\s+operators?\b/)

    await page.getByRole('link', { name: 'Weather Agent' }).click()
    await page.getByLabel('Write a message').fill('Hello')
    await page.keyboard.press('Enter')
    await expect
      .poll(() => page.getByRole('article', { name: 'Answer' }).innerText())
      .toContain('tokens out')

    await identity.click()
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByRole('heading', { name: 'Sign in with a token' }).waitFor()
    expect(await page.evaluate(() => sessionStorage.length + localStorage.length)).toBe(0)
  })

  it('may do nothing without a role of this server', async () => {
    const { page } = await browser.tab(application.url)
    const { accessToken } = await signInAtProvider(page, 'bob')
    expect(await callAgent(accessToken)).toMatchObject({ status: 403, code: 'scope_insufficient' })
    expect(await agentsOf(accessToken)).toStrictEqual([])
    await page.goto(server.url)
    await signIn(page, accessToken)
    await page.getByRole('button', { name: /bob/ }).waitFor()
    expect(await page.getByRole('link', { name: 'Weather Agent' }).count()).toBe(0)
  })

  it('is told why an ID token is refused', async () => {
    const { idToken } = ofAlice
    expect(await callAgent(idToken)).toMatchObject({ status: 401, code: 'token_audience' })

    const { page } = await browser.tab(server.url)
    await page.getByLabel('Token or header').fill(idToken)
    await page.getByRole('button', { name: 'Sign in' }).click()
    const alert = page.getByRole('alert').filter({ hasText: 'token_audience' })
    await alert.waitFor()
    expect(await alert.innerText()).toContain('The token is for another audience.')

    const { stdout } = await runSignet(['inspect', '-', '--dir', directory], { input: idToken })
    expect(stdout).toContain(
      `aud is "web-app"; this server expects "${AUDIENCE}" (set in audience).`,
    )
  })

  it('gets a new token without a password once theirs has expired', async () => {
    const { page } = await browser.tab(application.url)
    const { accessToken } = await signInAtProvider(page, 'carol')
    await expect
      .poll(() => callAgent(accessToken))
      .toMatchObject({ status: 401, code: 'token_expired' })
    await page.goto(server.url)
    await page.getByLabel('Token or header').fill(accessToken)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByRole('alert').filter({ hasText: 'token_expired' }).waitFor()

    const next = await signInAtProvider(page)
    expect(next.accessToken).not.toBe(accessToken)
    expect(decodeJwt(next.accessToken)).toMatchObject({ sub: 'carol', groups: ['operators'] })
  })

  it('has to sign in again after they have signed out, and a copy of their token is still good', async () => {
    const { page } = await browser.tab(application.url)
    const { accessToken } = await signInAtProvider(page, 'alice')
    await page.getByRole('link', { name: 'Sign out' }).click()
    await page.getByRole('heading', { name: 'Sign out at the provider' }).waitFor()
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByText('Nobody has signed in.').waitFor()
    expect((await callAgent(accessToken)).status).toBe(200)

    await page.getByRole('link', { name: 'Sign in' }).click()
    await page.getByLabel('Name').fill('alice')
    await page.getByLabel('Password').fill('of bob')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page
      .getByRole('alert')
      .filter({ hasText: 'The name or the password is wrong.' })
      .waitFor()
    expect(application.signedIn).toBeUndefined()
  })
})
