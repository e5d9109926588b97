import { describe, expect, it } from 'vitest'
import { DEFAULT_ROLES } from '@signet/auth'
import { defineProxy, serverOptionsOf, type ProxyConfig } from './config.js'

describe('the roles of a proxy', () => {
  it('are those of a server, with workflows, and no more', () => {
    const { member, viewer, owner } = serverOptionsOf({}).access?.roles ?? {}
    expect(member).toStrictEqual([
      ...(DEFAULT_ROLES['member'] ?? []),
      'workflows:read',
      'workflows:execute',
    ])
    expect([viewer?.includes('workflows:execute'), owner]).toStrictEqual([false, ['*']])
  })

  it('are those of the configuration where it has one of the same name', () => {
    const access = { roles: { member: ['agents:read'], chef: ['tools:read'] } }
    const roles = serverOptionsOf({ access }).access?.roles
    expect(roles).toMatchObject(access.roles)
    expect(roles?.['viewer']).toContain('workflows:read')
  })
})

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
