import { describe, expect, it, vi } from 'vitest'
import { fetchJson, readAddress, type FetchLimits } from './fetch-json.js'

const URL_OF_KEYS = new URL('https://issuer.example/a/jwks')

/** Answers one after the other, and keeps what was asked for. */
function answering(...answers: readonly (() => Response)[]) {
  const asked: { readonly url: string; readonly init: RequestInit | undefined }[] = []
  const fetch: typeof globalThis.fetch = async (url, init) => {
    const answer = answers[Math.min(asked.length, answers.length - 1)]
    asked.push({ url: String(url), init })
    if (answer === undefined) throw new Error('There is no answer.')
    return answer()
  }
  return { fetch, asked }
}

function get(fetch: typeof globalThis.fetch, limits: Partial<FetchLimits> = {}) {
  return fetchJson(URL_OF_KEYS, { fetch, timeoutMs: 1000, maxBytes: 1000, ...limits })
}

const json =
  (text: string, headers: Record<string, string> = {}) =>
  () =>
    new Response(text, { headers })
const redirect =
  (location: string, status = 302) =>
  () =>
    new Response(null, { status, headers: { location } })

describe('fetchJson', () => {
  it('gives the document, and what its headers say', async () => {
    const headers = { 'cache-control': 'public, max-age=5', date: 'Tue, 14 Nov 2023 22:13:20 GMT' }
    const { fetch, asked } = answering(json('{"keys":[]}', headers))
    await expect(get(fetch)).resolves.toMatchObject({
      text: '{"keys":[]}',
      value: { keys: [] },
      maxAgeSeconds: 5,
      date: 'Tue, 14 Nov 2023 22:13:20 GMT',
    })
    expect(asked).toMatchObject([
      {
        url: URL_OF_KEYS.href,
        init: { redirect: 'manual', headers: { accept: 'application/json' } },
      },
    ])
  })

  it('sends no credentials', async () => {
    const { fetch, asked } = answering(json('{}'))
    await get(fetch)
    expect(Object.keys(asked[0]?.init?.headers ?? {})).toStrictEqual(['accept'])
  })

  it.each([
    ['max-age=0', 0],
    ['max-age="7"', 7],
    ['no-transform,max-age=8', 8],
    ['s-maxage=9', undefined],
    ['x-max-age=9', undefined],
    ['max-age=', undefined],
    ['max-age=-1', undefined],
    ['max-age=a', undefined],
  ])('reads Cache-Control %s as %j (RFC 9111 section 5.2.2.1)', async (header, seconds) => {
    const { fetch } = answering(json('{}', { 'cache-control': header }))
    await expect(get(fetch)).resolves.toHaveProperty('maxAgeSeconds', seconds)
  })

  it.each([301, 302, 303, 307, 308])(
    'follows a redirect of %d within the origin',
    async (status) => {
      const { fetch, asked } = answering(redirect('../b/jwks', status), json('{}'))
      await expect(get(fetch)).resolves.toHaveProperty('value', {})
      expect(asked.map(({ url }) => url)).toStrictEqual([
        'https://issuer.example/a/jwks',
        'https://issuer.example/b/jwks',
      ])
    },
  )

  it.each([
    'https://evil.example/jwks',
    'http://issuer.example/jwks',
    'https://issuer.example:8443/jwks',
    'https://issuer.example.evil.example/jwks',
    '//evil.example/jwks',
    'http://127.0.0.1/jwks',
    'file:///etc/passwd',
    'data:application/json,{}',
    'https://[',
  ])('does not follow one to %s', async (location) => {
    const { fetch, asked } = answering(redirect(location), json('{}'))
    await expect(get(fetch)).rejects.toThrow(Error)
    expect(asked).toHaveLength(1)
  })

  it('measures the origin from the first address, not from the last', async () => {
    const { fetch, asked } = answering(
      redirect('/b'),
      redirect('https://evil.example/'),
      json('{}'),
    )
    await expect(get(fetch)).rejects.toThrow('another origin')
    expect(asked).toHaveLength(2)
  })

  it('follows three redirects, and no more', async () => {
    const three = answering(redirect('/1'), redirect('/2'), redirect('/3'), json('{}'))
    await expect(get(three.fetch)).resolves.toHaveProperty('value', {})
    const endless = answering(redirect('/'))
    await expect(get(endless.fetch)).rejects.toThrow('more than 3 times')
    expect(endless.asked).toHaveLength(4)
  })

  it.each([201, 204, 206, 304, 400, 401, 404, 429, 500, 503])(
    'takes no document of the status %d',
    async (status) => {
      const body = status === 204 || status === 304 ? null : '{}'
      const { fetch } = answering(() => new Response(body, { status }))
      await expect(get(fetch)).rejects.toThrow(`the status ${status}`)
    },
  )

  it.each([
    ['no JSON', 'hunter2'],
    ['nothing', ''],
    ['two documents', '{}{}'],
    ['a name twice', '{"keys":[],"keys":[]}'],
    ['101 levels', '['.repeat(101) + ']'.repeat(101)],
  ])('refuses %s', async (_case, text) => {
    const failure: unknown = await get(answering(json(text)).fetch).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(Error)
    expect(String(failure)).not.toContain('hunter2')
  })

  it('passes over a byte order mark, and over no second one (RFC 8259 section 8.1)', async () => {
    const { fetch } = answering(json('\ufeff{"keys":[]}'), json('\ufeff\ufeff{"keys":[]}'))
    await expect(get(fetch)).resolves.toHaveProperty('value', { keys: [] })
    await expect(get(fetch)).rejects.toThrow('not JSON')
  })

  it('refuses what is not UTF-8', async () => {
    const bytes = Buffer.from([0x22, 0xff, 0x22])
    await expect(get(answering(() => new Response(bytes)).fetch)).rejects.toThrow(TypeError)
  })

  it('counts the bytes as they come, whatever Content-Length says, and reads no further', async () => {
    let sent = 0
    const endless = () =>
      new Response(
        new ReadableStream({
          pull(controller) {
            sent += 100
            controller.enqueue(new Uint8Array(100).fill(0x20))
          },
        }),
        { headers: { 'content-length': '2' } },
      )
    await expect(get(answering(endless).fetch)).rejects.toThrow('larger than 1000 bytes')
    expect(sent).toBeLessThanOrEqual(1300)
    const exact = `${' '.repeat(998)}{}`
    await expect(get(answering(json(exact)).fetch)).resolves.toHaveProperty('value', {})
    await expect(get(answering(json(` ${exact}`)).fetch)).rejects.toThrow('larger')
  })

  it('has one time limit for redirects and body together, and leaves no timer', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const signals: (AbortSignal | null | undefined)[] = []
    const fetch: typeof globalThis.fetch = async (_url, init) => {
      signals.push(init?.signal)
      if (signals.length === 1) return redirect('/b')()
      return new Response(
        new ReadableStream({
          start(controller) {
            init?.signal?.addEventListener('abort', () => controller.error(init.signal?.reason))
          },
        }),
      )
    }
    const failure = get(fetch).catch(String)
    await vi.waitFor(() => expect(signals).toHaveLength(2))
    vi.advanceTimersByTime(1000)
    expect(await failure).toContain('took longer than')
    expect(new Set(signals).size).toBe(1)
    await get(answering(json('{}')).fetch)
    expect(vi.getTimerCount()).toBe(0)
    vi.useRealTimers()
  })
})

describe('readAddress', () => {
  it('gives the URL', () => {
    expect(readAddress('https://issuer.example/jwks').href).toBe('https://issuer.example/jwks')
  })

  it('says nothing of an address that it refuses', () => {
    expect(() => readAddress('https://user:hunter2@issuer.example')).not.toThrow('hunter2')
    expect(() => readAddress('https://user:hunter2@issuer.example')).toThrow(
      expect.objectContaining({ name: 'ConfigurationError', code: 'option_invalid' }),
    )
  })
})
