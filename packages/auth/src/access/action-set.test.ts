import { describe, expect, it } from 'vitest'
import { ACTIONS, askedAction, grantedActions, RESOURCES } from './action-set.js'

const pairs = RESOURCES.flatMap((resource) => ACTIONS.map((action) => `${resource}:${action}`))

describe('askedAction', () => {
  it('has for each resource and action a bit of its own', () => {
    const bits = pairs.map((pair) => askedAction(pair))
    expect(new Set(bits).size).toBe(pairs.length)
    expect(bits.every((bit = 0n) => bit !== 0n && (bit & (bit - 1n)) === 0n)).toBe(true)
  })

  it.each(['*:read', 'agents:*', '*:*', '*', 'agents', 'agents:', 'other:read', '', '__proto__'])(
    'knows none for %j, which is no resource and action',
    (text) => {
      expect(askedAction(text)).toBeUndefined()
    },
  )
})

describe('grantedActions', () => {
  const matches = (wildcard: string, pair: string) => {
    const [resource, action] = wildcard.split(':')
    const [of, what] = pair.split(':')
    return (resource === '*' || resource === of) && (action === '*' || action === what)
  }
  const all = ['*', ...RESOURCES].flatMap((resource) =>
    ['*', ...ACTIONS].map((action) => `${resource}:${action}`),
  )

  it.each(all)('of %s are those that it names, and no others', (text) => {
    const granted = grantedActions(text) ?? 0n
    for (const pair of pairs) {
      expect((granted & (askedAction(pair) ?? 0n)) !== 0n).toBe(matches(text, pair))
    }
  })

  it.each(['*', 'agents', 'agents:read:a', 'other:*', 'agents:other', '', 'constructor'])(
    'are none of %j',
    (text) => {
      expect(grantedActions(text)).toBeUndefined()
    },
  )
})
