import { describe, expect, it } from 'vitest'
import { createTestKeyPair } from '../test/key-pair.js'
import { CompositeAuth } from './composite-auth.js'
import { MastraJwtAuth } from './jwt-auth.js'
import { Notices } from './notices.js'

const key = createTestKeyPair('ES256', { keyId: 'good' }).publicJwk
const rules = { issuer: 'https://issuer.example', audience: 'api' }
const bad = { kty: 'oct', k: 'c2VjcmV0', kid: 'bad' }

/** What a provider tells from its start on. */
function listen(provider: { reportTo(tell: (notice: string) => void): void }): readonly string[] {
  const told: string[] = []
  provider.reportTo((notice) => told.push(notice))
  return told
}

describe('what a provider has to tell', () => {
  it('is kept until somebody listens, and not without end', () => {
    const notices = new Notices()
    for (let count = 1; count <= 20; count++) notices.add(`${count}`)
    const told = listen(notices)
    expect(told).toHaveLength(16)
    notices.add('later')
    expect(told.at(-1)).toBe('later')
    expect(listen(notices)).toStrictEqual([])
  })

  it('is what is left out of the key set that it was given, without a secret', () => {
    const [notice, ...others] = listen(new MastraJwtAuth({ ...rules, jwks: { keys: [key, bad] } }))
    expect(notice).toMatch(
      /^The key set has an entry that cannot be used.*"bad": The JWK has the member k/,
    )
    expect(notice).not.toContain('c2VjcmV0')
    expect(others).toStrictEqual([])
  })

  it.each(['\n', '\r\n', ' '])('is a secret that somebody pasted with %j', async (end) => {
    const secret = 'kP3vN8qR2xW7yT4zB9mC6dF1gH5jL0sA'
    const jwt = new MastraJwtAuth({ secret: [secret.toLowerCase(), secret + end] })
    const [notice, ...others] = listen(jwt)
    expect(notice).toMatch(/^Secret 2 of 2 has white space at its end, which is part of it/)
    expect(others).toStrictEqual([])
    const token = new MastraJwtAuth({ secret }).sign({ sub: 'ann' }, { expiresInSeconds: 60 })
    const said = await jwt.explainToken(token)
    expect(said).toMatchObject({
      code: 'token_signature',
      reason: expect.stringContaining('white space at its end'),
      remedy: expect.stringContaining('white space at its end'),
    })
    expect(JSON.stringify([notice, said])).not.toContain(secret)
    expect(listen(new MastraJwtAuth({ secret }))).toStrictEqual([])
  })

  it('is nothing for a set whose keys are all good', () => {
    expect(listen(new MastraJwtAuth({ ...rules, jwks: { keys: [key, key] } }))).toStrictEqual([])
  })

  it('is what is left out of a set at an address, which is told without its query', async () => {
    const fetch = async () => Response.json({ keys: [bad, key, ...Array(9).fill(null)] })
    const jwksUri = 'https://issuer.example/keys?credential=1'
    const jwt = new MastraJwtAuth({ ...rules, jwksUri, fetch })
    const told = listen(
      new CompositeAuth([jwt, new MastraJwtAuth({ secret: 'abcdefgh'.repeat(5) })]),
    )
    await expect(jwt.authenticateToken('x.y.z')).rejects.toThrow()
    const header = Buffer.from('{"alg":"ES256","kid":"good"}').toString('base64url')
    await expect(jwt.authenticateToken(`${header}.e30.AAAA`)).rejects.toThrow()
    expect(told).toMatchObject([
      expect.stringMatching(
        /^The key set at https:\/\/issuer\.example\/keys has 10 entries .* And 5 more\.$/,
      ),
    ])
  })
})
