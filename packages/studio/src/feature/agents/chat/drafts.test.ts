import { beforeEach, expect, it, vi } from 'vitest'

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
const tokenOf = (claims: object) => `${encode({ alg: 'HS256' })}.${encode(claims)}.c2ln`

function createStorage() {
  const values = new Map<string, string>()
  return {
    getItem: (key: string) => values.get(key) ?? null,
    setItem: (key: string, value: string) => void values.set(key, value),
    removeItem: (key: string) => void values.delete(key),
  }
}

async function load() {
  vi.stubGlobal('sessionStorage', createStorage())
  vi.stubGlobal('localStorage', createStorage())
  vi.stubGlobal('document', { querySelector: () => null, baseURI: 'http://localhost/' })
  vi.stubGlobal('location', new URL('http://localhost/'))
  vi.resetModules()
  const session = await import('../../../session/session.js')
  session.adoptToken(tokenOf({ sub: 'alice', iss: 'a' }))
  return { ...session, ...(await import('./drafts.js')) }
}

let page: Awaited<ReturnType<typeof load>>
beforeEach(async () => {
  page = await load()
})

it('keeps a draft of each chat', () => {
  page.writeDraft('a', 'one')
  page.writeDraft('b', 'two')
  page.writeDraft('a', 'more')
  expect(page.readDraft('a')).toBe('more')
  expect(page.readDraft('b')).toBe('two')
  expect(page.readDraft('c')).toBe('')
  page.writeDraft('a', '')
  expect(page.readDraft('a')).toBe('')
})

it('keeps drafts for another token of the same caller', () => {
  page.writeDraft('a', 'mine')
  page.adoptToken(tokenOf({ sub: 'alice', iss: 'a', jti: '2' }))
  expect(page.readDraft('a')).toBe('mine')
})

it.each([
  ['another subject', { sub: 'bob', iss: 'a' }],
  ['the same subject of another issuer', { sub: 'alice', iss: 'b' }],
  ['a subject that only looks alike', { sub: ['alice'], iss: 'a' }],
])('forgets them for %s', (_, claims) => {
  page.writeDraft('a', 'mine')
  page.adoptToken(tokenOf(claims))
  expect(page.readDraft('a')).toBe('')
})

it('forgets them for an API key, another server, and nobody', () => {
  for (const leave of [
    () => page.adoptToken('sgn_other'),
    () => page.saveConnection('https://other.example', '/api'),
    () => page.saveHeaders([], false),
  ]) {
    page.writeDraft('a', 'mine')
    leave()
    expect(page.readDraft('a')).toBe('')
  }
})

it('keeps the last hundred', () => {
  for (let index = 0; index <= 100; index++) page.writeDraft(String(index), 'text')
  expect(page.readDraft('0')).toBe('')
  expect(page.readDraft('1')).toBe('text')
  expect(page.readDraft('100')).toBe('text')
})
