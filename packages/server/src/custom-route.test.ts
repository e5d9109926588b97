import { MastraJwtAuth, type MastraJwtAuthOptions } from '@signet/auth'
import { Mastra } from '@signet/core'
import { describe, expect, it } from 'vitest'
import { createApp } from './app.js'

function serveWith(options: MastraJwtAuthOptions) {
  const auth = new MastraJwtAuth({ secret: 'a secret that only these tests use', ...options })
  return createApp(new Mastra({ server: { auth } }))
}

describe('paths that a provider names', () => {
  it('may be left out or empty', () => {
    expect(() => serveWith({})).not.toThrow()
    expect(() => serveWith({ public: [], protected: [] })).not.toThrow()
  })

  it.each<[string, MastraJwtAuthOptions]>([
    ['a built-in route', { public: ['/api/agents'] }],
    ['a pattern over everything', { public: [/.*/] }],
    ['a path with its method', { public: [['/api/agents', 'GET']] }],
    ['a path that nothing has', { protected: ['/nowhere'] }],
  ])('fail the start when they name %s', (_, options) => {
    expect(() => serveWith(options)).toThrow(expect.objectContaining({ code: 'path_rule_unknown' }))
  })
})
