import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createPrincipal } from '../access/create-principal.js'
import { MastraJwtAuth } from '../provider/jwt-auth.js'
import { MemoryRevocationList } from './memory.js'
import { revocableOf } from './revocable.js'

const SECRET = 'correct horse battery staple, twice: correct horse battery staple'
const text = fc.constantFrom('', ' ', 'alice', 'local', 'https://issuer.example', '\u00A0', 'ä')
const value = fc.oneof(text, fc.constantFrom(undefined, null, 7, true, ['alice'], { sub: 'alice' }))
const claims = fc.record(
  { iss: value, jti: value, sid: value, iat: value, sub: text, id: value },
  { requiredKeys: [] },
)

describe('revocableOf', () => {
  it('names a token as its principal does, whatever the claims are', () => {
    fc.assert(
      fc.property(claims, (user) => {
        const { issuer, subject, tokenId } = revocableOf(user, () => '')
        fc.pre(subject !== undefined)
        const principal = createPrincipal(user, { roles: {} })
        expect({ issuer, subject, tokenId }).toStrictEqual({
          issuer: principal.issuer,
          subject: principal.subject,
          tokenId: principal.tokenId,
        })
      }),
    )
  })

  it('names no subject where no principal can be made', () => {
    fc.assert(
      fc.property(claims, (user) => {
        fc.pre(revocableOf(user, () => '').subject === undefined)
        expect(() => createPrincipal(user, { roles: {} })).toThrow('subject')
      }),
    )
  })

  it.each([
    [{ sid: '' }, { sessionId: undefined }],
    [{ sid: 's' }, { sessionId: 's' }],
    [{ iat: 1.5 }, { issuedAt: 1.5 }],
    [{ iat: NaN }, { issuedAt: undefined }],
    [{ iat: '1' }, { issuedAt: undefined }],
    [
      Object.create({ iss: 'i', jti: 'j', sid: 's', iat: 1 }),
      { issuer: 'local', issuedAt: undefined },
    ],
  ])('reads of %j own members of their type only', (user, expected) => {
    expect(revocableOf(user, () => '')).toMatchObject(expected)
  })
})

describe('a token with an empty iss', () => {
  it('is of the issuer local for the verifier, too', async () => {
    const revocation = new MemoryRevocationList()
    const auth = new MastraJwtAuth({ secret: SECRET, revocation })
    const sign = (iss?: string) =>
      auth.sign({ sub: 'alice', ...(iss !== undefined && { iss }) }, { expiresInSeconds: 60 })
    const [empty, other] = [sign(''), sign('other')]
    expect(await auth.authenticateToken(empty)).toMatchObject({ iss: '' })
    revocation.revokeSubject('local', 'alice')
    for (const token of [empty, sign()]) {
      await expect(auth.authenticateToken(token)).rejects.toMatchObject({ code: 'token_revoked' })
    }
    expect(await auth.authenticateToken(other)).toMatchObject({ iss: 'other' })
  })
})
