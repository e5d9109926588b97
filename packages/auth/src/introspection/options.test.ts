import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { ConfigurationError } from '../error.js'
import { createTestKeyPair } from '../test/key-pair.js'
import { readIntrospection } from './options.js'

const ISSUER = 'https://issuer.example'
const context = { names: [ISSUER], now: undefined }
const good = {
  endpoint: `${ISSUER}/introspect`,
  clientId: 'agents',
  clientSecret: 'the secret of the client',
}
const { clientSecret: _secret, ...client } = good

function refusal(given: unknown, by: { names?: readonly string[] | undefined } = {}): string {
  try {
    readIntrospection(given, { ...context, ...by })
  } catch (error) {
    if (ConfigurationError.isInstance(error)) return `${error.code}: ${error.message}`
    throw error
  }
  return 'accepted'
}

describe('readIntrospection', () => {
  it('reads a client with a secret, and one with a private key', () => {
    const { privateJwk } = createTestKeyPair('ES256', { keyId: 'one' })
    expect(readIntrospection(good, context)).toMatchObject({
      issuer: ISSUER,
      method: 'client_secret_basic',
    })
    const byKey = readIntrospection({ ...client, privateKey: privateJwk }, context)
    expect(byKey).toMatchObject({ method: 'private_key_jwt' })
    expect(String(byKey.endpoint)).toBe(good.endpoint)
  })

  it.each(['http://127.0.0.1:1/i', 'http://localhost:1/i', 'http://[::1]:1/i'])(
    'accepts http on this machine: %s',
    (endpoint) => {
      expect(refusal({ ...good, endpoint })).toBe('accepted')
      expect(refusal({ ...good, endpoint: new URL(endpoint) })).toBe('accepted')
    },
  )

  it.each([undefined, null, false, true, 'text', '', 7, [], [good], () => good])(
    'refuses what is not an object of options: %s',
    (given) => {
      expect(refusal(given)).toMatch(/^option_invalid: The option introspection must be an object/)
    },
  )

  it.each([
    'http://issuer.example/introspect',
    'ftp://issuer.example/',
    'https://user:word@issuer.example/',
    '/introspect',
    '',
    7,
    null,
    ['https://issuer.example/a'],
    { href: 'https://issuer.example/a' },
  ])('refuses the endpoint %j', (endpoint) => {
    expect(refusal({ ...good, endpoint })).toMatch(
      /^option_invalid: The option introspection.endpoint must be an https URL/,
    )
  })

  it.each(['endpoint', 'clientId', 'clientSecret', 'privateKey'])(
    'refuses %s where it is undefined, by its name',
    (name) => {
      expect(refusal({ ...good, [name]: undefined })).toBe(
        `option_invalid: The option introspection.${name} is undefined. Give it a value, or leave it out.`,
      )
    },
  )

  it('refuses an endpoint that is left out', () => {
    const { endpoint: _endpoint, ...rest } = good
    expect(refusal(rest)).toContain('The option introspection.endpoint must be')
  })

  it.each(['', '  ', 7, null, ['agents'], {}])('refuses the client %j', (clientId) => {
    expect(refusal({ ...good, clientId })).toMatch(
      /^option_invalid: The option introspection.clientId must be a text/,
    )
  })

  it.each(['', '  ', 7, null, ['secret'], {}])('refuses the secret %j', (clientSecret) => {
    expect(refusal({ ...client, clientSecret })).toMatch(
      /^option_invalid: The option introspection.clientSecret must be a text/,
    )
  })

  it('refuses a client that cannot prove who it is, and one that proves it twice', () => {
    const { privateJwk } = createTestKeyPair('ES256')
    const either =
      'option_invalid: The option introspection needs either clientSecret or privateKey'
    expect(refusal(client)).toContain(either)
    expect(refusal({ ...good, privateKey: privateJwk })).toContain(either)
  })

  it.each([
    ['a text that is not a key', 'key_invalid', 'not a key'],
    ['null', 'key_invalid', null],
    ['a number', 'key_invalid', 7],
    ['a public key', 'key_invalid', createTestKeyPair('ES256').publicJwk],
    [
      'a weak key',
      'key_weak',
      generateKeyPairSync('rsa', { modulusLength: 1024 })
        .privateKey.export({ format: 'pem', type: 'pkcs8' })
        .toString(),
    ],
  ])('refuses as private key %s', (_case, code, privateKey) => {
    const said = refusal({ ...client, privateKey })
    expect(said).toMatch(
      new RegExp(`^${code}: The option introspection.privateKey is refused. .* as PEM or JWK.$`),
    )
  })

  it('refuses a name that it does not know, with the nearest', () => {
    expect(refusal({ ...good, clientsecret: 'x' })).toMatch(
      /^option_unknown: .*introspection.clientsecret.*Did you mean clientSecret\?/,
    )
    expect(refusal({ ...good, cacheSeconds: 1 })).toMatch(/^option_unknown: /)
  })

  it.each([
    [undefined],
    [[]],
    [['']],
    [[ISSUER, 'https://other.example']],
    [['https://issuer.example/{tenant}/v2.0']],
  ])('refuses an issuer that does not have one name: %j', (names) => {
    expect(refusal(good, { names })).toMatch(
      /^option_invalid: The option introspection needs the option issuer with one name that has no variable/,
    )
  })
})
