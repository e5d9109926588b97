import { describe, expect, it } from 'vitest'
import { keepRules, type PathRule } from './path-rule.js'

describe('the rules that a provider keeps', () => {
  it('say what was given', () => {
    const rules: readonly PathRule[] = ['/a', /^\/b/u, ['/c', 'GET'], ['/d', ['PUT', 'ALL']]]
    expect(keepRules(rules, 'public')).toEqual(rules)
    expect(keepRules([], 'public')).toEqual([])
  })

  it('stay what they are when the given list is changed', () => {
    const methods: ('GET' | 'POST')[] = ['GET']
    const rules: PathRule[] = [['/c', methods]]
    const kept = keepRules(rules, 'public')
    methods.push('POST')
    rules.push('/secret')
    expect(kept).toEqual([['/c', ['GET']]])
  })

  it.each([['/a'], [{}], [7], [true]])('are not made of %j, which is no list', (rules) => {
    expect(() => keepRules(Object(rules), 'public')).toThrow(
      expect.objectContaining({
        code: 'option_invalid',
        message: 'The option public must be a list.',
      }),
    )
  })
})
