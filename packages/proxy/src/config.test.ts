import { describe, expect, it } from 'vitest'
import { defineProxy, type ProxyConfig } from './config.js'

describe('defineProxy', () => {
  it('returns what it was given, and nobody can change it', () => {
    const config = { upstream: 'http://127.0.0.1:4112', auth: false } as const
    const declared = defineProxy(config)
    expect(declared).toStrictEqual(config)
    expect(Object.isFrozen(declared)).toBe(true)
  })

  it('refuses a name that is not an option, with the nearest one', () => {
    const misspelt: object = { upstrem: 'http://127.0.0.1:4112' }
    const declare = () => defineProxy(misspelt as ProxyConfig)
    expect(declare).toThrow(expect.objectContaining({ code: 'option_unknown' }))
    expect(declare).toThrow('upstream')
  })
})
