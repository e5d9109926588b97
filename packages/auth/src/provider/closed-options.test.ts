import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it, vi } from 'vitest'
import { signToken } from '../jwt/sign.js'
import { createVerifier, verifySignature } from '../jwt/verify.js'
import { privateKey } from '../keys/private-key.js'
import { createRemoteKeySet } from '../keys/remote-key-set.js'
import { createSecret, secretKeys } from '../keys/secret.js'
import { MastraAuthProvider } from './mastra-auth-provider.js'
import { checkProvider } from './provider-shape.js'
import { MastraJwtAuth } from './jwt-auth.js'
import { SimpleAuth, type SimpleAuthOptions } from './simple-auth.js'

const secret = createSecret()

/** Options as they come from a program without types. */
function untyped<Options>(options: object): Options {
  return options as Options
}

describe('an option that is not known', () => {
  it('is refused by MastraJwtAuth, with the nearest name', () => {
    expect(() => new MastraJwtAuth(untyped({ secret, audiance: 'api' }))).toThrow(
      'MastraJwtAuth: audiance. There is no such option. Did you mean audience?',
    )
    expect(() => new MastraJwtAuth({ secret, audience: 'api' })).not.toThrow()
  })

  it('is refused among the options of one of several issuers, with its place', () => {
    const issuers = [{ issuer: 'https://issuer.example', secret, requiredClaim: ['tid'] }]
    expect(() => new MastraJwtAuth(untyped({ issuers }))).toThrow(
      'MastraJwtAuth: issuers.0.requiredClaim. There is no such option. Did you mean requiredClaims?',
    )
  })

  it('is refused by SimpleAuth', () => {
    const tokens = { [createSecret()]: { sub: 'alice' } }
    expect(() => new SimpleAuth(untyped<SimpleAuthOptions>({ tokens, defaultrole: null }))).toThrow(
      'defaultRole?',
    )
    expect(() => new SimpleAuth({ tokens, defaultRole: null })).not.toThrow()
  })

  it('is refused in the policy of a verifier, which would not apply it', () => {
    const { keys } = { keys: secretKeys(secret) }
    expect(() => createVerifier(untyped({ keys, requiredClaim: ['tid'] }))).toThrow(
      'A verification policy: requiredClaim.',
    )
    expect(() =>
      createVerifier(untyped({ issuers: [{ issuer: 'a', keys, maxTokenAge: 60 }] })),
    ).toThrow('A verification policy: issuers.0.maxTokenAge.')
    expect(() => createVerifier({ keys, requiredClaims: ['tid'] })).not.toThrow()
  })

  it('is refused in the policy of a signature', async () => {
    const policy = untyped<Parameters<typeof verifySignature>[1]>({
      keys: secretKeys(secret),
      algorithm: ['HS512'],
    })
    await expect(async () => verifySignature('a.b.c', policy)).rejects.toThrow('algorithms?')
  })
})

describe('an option of a key or of signing', () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey

  it.each([
    [
      'signing, which would make a token without an end',
      () =>
        signToken({ sub: 'alice' }, secretKeys(secret).signingKey, untyped({ expiresSeconds: 60 })),
    ],
    ['a secret', () => secretKeys(secret, untyped({ algorithm: ['HS512'] }))],
    ['a private key', () => privateKey(rsa, untyped({ kid: 'one' }))],
    [
      'a key set at an address',
      () => createRemoteKeySet('https://issuer.example/jwks', untyped({ timeout: 1 })),
    ],
  ])('is refused by %s', (_, make) => {
    expect(make).toThrow(expect.objectContaining({ code: 'option_unknown' }))
  })

  it('is taken where it is known', () => {
    const { signingKey } = secretKeys(secret, { algorithms: ['HS256'] })
    expect(() => signToken({ sub: 'alice' }, signingKey, { expiresInSeconds: 60 })).not.toThrow()
    expect(() => privateKey(rsa, { keyId: 'one' })).not.toThrow()
    expect(() => createRemoteKeySet('https://issuer.example/jwks', { timeoutMs: 1 })).not.toThrow()
  })
})

describe('an option by which Mastra decides and Signet does not', () => {
  class OwnAuth extends MastraAuthProvider {
    async authenticateToken(): Promise<null> {
      return null
    }
  }

  it.each(['authorize', 'rules'])('is refused by every provider: %s', (name) => {
    const option = { [name]: () => false }
    expect(() => new MastraJwtAuth(untyped({ secret, ...option }))).toThrow('Write authorizeUser')
    expect(() => new OwnAuth(untyped(option))).toThrow(`OwnAuth: ${name}.`)
  })

  it('leaves the options of a subclass to the subclass', () => {
    expect(() => new OwnAuth(untyped({ tenant: 'acme' }))).not.toThrow()
  })
})

describe('a provider', () => {
  const authenticateToken = async () => null

  it.each(['authorizeuser', 'AuthorizeUser', 'authoriseUser', 'mapUserToResourceID'])(
    'is refused a method that nobody would ask: %s',
    (name) => {
      const provider = { authenticateToken, [name]: () => false }
      expect(() => checkProvider(provider, 'server.auth')).toThrow(`has ${name}`)
    },
  )

  it('is refused one of its class, too', () => {
    class Misspelt {
      authenticateToken = authenticateToken
      authoriseUser(): boolean {
        return false
      }
    }
    expect(() => checkProvider(new Misspelt(), 'server.auth')).toThrow(
      'Did you mean authorizeUser?',
    )
  })

  it('may have members of its own', () => {
    const provider = { authenticateToken, authorizeUser: () => true, lookUp: () => 1 }
    expect(() => checkProvider(provider, 'server.auth')).not.toThrow()
  })
})

describe('options that are an object of a class', () => {
  const request = {
    raw: new Request('http://localhost'),
    headers: new Headers(),
    header: () => undefined,
  }

  it('keep their methods: MastraJwtAuth asks the authorizeUser of a class', async () => {
    class Closed {
      secret = secret
      authorizeUser(): boolean {
        return false
      }
      mapUserToResourceId(): string {
        return 'owner'
      }
    }
    const auth = new MastraJwtAuth(new Closed())
    expect(await auth.authorizeUser({ sub: 'alice' }, request)).toBe(false)
    expect(auth.mapUserToResourceId({ sub: 'alice' })).toBe('owner')
  })

  it('keep their getters, also beside the secret of the environment', async () => {
    vi.stubEnv('MASTRA_JWT_SECRET', secret)
    const auth = new MastraJwtAuth({
      get audience() {
        return 'other'
      },
    })
    class Elsewhere {
      get audience(): string {
        return 'other'
      }
    }
    const ofClass = new MastraJwtAuth(new Elsewhere())
    const token = signToken({ sub: 'alice', aud: 'api' }, secretKeys(secret).signingKey, {
      expiresInSeconds: 60,
    })
    vi.unstubAllEnvs()
    for (const each of [auth, ofClass]) {
      await expect(each.authenticateToken(token)).rejects.toThrow(
        expect.objectContaining({ code: 'token_audience' }),
      )
    }
  })

  it('keep their methods for SimpleAuth and for a provider of your own', () => {
    class Users {
      tokens = { [secret]: { sub: 'alice' } }
      authorizeUser(): boolean {
        return false
      }
    }
    const user = { sub: 'alice' }
    expect(new SimpleAuth(new Users()).authorizeUser(user, request)).toBe(false)
    class OwnAuth extends MastraAuthProvider {
      async authenticateToken(): Promise<null> {
        return null
      }
    }
    expect(new OwnAuth(new Users()).authorizeUser(user, request)).toBe(false)
  })

  it('are refused an inherited name that nobody has', () => {
    class Misspelt {
      secret = secret
      get audiance(): string {
        return 'api'
      }
    }
    expect(() => new MastraJwtAuth(untyped(new Misspelt()))).toThrow('Did you mean audience?')
  })

  it.each(['authorizeUsers', 'autorizeUser', 'authorizUser'])(
    'are refused a method of a provider that nobody would ask: %s',
    (name) => {
      const provider = { authenticateToken: async () => null, [name]: () => false }
      expect(() => checkProvider(provider, 'server.auth')).toThrow(`has ${name}`)
    },
  )
})
