import { parseGrant } from '@signet/auth/internal'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { coveredBy, describeScope, scopeProblem, splitScopes, toggleScope } from './scope.js'

const WORDS = [
  '*',
  'agents',
  'tools',
  'workflows',
  'routes',
  'read',
  'execute',
  'a b',
  '',
  'x.y',
  'audit',
]
const PATHS = [
  '/',
  '/a',
  '/a/',
  '/a/b',
  '//a',
  '/.',
  '/..',
  '/a/..',
  '/a/./b',
  '/..b',
  '/.a/b.',
  '/%2e',
  'a/b',
]
const part = fc.constantFrom(...WORDS, ...PATHS)
const text = fc.oneof(
  fc.string(),
  fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join(':')),
)

describe('scopeProblem', () => {
  it('says of every text what the server makes of it', () => {
    fc.assert(
      fc.property(text, (scope) => {
        expect(scopeProblem(scope) === undefined).toBe(parseGrant(scope) !== undefined)
      }),
    )
  })

  it.each([
    ['agents', /resource:action/],
    ['agent:read', /no resource “agent”/],
    ['agents:run', /no action “run”/],
    ['agents:read:a/b', /id/],
    ['agents:read:a:b', /resource:action/],
  ])('says what is wrong with %s', (scope, problem) => {
    expect(scopeProblem(scope)).toMatch(problem)
  })
})

describe('splitScopes', () => {
  it('takes blanks of every kind for what divides, and each word once', () => {
    expect(splitScopes(' a:b \n c:d\ta:b ')).toStrictEqual(['a:b', 'c:d'])
    expect(splitScopes('  ')).toStrictEqual([])
  })
})

describe('toggleScope', () => {
  it('adds a scope, and takes it out again', () => {
    expect(toggleScope(['memory:read'], 'agents:read')).toStrictEqual([
      'memory:read',
      'agents:read',
    ])
    expect(toggleScope(['memory:read', 'agents:read'], 'agents:read')).toStrictEqual([
      'memory:read',
    ])
  })

  it('takes out what the new one covers, and nothing else', () => {
    const scopes = ['agents:read:a', 'agents:execute:a', 'tools:read:a']
    expect(toggleScope(scopes, 'agents:read')).toStrictEqual([
      'agents:execute:a',
      'tools:read:a',
      'agents:read',
    ])
  })
})

describe('coveredBy', () => {
  it('names the wider scope', () => {
    expect(coveredBy(['agents:read'], 'agents:read:a')).toBe('agents:read')
    expect(coveredBy(['*'], 'agents:read')).toBe('*')
  })

  it('is no scope for itself, nor a narrower one', () => {
    expect(coveredBy(['agents:read'], 'agents:read')).toBeUndefined()
    expect(coveredBy(['agents:read:a'], 'agents:read')).toBeUndefined()
  })
})

describe('describeScope', () => {
  it.each([
    ['*', 'do everything'],
    ['agents:execute:weather-agent', 'run the agent weather-agent'],
    ['agents:read', 'read every agent'],
    ['tools:*:*', 'do everything with every tool'],
    ['*:read', 'read everything'],
  ])('says %s in words', (scope, words) => {
    expect(describeScope(scope)).toBe(words)
  })
})
