import { DEFAULT_ROLES } from '@signet/auth'
import { Mastra } from '@signet/core'
import { describe, expect, it } from 'vitest'
import { rolesOf } from './start-check.js'

describe('rolesOf', () => {
  it('are the roles of the application beside those that every server knows', () => {
    const mastra = new Mastra({ server: { access: { roles: { chef: ['tools:read'] } } } })
    expect(rolesOf(mastra)).toStrictEqual({ ...DEFAULT_ROLES, chef: ['tools:read'] })
  })

  it('stay as they are at the start: what is added later has not been checked', () => {
    const chef = ['tools:read']
    const roles: Record<string, string[]> = { chef }
    const inForce = rolesOf(new Mastra({ server: { access: { roles } } }))
    chef.push('*')
    roles['member'] = ['*']
    expect(inForce).toStrictEqual({ ...DEFAULT_ROLES, chef: ['tools:read'] })
  })

  it('are refused where one grants what is no permission', () => {
    const mastra = new Mastra({ server: { access: { roles: { chef: ['cook'] } } } })
    const refused = expect.objectContaining({ code: 'option_invalid' })
    expect(() => rolesOf(mastra)).toThrow(refused)
  })
})
