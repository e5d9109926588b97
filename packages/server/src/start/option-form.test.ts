import type { ServerConfig } from '@signet/core'
import { describe, expect, it } from 'vitest'
import { checkForms } from './option-form.js'

/** As JavaScript may have it. */
function check(name: string, value: unknown): void {
  checkForms({ [name]: value } as ServerConfig, 'server.')
}

const GROUPS = ['access', 'revocation', 'runs', 'limits']
const TIMES = ['bodySizeLimit', 'timeout', 'keepAliveTimeout']

describe('an option of a server', () => {
  const taken: readonly (readonly [string, unknown])[] = [
    ...GROUPS.map((name) => [name, {}] as const),
    ...TIMES.map((name) => [name, 1] as const),
    ['port', 0],
    ['port', 65_535],
    ['host', '::1'],
    ['audit', false],
    ['audit', {}],
    ['studio', true],
    ['studio', false],
    ['studio', { connect: [] }],
    ['apiRoutes', []],
  ]
  it.each(taken)('may be of its type: %s', (name, value) => {
    expect(() => check(name, value)).not.toThrow()
  })

  it.each([...GROUPS, ...TIMES, 'port', 'host', 'audit', 'studio', 'apiRoutes'])(
    'may be undefined: %s',
    (name) => {
      expect(() => check(name, undefined)).not.toThrow()
    },
  )

  const refused: readonly (readonly [string, readonly unknown[], string])[] = [
    ...GROUPS.map((name) => [name, [null, 5, 'x', true, []], 'must be an object.'] as const),
    ...TIMES.map(
      (name) =>
        [name, [null, 0, -1, 1.5, 2 ** 31, NaN, '5', true, {}, []], 'must be a whole'] as const,
    ),
    ['port', [null, -1, 65_536, 1.5, '4111', true, {}], 'must be a whole number from 0 to 65535.'],
    ['host', [null, '', 5, {}], 'must be the name or the address of a host.'],
    ['audit', [null, true, 5, []], 'must be false or an object.'],
    ['studio', [null, 5, 'x', []], 'must be true, false or an object.'],
    ['apiRoutes', [null, 5, {}, 'x'], 'must be a list.'],
  ]
  it.each(refused)(
    'of another type is refused, and not read as left out: %s',
    (name, all, words) => {
      for (const value of all) {
        expect(() => check(name, value)).toThrow(
          expect.objectContaining({
            code: 'option_invalid',
            message: expect.stringContaining(`server.${name} ${words}`) as string,
          }),
        )
      }
    },
  )
})
