import { createLogRecorder } from '@signet/test-support/application/application'
import { describe, expect, it } from 'vitest'
import { watchRegister } from './watch.js'

const EXPIRES_AT = 1_900_000_000_000
const AWAY = 'DPoP proofs cannot be registered: requests with a proof get 503 until they can.'
const BACK = 'DPoP proofs can be registered again.'

/** A register that does what it is told to. */
function setUp() {
  const { logger, lines } = createLogRecorder()
  const asked: (readonly [string, number])[] = []
  const behavior: { does: () => boolean | Promise<boolean> } = { does: () => true }
  const register = watchRegister(
    {
      register(key, expiresAt) {
        asked.push([key, expiresAt])
        return behavior.does()
      },
    },
    logger,
  )
  return { register, asked, behavior, lines, messages: () => lines.map(({ message }) => message) }
}

describe('a register of proofs that is watched', () => {
  it('says what the register says, and logs nothing', async () => {
    const { register, asked, behavior, lines } = setUp()
    expect(await register.register('one', EXPIRES_AT)).toBe(true)
    behavior.does = async () => false
    expect(await register.register('one', EXPIRES_AT)).toBe(false)
    expect(asked).toStrictEqual([
      ['one', EXPIRES_AT],
      ['one', EXPIRES_AT],
    ])
    expect(lines).toStrictEqual([])
  })

  it.each<readonly [string, (error: Error) => () => boolean | Promise<boolean>]>([
    ['rejects', (error) => () => Promise.reject(error)],
    [
      'throws',
      (error) => () => {
        throw error
      },
    ],
  ])('rejects where it %s, and says so once until it can be asked again', async (_, failing) => {
    const { register, behavior, lines, messages } = setUp()
    const error = new Error('Redis does not answer: ECONNREFUSED.')
    behavior.does = failing(error)
    for (let turn = 0; turn < 3; turn++) {
      await expect(register.register('one', EXPIRES_AT)).rejects.toBe(error)
    }
    expect(lines).toStrictEqual([{ level: 'warn', message: AWAY, fields: { error } }])
    behavior.does = () => false
    for (let turn = 0; turn < 3; turn++) {
      expect(await register.register('one', EXPIRES_AT)).toBe(false)
    }
    expect(messages()).toStrictEqual([AWAY, BACK])
    behavior.does = failing(error)
    await expect(register.register('one', EXPIRES_AT)).rejects.toBe(error)
    expect(messages()).toStrictEqual([AWAY, BACK, AWAY])
  })
})
