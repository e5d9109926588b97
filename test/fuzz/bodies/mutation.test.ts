import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mutateJson, mutatePath, mutations, sendAs, type Mutation } from './mutation.js'

const VALUE = { messages: [{ role: 'user', content: 'alpha' }], memory: { thread: 't' } }

function at(place: number, kind: Mutation['kind'], change: Partial<Mutation> = {}): Mutation {
  return { kind, at: place, value: 'null', name: 'role', times: 2, ...change }
}

describe('a changed body', () => {
  it.each<[string, Mutation[], string]>([
    ['nothing', [], JSON.stringify(VALUE)],
    ['the whole', [at(0, 'replace')], 'null'],
    [
      'a member',
      [at(3, 'replace')],
      '{"messages":[{"role":null,"content":"alpha"}],"memory":{"thread":"t"}}',
    ],
    [
      'a member that goes',
      [at(4, 'remove')],
      '{"messages":[{"role":"user"}],"memory":{"thread":"t"}}',
    ],
    ['an item that goes', [at(2, 'remove')], '{"messages":[],"memory":{"thread":"t"}}'],
    [
      'one member more',
      [at(5, 'add', { name: '__proto__' })],
      '{"messages":[{"role":"user","content":"alpha"}],"memory":{"thread":"t","__proto__":null}}',
    ],
    [
      'names that stand twice',
      [at(5, 'again')],
      '{"messages":[{"role":"user","content":"alpha"}],"memory":{"thread":"t","thread":"t"}}',
    ],
    [
      'a list that is longer',
      [at(1, 'repeat')],
      '{"messages":[{"role":"user","content":"alpha"},{"role":"user","content":"alpha"}],"memory":{"thread":"t"}}',
    ],
    [
      'what is no JSON',
      [at(6, 'replace', { value: 'infinite' })],
      '{"messages":[{"role":"user","content":"alpha"}],"memory":{"thread":1e400}}',
    ],
    [
      'one after the other',
      [at(6, 'wrap'), at(6, 'wrap')],
      '{"messages":[{"role":"user","content":"alpha"}],"memory":{"thread":[["t"]]}}',
    ],
  ])('can have changed: %s', (_, all, text) => {
    expect(mutateJson(VALUE, all)).toBe(text)
  })

  it('is never much larger than what a server takes, whatever is done to it', () => {
    fc.assert(
      fc.property(mutations, (all) => {
        expect(mutateJson(VALUE, all).length).toBeLessThan(20_000_000)
      }),
      { numRuns: 300 },
    )
  })

  it('is sent as bytes that are no UTF-8, cut, or of another type', () => {
    expect(sendAs('{}', 'plain').bytes.toString()).toBe('{}')
    expect(sendAs('{}', 'cut').bytes.toString()).toBe('{')
    expect(sendAs('{}', 'bad UTF-8').bytes.includes(0xff)).toBe(true)
    expect(sendAs('{}', 'no type').headers).toStrictEqual({})
    expect(sendAs('{}', 'compressed').headers).toHaveProperty('content-encoding', 'gzip')
  })
})

describe('a changed query', () => {
  it('has other values, more names and names that stand twice', () => {
    expect(mutatePath('/a', [at(0, 'add', { name: 'page', value: 'dots' })])).toBe('/a?page=..')
    expect(mutatePath('/a?page=1', [at(0, 'again')])).toBe('/a?page=1&page=1')
    expect(mutatePath('/a?page=1', [at(0, 'replace', { value: 'dots' })])).toBe('/a?page=..')
    expect(mutatePath('/a?page=1', [at(0, 'remove')])).toBe('/a')
  })
})
