import { beforeEach, describe, expect, it, vi } from 'vitest'

/** A storage of a tab that no test shares with another. */
function createStorage(): Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> {
  const values = new Map<string, string>()
  return {
    getItem: (key) => values.get(key) ?? null,
    setItem: (key, value) => void values.set(key, value),
    removeItem: (key) => void values.delete(key),
  }
}

async function load() {
  vi.stubGlobal('sessionStorage', createStorage())
  vi.stubGlobal('localStorage', createStorage())
  vi.stubGlobal('document', { querySelector: () => null, baseURI: 'http://localhost/' })
  vi.stubGlobal('location', new URL('http://localhost/'))
  vi.resetModules()
  const session = await import('./session.js')
  const renewal = await import('./renewal.js')
  const { renewingFetch } = await import('../api/fetch.js')
  const sent: { readonly authorization: string | null; readonly body: unknown }[] = []
  const answers: Response[] = []
  vi.stubGlobal('fetch', async (_: unknown, init: RequestInit) => {
    const authorization = new Headers(init.headers).get('authorization')
    sent.push({ authorization, body: init.body })
    return answers.shift() ?? Response.json({ ok: true })
  })
  const refuse = (code = 'token_expired') =>
    answers.push(Response.json({ error: 'no', code }, { status: 401 }))
  const post = () =>
    renewingFetch('/x', { method: 'POST', body: '{}', headers: { authorization: 'Bearer old' } })
  return { ...session, ...renewal, renewingFetch, sent, refuse, post }
}

describe('renewingFetch', () => {
  let page: Awaited<ReturnType<typeof load>>
  beforeEach(async () => {
    page = await load()
    page.adoptToken('old')
  })

  it('asks for another token, and sends the same request once more with it', async () => {
    page.refuse()
    const answer = page.post()
    await vi.waitFor(() => expect(page.getRenewal()).toStrictEqual({ code: 'token_expired' }))
    page.adoptToken('new')
    page.answerRenewal(true)
    expect((await answer).status).toBe(200)
    expect(page.sent).toStrictEqual([
      { authorization: 'Bearer old', body: '{}' },
      { authorization: 'Bearer new', body: '{}' },
    ])
    expect(page.getRenewal()).toBeUndefined()
  })

  it('gives back the refusal where no token comes, and asks again only for a deed', async () => {
    page.refuse()
    const answer = page.post()
    await vi.waitFor(() => expect(page.getRenewal()).toBeDefined())
    page.answerRenewal(false)
    expect((await answer).status).toBe(401)
    page.refuse()
    expect((await page.renewingFetch('/x')).status).toBe(401)
    expect(page.getRenewal()).toBeUndefined()
    page.refuse()
    void page.post()
    await vi.waitFor(() => expect(page.getRenewal()).toBeDefined())
  })

  it('asks once for requests that were refused at the same time', async () => {
    page.refuse()
    page.refuse()
    const answers = [page.post(), page.post()]
    await vi.waitFor(() => expect(page.sent).toHaveLength(2))
    await vi.waitFor(() => expect(page.getRenewal()).toBeDefined())
    page.adoptToken('new')
    page.answerRenewal(true)
    expect((await Promise.all(answers)).map(({ status }) => status)).toStrictEqual([200, 200])
    expect(page.sent).toHaveLength(4)
  })

  it.each([
    ['a refusal that is no matter of the token', 'host_refused'],
    ['an answer without a code', ''],
  ])('asks nobody after %s', async (_, code) => {
    page.refuse(code)
    expect((await page.post()).status).toBe(401)
    expect(page.getRenewal()).toBeUndefined()
  })

  it('asks nobody where there was no token: the sign-in screen does', async () => {
    page.saveHeaders([], false)
    page.refuse('token_missing')
    expect((await page.renewingFetch('/x')).status).toBe(401)
    expect(page.getRenewal()).toBeUndefined()
  })
})
