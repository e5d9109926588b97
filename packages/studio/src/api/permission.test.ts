import { describe, expect, it } from 'vitest'
import { grants, grantsForSome } from './permission.js'

describe('grants', () => {
  it.each([
    ['*', 'audit:read'],
    ['agents:read', 'agents:read:a'],
    ['agents:*', 'agents:write:a'],
    ['*:read', 'memory:read'],
    ['agents:*:a', 'agents:execute:a'],
    ['agents:read:*', 'agents:read'],
  ])('%s covers %s', (granted, asked) => {
    expect(grants([granted], asked)).toBe(true)
  })

  it.each([
    ['agents:read:a', 'agents:read:b'],
    ['agents:read:a', 'agents:read'],
    ['agents', 'agents:read'],
    ['agents:read', 'agents:write'],
    ['agent:read', 'agents:read'],
    ['agents:read:a:b', 'agents:read:a'],
    ['', 'agents:read'],
  ])('%s does not cover %s', (granted, asked) => {
    expect(grants([granted], asked)).toBe(false)
  })

  it('covers nothing where nothing is granted', () => {
    expect(grants([], 'agents:read')).toBe(false)
  })
})

describe('grantsForSome', () => {
  it.each(['*', 'tools:*', '*:approve', 'tools:approve', 'tools:approve:pay', 'tools:*:pay'])(
    '%s lets its caller approve calls of some tool',
    (granted) => {
      expect(grantsForSome([granted], 'tools:approve')).toBe(true)
    },
  )

  it.each(['tools:execute', 'tools:execute:pay', 'agents:*', 'tools', ''])(
    '%s lets its caller approve calls of no tool',
    (granted) => {
      expect(grantsForSome([granted], 'tools:approve')).toBe(false)
    },
  )
})
