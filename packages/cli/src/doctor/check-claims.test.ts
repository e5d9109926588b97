import { MastraJwtAuth, type MastraJwtAuthOptions } from '@signet/auth'
import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { checkClaims } from './check-claims.js'

const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString()
const issuer = 'https://issuer.example'
const secret = 'correct horse battery staple, twice: correct horse battery staple'

function find(options: MastraJwtAuthOptions) {
  const findings = checkClaims(new MastraJwtAuth(options).describe())
  return findings.filter(({ check }) => check === 'audience')
}

describe('checkClaims: for whom tokens are', () => {
  it('warns of an issuer without audience and without clients, and says what to set', () => {
    const [found, ...more] = find({ issuer, publicKey: pem, audience: false })
    expect(more).toStrictEqual([])
    expect(found).toMatchObject({ level: 'warning' })
    expect(found?.what).toBe(
      `The server accepts tokens of ${issuer} that are for any other server.`,
    )
    expect(found?.remedy).toMatch(/Set audience .* name in clients/)
    expect(find({ secret })).toMatchObject([{ level: 'warning' }])
  })

  it('notes one with clients alone, warns of a secret with clients alone, and takes an audience', () => {
    const [named] = find({ issuer, publicKey: pem, clients: ['web'] })
    expect(named).toMatchObject({ level: 'note' })
    expect(named?.what).toContain('a client of the option clients')
    expect(find({ secret, clients: ['web'] })).toMatchObject([{ level: 'warning' }])
    expect(find({ issuer, publicKey: pem, audience: 'api' })).toMatchObject([{ level: 'ok' }])
  })

  it('names the one of several issuers that has neither', () => {
    const other = 'https://other.example'
    const findings = find({
      issuers: [
        { issuer, publicKey: pem, audience: 'api' },
        { issuer: other, publicKey: pem, audience: false },
      ],
    })
    expect(findings).toMatchObject([{ level: 'warning' }])
    expect(findings[0]?.what).toContain(other)
  })
})
