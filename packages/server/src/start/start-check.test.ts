import { DEFAULT_ROLES } from '@signet/auth'
import { Agent, Mastra, type Logger } from '@signet/core'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { reportModels, rolesOf } from './start-check.js'

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

describe('the models of agents', () => {
  afterEach(() => vi.unstubAllEnvs())

  function report(model: string | (() => string)) {
    const error = vi.fn<Logger['error']>()
    const logger: Logger = { debug() {}, info() {}, warn() {}, error }
    const agent = new Agent({ id: 'writer', name: 'Writer', instructions: '', model })
    reportModels(new Mastra({ agents: { agent } }), logger)
    return error.mock.calls
  }

  it.each(['openrouter/some/model', 'no-such-vendor/model', 'No Vendor/model'])(
    'are told to the log where one cannot be had: %s',
    (model) => {
      const [call, ...others] = report(model)
      expect(call?.[0]).toMatch(/^Agent writer cannot answer: it has no model\. /)
      expect(others).toEqual([])
    },
  )

  it('are told with what to do where there may be no such package', () => {
    expect(report('openrouter/some/model')[0]?.[0]).toContain('{ url, id, apiKey }')
  })

  it.each(['openai/gpt-4o', 'gpt-4o'])('are told of where there is no key: %s', (model) => {
    vi.stubEnv('OPENAI_API_KEY', '')
    vi.stubEnv('OPENAI_BASE_URL', '')
    expect(report(model)).toEqual([
      [
        expect.stringMatching(/^Agent writer cannot answer: .* OPENAI_API_KEY is not set\./),
        { agent: 'writer', model: 'openai/gpt-4o', code: 'model_key_missing' },
      ],
    ])
  })

  it.each(['signet/rehearsal', 'openai/gpt-4o', 'gpt-4o'])(
    'are not told of where they may be had: %s',
    (model) => {
      vi.stubEnv('OPENAI_API_KEY', 'a-key')
      expect(report(model)).toEqual([])
    },
  )

  it('are not looked at where each request has its own', () => {
    expect(report(() => 'no-such-vendor/model')).toEqual([])
  })
})
