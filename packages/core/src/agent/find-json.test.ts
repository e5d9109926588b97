import { describe, expect, it } from 'vitest'
import { findJson } from './find-json.js'

describe('the JSON of a text', () => {
  it.each<readonly [string, unknown]>([
    ['{"a":1}', { a: 1 }],
    ['"a"', 'a'],
    ['```json\n{"a":1}\n```', { a: 1 }],
    ['```\n[1]\n```\n', [1]],
    ['```json\n"a"\n```', 'a'],
    ['Sure!\n```json\n{"a":1}\n```\nIs that all?', { a: 1 }],
    ['Sure! {"a":"}"}', { a: '}' }],
    ['{"a":"\\"{"} is what you want.', { a: '"{' }],
    ['As {asked} for: {"a":[{}]}', { a: [{}] }],
    ['{"a":"```"}', { a: '```' }],
  ])('is found in %j', (text, json) => {
    expect(findJson(text)).toEqual({ json })
  })

  it.each([
    '',
    'hello',
    '{"a":1',
    '{"a":1} {"a":2}',
    '{"a":1} or [1]',
    '```json\n{"a":1}\n```\n```json\n{"a":2}\n```',
    'Sure! {"a":1} and {"b"',
    '{a:1}',
    'So: {"a":1]}',
  ])('is not guessed in %j', (text) => {
    expect(findJson(text)).toBeUndefined()
  })

  it('is looked for once in what opens again and again', () => {
    expect(findJson(`a ${'{"a":['.repeat(200_000)}`)).toBeUndefined()
    expect(findJson(`a ${'{x} '.repeat(200_000)}[1]`)).toEqual({ json: [1] })
  })
})
