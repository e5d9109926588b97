import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { loadEnvironment } from './environment.js'

describe('the files of variables', () => {
  let directory = ''

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'signet-env-'))
  })

  afterEach(() => {
    rmSync(directory, { recursive: true, force: true })
    vi.unstubAllEnvs()
    for (const name of Object.keys(process.env)) {
      if (name.startsWith('SIGNET_TEST_')) delete process.env[name]
    }
  })

  /** Each file sets a variable of its own, and all set one that tells which file won. */
  function write(...names: readonly string[]): void {
    for (const name of names) {
      const own = `SIGNET_TEST_${name.toUpperCase().replaceAll('.', '_')}`
      writeFileSync(join(directory, name), `${own}=there\nSIGNET_TEST_WINNER=${name}\n`)
    }
  }

  it.each([
    [['.env'], '.env'],
    [['.env', '.env.development'], '.env.development'],
    [['.env', '.env.development', '.env.local'], '.env.local'],
    [['.env', '.env.local', '.env.development.local'], '.env.development.local'],
    [['.env', '.env.production'], '.env'],
  ])('in development of %j: %s wins', (names, winner) => {
    vi.stubEnv('NODE_ENV', 'development')
    write(...names)
    loadEnvironment(directory)
    expect(process.env['SIGNET_TEST_WINNER']).toBe(winner)
    expect(process.env['SIGNET_TEST__ENV']).toBe('there')
  })

  it.each([undefined, 'production', 'staging'])(
    'with NODE_ENV %s are those of production',
    (mode) => {
      vi.stubEnv('NODE_ENV', mode)
      write('.env', '.env.development', '.env.production')
      loadEnvironment(directory)
      expect(process.env['SIGNET_TEST_WINNER']).toBe('.env.production')
    },
  )

  it('do not change what is set already', () => {
    vi.stubEnv('SIGNET_TEST_WINNER', 'the environment')
    write('.env', '.env.local')
    loadEnvironment(directory)
    expect(process.env['SIGNET_TEST_WINNER']).toBe('the environment')
  })
})
