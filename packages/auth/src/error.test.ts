import { describe, expect, it } from 'vitest'
import { AuthError, ConfigurationError, ScopeError, TokenError } from './error.js'

const token = new TokenError('token_expired', 'late', { claim: 'exp', expiredAt: 5 })
const scope = new ScopeError('agents:read', ['wizard'])
const plain = new AuthError('access_denied', 'no', { cause: 'why' })
const configuration = new ConfigurationError('option_invalid', 'wrong')

describe('errors', () => {
  it('carry code, name, cause, and what their kind adds', () => {
    expect(token).toMatchObject({ name: 'TokenError', claim: 'exp', expiredAt: 5 })
    expect(scope).toMatchObject({ code: 'scope_insufficient', missingScope: 'agents:read' })
    expect(scope.ignoredGrants).toStrictEqual(['wizard'])
    expect(plain).toMatchObject({ name: 'AuthError', code: 'access_denied', cause: 'why' })
    expect(configuration).toMatchObject({ name: 'ConfigurationError', code: 'option_invalid' })
    expect([token, scope, plain, configuration].every((error) => error instanceof Error)).toBe(true)
  })

  it('are told apart by isInstance, each class by its own', () => {
    const all = [token, scope, plain, configuration]
    expect(all.filter((error) => AuthError.isInstance(error))).toStrictEqual([token, scope, plain])
    expect(all.filter((error) => TokenError.isInstance(error))).toStrictEqual([token])
    expect(all.filter((error) => ScopeError.isInstance(error))).toStrictEqual([scope])
    expect(all.filter((error) => ConfigurationError.isInstance(error))).toStrictEqual([
      configuration,
    ])
  })

  it('are known across two installed copies of this package', () => {
    const copy = Object.defineProperties(new Error('copy'), {
      [Symbol.for('signet.auth.error')]: { value: true },
      [Symbol.for('signet.auth.token-error')]: { value: true },
    })
    expect(copy instanceof TokenError).toBe(false)
    expect([AuthError.isInstance(copy), TokenError.isInstance(copy)]).toStrictEqual([true, true])
  })

  it('are not imitated by anything that JSON can express', () => {
    const texts = ['null', '1', '"a"', '{}', '{"code":"token_expired","name":"TokenError"}']
    const values: unknown[] = [
      undefined,
      new Error('plain'),
      ...texts.map((text) => JSON.parse(text)),
    ]
    expect(values.some((value) => AuthError.isInstance(value))).toBe(false)
    expect(values.some((value) => ConfigurationError.isInstance(value))).toBe(false)
  })
})
