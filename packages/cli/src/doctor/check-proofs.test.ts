import { MastraJwtAuth, type MastraJwtAuthOptions } from '@signet/auth'
import { describe, expect, it } from 'vitest'
import { checkProofs } from './check-proofs.js'

const secret = 'correct horse battery staple, twice: correct horse battery staple'

function find(options: MastraJwtAuthOptions, server: { readonly publicUrl?: string } = {}) {
  const auth = new MastraJwtAuth({ secret, ...options })
  return checkProofs(auth, server.publicUrl)
}

describe('checkProofs: the URL of a DPoP proof', () => {
  it.each(['optional', 'required'] as const)('warns without a public URL: dpop %s', (dpop) => {
    expect(find({ dpop })).toMatchObject([
      { level: 'warning', remedy: expect.stringContaining('server.publicUrl') },
    ])
    expect(find({ dpop }, { publicUrl: 'https://api.example' })).toMatchObject([{ level: 'ok' }])
  })

  it('says nothing where the option is left out, or where nobody is told apart', () => {
    expect(find({})).toStrictEqual([])
    expect(checkProofs(false, undefined)).toStrictEqual([])
  })
})
