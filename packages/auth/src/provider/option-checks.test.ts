import { describe, expect, it } from 'vitest'
import { MastraJwtAuth, type MastraJwtAuthOptions } from './jwt-auth.js'
import { SimpleAuth, type SimpleAuthOptions } from './simple-auth.js'

const SECRET = 'a secret of a test, which nothing else uses'
const TOKEN = 'zQ4-robot-token-of-a-test-which-is-long'

/** As JavaScript may have them. */
const MAKERS = {
  MastraJwtAuth: (options: object) =>
    new MastraJwtAuth({ secret: SECRET, ...options } as MastraJwtAuthOptions),
  SimpleAuth: (options: object) =>
    new SimpleAuth({
      tokens: { [TOKEN]: { id: 'robot' } },
      ...options,
    } as SimpleAuthOptions<object>),
}

const NO_FUNCTION = [null, 5, 'x', {}, true]
const NO_TEXT = [null, 5, '', ' ', {}, []]

const REFUSED: readonly (readonly [keyof typeof MAKERS, string, readonly unknown[], string])[] = [
  ['MastraJwtAuth', 'mapUserToResourceId', [...NO_FUNCTION, undefined], 'a function'],
  ['MastraJwtAuth', 'authorizeUser', [...NO_FUNCTION, undefined], 'a function'],
  ['MastraJwtAuth', 'mapUser', NO_FUNCTION, 'a function'],
  ['MastraJwtAuth', 'fetch', NO_FUNCTION, 'a function'],
  ['MastraJwtAuth', 'now', NO_FUNCTION, 'a function'],
  ['MastraJwtAuth', 'name', NO_TEXT, 'a text that is not blank'],
  ['MastraJwtAuth', 'defaultRole', [5, '', ' ', {}, [], true], 'the name of a role, or null'],
  ['SimpleAuth', 'defaultRole', [5, '', ' ', {}, [], true], 'the name of a role, or null'],
  ['SimpleAuth', 'mapUserToResourceId', [...NO_FUNCTION, undefined], 'a function'],
  ['SimpleAuth', 'now', NO_FUNCTION, 'a function'],
]

describe('an option of a provider', () => {
  it.each(REFUSED)(
    'of %s is refused at the start where it is of another type: %s',
    (provider, name, all, words) => {
      for (const value of all) {
        expect(() => MAKERS[provider]({ [name]: value })).toThrow(
          expect.objectContaining({
            code: 'option_invalid',
            message: `The option ${name} must be ${words}.`,
          }),
        )
      }
    },
  )

  it.each(['MastraJwtAuth', 'SimpleAuth'] as const)('of %s may be of its type', (provider) => {
    const options = {
      defaultRole: 'viewer',
      mapUserToResourceId: () => 'team',
      name: 'staff',
      now: () => 0,
    }
    expect(MAKERS[provider](options)).toMatchObject({ name: 'staff', defaultRole: 'viewer' })
    expect(MAKERS[provider]({ defaultRole: null }).defaultRole).toBeUndefined()
  })
})
