import { describe, expect, it, vi } from 'vitest'
import { tokenDigest } from '../jws/digest.js'
import type { RevocableToken } from './revocation-list.js'
import { MemoryRevocationList } from './memory.js'

const NOW = 1_700_000_000
const ISSUER = 'https://issuer.example'
const OTHER_ISSUER = 'https://other.example'

const tokenOf = (members: Partial<RevocableToken> = {}): RevocableToken => ({
  issuer: ISSUER,
  subject: 'alice',
  tokenId: 'token-1',
  sessionId: 'session-1',
  issuedAt: NOW,
  digest: () => tokenDigest('the token'),
  ...members,
})

const create = (now = () => NOW * 1000 + 999) => new MemoryRevocationList(now)

/** Adds entries until those that may be forgotten are looked for. */
function prune(list: MemoryRevocationList): void {
  for (let count = 0; count < 1000; count++) list.revokeTokenId(OTHER_ISSUER, `other ${count}`)
}

describe('MemoryRevocationList: one token', () => {
  it('revokes nothing at first', () => {
    expect(create().isRevoked(tokenOf())).toBe(false)
  })

  it('revokes by issuer and jti together (RFC 7519 section 4.1.7)', () => {
    const list = create()
    list.revokeTokenId(ISSUER, 'token-1')
    expect(list.isRevoked(tokenOf())).toBe(true)
    expect(list.isRevoked(tokenOf({ issuer: OTHER_ISSUER }))).toBe(false)
    expect(list.isRevoked(tokenOf({ tokenId: 'token-2' }))).toBe(false)
    expect(list.isRevoked(tokenOf({ tokenId: undefined }))).toBe(false)
  })

  it.each([
    [
      ['a', 'b","c'],
      ['a","b', 'c'],
    ],
    [
      ['a', ''],
      ['', 'a'],
    ],
    [
      ['a b', 'c'],
      ['a', 'b c'],
    ],
  ] as const)('does not take %j for %j', ([issuer, tokenId], [otherIssuer, otherId]) => {
    const list = create()
    list.revokeTokenId(issuer, tokenId)
    expect(list.isRevoked(tokenOf({ issuer, tokenId }))).toBe(true)
    expect(list.isRevoked(tokenOf({ issuer: otherIssuer, tokenId: otherId }))).toBe(false)
  })

  it('revokes by the digest of the whole token, in whatever case of hex', () => {
    for (const digest of [tokenDigest('the token'), tokenDigest('the token').toUpperCase()]) {
      const list = create()
      list.revokeToken(digest)
      expect(list.isRevoked(tokenOf())).toBe(true)
      expect(list.isRevoked(tokenOf({ digest: () => tokenDigest('another') }))).toBe(false)
    }
  })

  it('reckons no digest where none is revoked', () => {
    const list = create()
    list.revokeTokenId(ISSUER, 'another')
    const digest = (): string => {
      throw new Error('The digest was asked for.')
    }
    expect(list.isRevoked(tokenOf({ digest }))).toBe(false)
  })
})

describe('MemoryRevocationList: many tokens', () => {
  it('revokes a session of an issuer, and no other', () => {
    const list = create()
    list.revokeSession(ISSUER, 'session-1')
    expect(list.isRevoked(tokenOf())).toBe(true)
    expect(list.isRevoked(tokenOf({ sessionId: 'session-2' }))).toBe(false)
    expect(list.isRevoked(tokenOf({ sessionId: undefined }))).toBe(false)
    expect(list.isRevoked(tokenOf({ issuer: OTHER_ISSUER }))).toBe(false)
    expect(list.isRevoked(tokenOf({ sessionId: undefined, tokenId: 'session-1' }))).toBe(false)
  })

  it.each([
    ['before', NOW - 1, true],
    ['in the second', NOW, true],
    ['at the end of the second', NOW + 0.999, true],
    ['after', NOW + 1, false],
    ['at a time that it does not say', undefined, true],
  ])('revokes a subject until now: a token issued %s', (_case, issuedAt, isRevoked) => {
    const list = create()
    list.revokeSubject(ISSUER, 'alice')
    expect(list.isRevoked(tokenOf({ issuedAt }))).toBe(isRevoked)
  })

  it('revokes a subject of one issuer only', () => {
    const list = create()
    list.revokeSubject(ISSUER, 'alice')
    expect(list.isRevoked(tokenOf({ subject: 'bob' }))).toBe(false)
    expect(list.isRevoked(tokenOf({ subject: undefined }))).toBe(false)
    expect(list.isRevoked(tokenOf({ issuer: OTHER_ISSUER }))).toBe(false)
  })

  it('revokes until the time it is given', () => {
    const list = create()
    list.revokeSubject(ISSUER, 'alice', { at: NOW - 10 })
    expect(list.isRevoked(tokenOf({ issuedAt: NOW - 10 }))).toBe(true)
    expect(list.isRevoked(tokenOf({ issuedAt: NOW - 9 }))).toBe(false)
  })

  it.each([
    [60, false],
    [61, true],
  ])('takes a token of %d seconds ahead for revoked: %s', (ahead, isRevoked) => {
    const list = create(() => NOW * 1000)
    list.revokeSubject(ISSUER, 'alice', { at: NOW - 100 })
    expect(list.isRevoked(tokenOf({ issuedAt: NOW + ahead }))).toBe(isRevoked)
    expect(list.isRevoked(tokenOf({ issuedAt: NOW + ahead, subject: 'bob' }))).toBe(false)
  })

  it('never gives back what an earlier call withdrew', () => {
    const list = create()
    list.revokeSubject(ISSUER, 'alice', { at: NOW })
    list.revokeSubject(ISSUER, 'alice', { at: NOW - 100 })
    expect(list.isRevoked(tokenOf({ issuedAt: NOW }))).toBe(true)
  })

  it('revokes by its place in the log what was judged before it, whatever the clocks say', () => {
    const list = create()
    list.revokeSubject(ISSUER, 'alice', { at: NOW, sequence: 7 })
    const ahead = { issuedAt: NOW + 30 }
    expect(list.isRevoked(tokenOf({ ...ahead, judgedUpTo: 6 }))).toBe(true)
    expect(list.isRevoked(tokenOf({ ...ahead, judgedUpTo: 7 }))).toBe(false)
    expect(list.isRevoked(tokenOf({ ...ahead }))).toBe(false)
    expect(list.isRevoked(tokenOf({ ...ahead, subject: 'bob', judgedUpTo: 6 }))).toBe(false)
    list.revokeSubject(ISSUER, 'alice', { at: NOW - 100, sequence: 3 })
    expect(list.isRevoked(tokenOf({ ...ahead, judgedUpTo: 6 }))).toBe(true)
  })

  it('revokes by time alone where it has no place in the log', () => {
    const list = create()
    list.revokeSubject(ISSUER, 'alice', { at: NOW })
    expect(list.isRevoked(tokenOf({ issuedAt: NOW + 1, judgedUpTo: 0 }))).toBe(false)
    expect(list.isRevoked(tokenOf({ issuedAt: NOW, judgedUpTo: 0 }))).toBe(true)
  })

  it('takes a time that is no number for the end of all', () => {
    const list = create()
    list.revokeSubject(ISSUER, 'alice', { at: Number.NaN })
    expect(list.isRevoked(tokenOf({ issuedAt: NOW + 1000 }))).toBe(true)
  })
})

describe('MemoryRevocationList: everybody', () => {
  it('ends what was issued until then, by whichever issuer, and what does not say when', () => {
    const list = create()
    list.revokeAll({ at: NOW })
    for (const issuer of [ISSUER, OTHER_ISSUER]) {
      expect(list.isRevoked(tokenOf({ issuer, issuedAt: NOW }))).toBe(true)
      expect(list.isRevoked(tokenOf({ issuer, issuedAt: NOW + 0.9 }))).toBe(true)
      expect(list.isRevoked(tokenOf({ issuer, issuedAt: NOW + 1 }))).toBe(false)
    }
    expect(list.isRevoked(tokenOf({ issuedAt: undefined }))).toBe(true)
    expect(list.isRevoked(tokenOf({ issuedAt: NOW, subject: undefined }))).toBe(true)
  })

  it('never goes back, and ends keys by their place in the log', () => {
    const list = create()
    list.revokeAll({ at: NOW, sequence: 7 })
    list.revokeAll({ at: NOW - 100, sequence: 3 })
    expect(list.isRevoked(tokenOf({ issuedAt: NOW }))).toBe(true)
    expect(list.isRevoked(tokenOf({ issuedAt: NOW + 9, judgedUpTo: 6 }))).toBe(true)
    expect(list.isRevoked(tokenOf({ issuedAt: NOW + 9, judgedUpTo: 7 }))).toBe(false)
  })
})

describe('MemoryRevocationList: forgetting', () => {
  const revocations: readonly [string, (list: MemoryRevocationList, forgetAt?: number) => void][] =
    [
      [
        'a token by its id',
        (list, forgetAt) => list.revokeTokenId(ISSUER, 'token-1', { forgetAt }),
      ],
      ['a token', (list, forgetAt) => list.revokeToken(tokenDigest('the token'), { forgetAt })],
      ['a session', (list, forgetAt) => list.revokeSession(ISSUER, 'session-1', { forgetAt })],
      ['a subject', (list, forgetAt) => list.revokeSubject(ISSUER, 'alice', { forgetAt })],
      ['everybody', (list, forgetAt) => list.revokeAll({ forgetAt })],
    ]

  it.each(revocations)('never forgets %s by itself', (_case, revoke) => {
    let now = NOW
    const list = create(() => now * 1000)
    revoke(list)
    now += 10 ** 9
    prune(list)
    expect(list.isRevoked(tokenOf())).toBe(true)
  })

  it.each(revocations)('forgets %s once it may, and not before', (_case, revoke) => {
    let now = NOW
    const list = create(() => now * 1000)
    revoke(list, NOW + 100)
    now = NOW + 99
    prune(list)
    expect(list.isRevoked(tokenOf())).toBe(true)
    now = NOW + 100
    prune(list)
    expect(list.isRevoked(tokenOf())).toBe(false)
  })

  it('forgets nothing because the clock is set forward', () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    try {
      const list = new MemoryRevocationList()
      list.revokeTokenId(ISSUER, 'token-1', { forgetAt: Date.now() / 1000 + 3600 })
      vi.setSystemTime(Date.now() + 10 ** 9)
      prune(list)
      expect(list.isRevoked(tokenOf())).toBe(true)
    } finally {
      vi.useRealTimers()
    }
  })

  it('revokes until now by a clock that is set back, as if nobody had set it', () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    try {
      const issuedAt = Math.floor(Date.now() / 1000)
      vi.setSystemTime(Date.now() - 3_600_000)
      const list = new MemoryRevocationList()
      list.revokeSubject(ISSUER, 'alice')
      expect(list.isRevoked(tokenOf({ issuedAt }))).toBe(true)
    } finally {
      vi.useRealTimers()
    }
  })

  it.each(revocations)('keeps %s for the longest of the times asked for', (_case, revoke) => {
    for (const terms of [
      [NOW + 100, NOW + 10],
      [NOW + 10, NOW + 100],
      [undefined, NOW + 10],
      [NOW + 10, undefined],
    ]) {
      let now = NOW
      const list = create(() => now * 1000)
      for (const forgetAt of terms) revoke(list, forgetAt)
      now = NOW + 50
      prune(list)
      expect(list.isRevoked(tokenOf())).toBe(true)
    }
  })
})
