import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { describeStudio, openSignedIn } from '@signet/test-support/browser/studio-browser'
import {
  startStudioApplication,
  type StudioApplication,
} from '@signet/test-support/application/studio-application'

describeStudio('the agents of the Studio', (browser) => {
  let studio: StudioApplication
  beforeAll(async () => {
    studio = await startStudioApplication()
  })
  afterAll(() => studio.stop())
  afterEach(() => browser.closeTabs())

  const open = (path: string, claims: Readonly<Record<string, unknown>> = { role: 'owner' }) =>
    openSignedIn(browser, studio.url, studio.sign({ sub: 'alice', ...claims }), path)

  const ask = async (page: Page, text: string) => {
    await page.getByLabel('Write a message').fill(text)
    await page.keyboard.press('Enter')
  }
  const answer = (page: Page) => page.getByRole('article', { name: 'Answer' })
  const threads = (page: Page) => page.getByRole('complementary', { name: 'Threads' })

  it('lists agents with their model, tools and memory, and leads to the chat', async () => {
    const { page } = await open('/agents')
    const card = page.getByRole('listitem').filter({ hasText: 'Greeter' })
    await expect.poll(() => card.innerText()).toContain('test/test-model')
    expect(await card.innerText()).toContain('get-weather')
    await card.getByRole('link', { name: 'Greeter' }).click()
    await page.getByRole('heading', { name: /Greeter/ }).waitFor()
  })

  it('lists only agents that the token may read', async () => {
    const { page } = await open('/agents', { scope: 'agents:read:writer' })
    await page.getByRole('link', { name: 'Writer' }).waitFor()
    expect(await page.getByRole('heading', { level: 2 }).allInnerTexts()).toStrictEqual(['Writer'])
  })

  it('says what is missing where the token may read none', async () => {
    const { page } = await open('/agents', { scope: 'memory:read' })
    await page.getByText('No agents to show').waitFor()
    await page.getByText('Your token does not grant agents:read.').waitFor()
    expect(await page.getByRole('main').innerText()).not.toContain('which is not a role')
  })

  it('names a role of the token that is not there', async () => {
    const { page } = await open('/agents', { role: 'admn' })
    await page.getByText('It names admn, which is not a role or a permission here').waitFor()
  })

  it('keeps a thread with its title, finds, renames and deletes it', async () => {
    const { page, errors } = await open('/agents/greeter', { role: 'owner', sub: 'threads' })
    await ask(page, 'Say hello to the moon')
    await expect.poll(() => answer(page).innerText()).toContain('Hello there.')
    const item = threads(page).getByRole('link', { name: /Say hello to the moon/ })
    await item.waitFor()

    await page.getByRole('button', { name: 'New chat' }).click()
    await ask(page, 'Something else')
    await expect.poll(() => answer(page).innerText()).toContain('Hello there.')
    const search = page.getByRole('searchbox', { name: 'Search threads' })
    await search.fill('moon')
    await expect.poll(() => threads(page).getByRole('link').count()).toBe(1)
    // A word of an answer, in no title.
    await search.fill('there')
    await expect.poll(() => threads(page).getByRole('link').count()).toBe(2)
    await search.fill('nowhere')
    await threads(page).getByText('No thread matches “nowhere”.').waitFor()
    await search.fill('')

    await page.getByRole('button', { name: 'Rename Say hello to the moon' }).click()
    await page.getByRole('dialog').getByLabel('Title').fill('The moon')
    await page.getByRole('button', { name: 'Rename', exact: true }).click()
    await threads(page)
      .getByRole('link', { name: /The moon/ })
      .click()
    await expect.poll(() => answer(page).innerText()).toContain('Hello there.')

    await page.getByRole('button', { name: 'Delete The moon' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
    await expect.poll(() => threads(page).getByRole('link').count()).toBe(1)
    // The one that was shown is gone: a new chat stands in its place.
    await expect.poll(() => answer(page).count()).toBe(0)
    expect(errors).toStrictEqual([])
  })

  it('shows a conversation again after a reload, each question once', async () => {
    const { page } = await open('/agents/greeter', { role: 'owner', sub: 'reload' })
    await ask(page, 'Remember me')
    await expect.poll(() => answer(page).innerText()).toContain('tokens out')
    await page.reload()
    await expect.poll(() => answer(page).innerText()).toContain('Hello there.')
    expect(await page.getByRole('article', { name: 'You' }).count()).toBe(1)
    expect(await answer(page).count()).toBe(1)
  })

  it('shows Markdown, and nothing of it that could do harm', async () => {
    const { page, requests } = await open('/agents/writer', { role: 'owner', sub: 'markdown' })
    await ask(page, 'Write')
    const article = answer(page)
    await article.getByRole('heading', { name: 'Report' }).waitFor()
    await article.getByRole('listitem').getByText('two').waitFor()
    const link = article.getByRole('link', { name: 'a link' })
    expect(await link.getAttribute('rel')).toBe('noopener noreferrer nofollow')
    expect(await article.locator('img, script').count()).toBe(0)
    expect(await article.locator('a[href^="javascript:"]').count()).toBe(0)
    expect(await page.title()).toBe('Agents · Signet Studio')
    expect(requests.filter((url) => !url.startsWith(studio.url))).toStrictEqual([])
  })

  it('stops an answer, keeps what came of it on the page, and asks again', async () => {
    const { page } = await open('/agents/waiter', { role: 'owner', sub: 'ivan' })
    await ask(page, 'Go')
    await expect.poll(() => answer(page).innerText()).toContain('Wait')
    // A draft can be written meanwhile, and stays.
    await page.getByLabel('Write a message').fill('a draft')
    await page.getByRole('button', { name: 'Stop' }).click()
    await studio.aborted
    await page.getByText('You stopped this answer').waitFor()
    expect(await page.getByLabel('Write a message').inputValue()).toBe('a draft')
    studio.release()
    await page.getByRole('button', { name: 'Retry' }).click()
    await expect.poll(() => answer(page).innerText()).toContain('Wait is over.')
    expect(await page.getByRole('article', { name: 'You' }).count()).toBe(1)
  })

  it.each([
    ['why', 'owner', true],
    ['not why', 'member', false],
  ])(
    'says that an answer failed, and %s to an %s, and takes the question once more',
    async (_, role, isTold) => {
      const { page } = await open('/agents/breaker', { role, sub: `breaker-${role}` })
      const before = studio.breakerCalls()
      await ask(page, 'Go')
      const alert = page.getByRole('alert').filter({ hasText: 'The answer failed.' })
      await alert.waitFor()
      const text = await alert.innerText()
      expect(text.includes('a cause for those who run it')).toBe(isTold)
      expect(text).toMatch(/answer_failed · request [\w-]{8,}/)
      await page.getByRole('button', { name: 'Retry' }).click()
      await expect.poll(() => answer(page).innerText()).toContain('Whole again.')
      expect(studio.breakerCalls()).toBe(before + 2)
      expect(await page.getByRole('article', { name: 'You' }).count()).toBe(1)
    },
  )

  it('has no threads for an agent without a memory, and sends what was said before', async () => {
    const { page } = await open('/agents/forgetful')
    await page.getByText('This agent has no memory').waitFor()
    expect(await threads(page).count()).toBe(0)
    await ask(page, 'One')
    await expect.poll(() => answer(page).count()).toBe(1)
    await expect.poll(() => page.getByRole('button', { name: 'Send' }).count()).toBe(1)
    const request = page.waitForRequest(/\/stream$/)
    await ask(page, 'Two')
    const { messages }: { messages: { content: string }[] } = (await request).postDataJSON()
    expect(messages.map(({ content }) => content)).toStrictEqual(['One', 'Hello there.', 'Two'])
  })

  it('explains what the token does not let the agent remember, and talks all the same', async () => {
    const scope = 'agents:read agents:execute tools:read memory:read'
    const { page } = await open('/agents/greeter', { scope })
    await expect.poll(() => page.getByRole('main').innerText()).toContain('It needs memory:write.')
    expect(await threads(page).count()).toBe(0)
    await ask(page, 'Hello')
    await expect.poll(() => answer(page).innerText()).toContain('Hello there.')
  })

  it('hides what the token may not do with a thread, and a tool that is not for it', async () => {
    const scope = 'agents:read agents:execute tools:read memory:read memory:write'
    const { page } = await open('/agents/greeter', { scope, sub: 'carl' })
    await ask(page, 'Hello')
    await threads(page).getByRole('link', { name: /Hello/ }).waitFor()
    expect(await page.getByRole('button', { name: /^Rename/ }).count()).toBe(1)
    expect(await page.getByRole('button', { name: /^Delete/ }).count()).toBe(0)
    const facts = page.getByRole('complementary', { name: 'About this agent' })
    expect(await facts.innerText()).toContain('not allowed')
    expect(await facts.innerText()).toContain('agents:write:greeter')
  })

  it.each([
    ['to read an agent', { scope: 'agents:read:writer' }, '/agents/greeter', 'agents:read:greeter'],
  ])('names the scope that is missing %s', async (_, claims, path, missing) => {
    const { page } = await open(path, claims)
    await page.getByText('The token does not grant what this request needs.').waitFor()
    expect(await page.getByRole('main').innerText()).toContain(missing)
  })

  it('names the scope that is missing to ask an agent', async () => {
    const { page } = await open('/agents/forgetful', { scope: 'agents:read' })
    await ask(page, 'Hello')
    await page.getByText('The token does not grant what this request needs.').waitFor()
    expect(await page.getByRole('main').innerText()).toContain('agents:execute:forgetful')
  })

  it('can be used with the keyboard alone', async () => {
    const { page } = await open('/agents', { role: 'owner', sub: 'keyboard' })
    await page.getByRole('link', { name: 'Greeter' }).focus()
    await page.keyboard.press('Enter')
    // The composer has the focus at once.
    await page.getByLabel('Write a message').waitFor()
    await page.keyboard.type('Typed')
    await page.keyboard.press('Enter')
    await expect.poll(() => answer(page).innerText()).toContain('Hello there.')
    await threads(page).getByRole('link', { name: /Typed/ }).focus()
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('Enter')
    await page.getByRole('dialog').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
  })
})
