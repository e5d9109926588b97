import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it, vi } from 'vitest'
import { checkStore } from './check-store.js'

const directory = mkdtempSync(join(tmpdir(), 'signet-check-store-'))

afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(directory, { recursive: true, force: true })
})

it.each([
  ['is none', 'postgres://user:hush@one,two/x', /^Write the address/],
  ['has nobody behind it', 'postgres://user:hush@127.0.0.1:1/x', /^Start the database/],
])('an address that %s has a remedy of its own', async (_, url, remedy) => {
  vi.stubEnv('DATABASE_URL', url)
  const entry = join(directory, 'index.ts')
  const findings = await checkStore({ directory, entry, buildDirectory: directory })
  expect(findings).toMatchObject([{ level: 'error', remedy: expect.stringMatching(remedy) }])
  expect(JSON.stringify(findings)).not.toContain('hush')
})
