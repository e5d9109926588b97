import { expect, it } from 'vitest'
import { wishProblems } from './api-key.js'
import { revocationBody } from './revocation.js'

it('asks for a name and a scope', () => {
  expect(wishProblems({ name: ' ', scopes: [], expiresInDays: null })).toStrictEqual({
    name: expect.any(String) as unknown,
    scopes: expect.any(String) as unknown,
  })
  expect(wishProblems({ name: 'x'.repeat(101), scopes: ['*'], expiresInDays: 1 })).toHaveProperty(
    'name',
  )
  expect(wishProblems({ name: 'x'.repeat(100), scopes: ['*'], expiresInDays: 1 })).toStrictEqual({})
})

it('names exactly one thing to revoke', () => {
  expect(revocationBody({ kind: 'token', value: ' abc ', issuer: 'x' })).toStrictEqual({
    token: 'abc',
  })
  expect(revocationBody({ kind: 'subject', value: 'alice', issuer: '' })).toStrictEqual({
    subject: 'alice',
  })
  expect(revocationBody({ kind: 'session', value: 's', issuer: ' https://i ' })).toStrictEqual({
    session: 's',
    issuer: 'https://i',
  })
})
