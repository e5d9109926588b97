import { describe, expect, it } from 'vitest'
import { isApiKeyName } from './issue.js'
import { createApiKey } from './make.js'

describe('isApiKeyName', () => {
  it.each(['nightly report', 'x', 'é'.repeat(100), 'sgn_ is how they begin', '夜間レポート'])(
    'takes %j',
    (name) => expect(isApiKeyName(name)).toBe(true),
  )

  it.each(['', ' ', 'x'.repeat(101), 'a\nb', 'a\u001bb', 'a\ud800', '\u202etroper'])(
    'refuses %j',
    (name) => expect(isApiKeyName(name)).toBe(false),
  )

  it('refuses a key, or most of one, that was pasted into it', () => {
    const key = createApiKey()
    for (const name of [key, `my ${key}`, key.slice(0, -6)]) expect(isApiKeyName(name)).toBe(false)
  })
})
