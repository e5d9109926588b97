import { MastraJwtAuth } from '@signet/auth'
import { createApiKey, tokenDigest } from '@signet/auth/internal'
import { openStore, type Store } from '@signet/store'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { recordAt } from '@signet/test-support/http/audit-record'
import { FixtureCopies } from '@signet/test-support/process/fixture'
import { SECRET } from '@signet/test-support/http/memory-client'
import { SignetProcesses } from '@signet/test-support/process/server-process'
import { runSignet, type CommandResult } from '@signet/test-support/process/signet-process'

const processes = new SignetProcesses()
const copies = new FixtureCopies()
const auth = new MastraJwtAuth({ secret: SECRET })
const sign = (claims: object) => auth.sign({ sub: 'alice', ...claims }, { expiresInSeconds: 3600 })

let project: string

beforeEach(() => {
  project = copies.copy('remembering')
})

afterEach(async () => {
  await processes.kill()
  copies.remove()
})

function revoke(flags: readonly string[], input?: string): Promise<CommandResult> {
  return runSignet(['revoke', '--dir', project, ...flags], { input })
}

/** Works on the store of the project, as a server would. */
async function inStore<Value>(work: (store: Store) => Promise<Value>): Promise<Value> {
  const store = await openStore({ directory: join(project, '.signet') })
  try {
    return await work(store)
  } finally {
    await store.close()
  }
}

const revoked = () =>
  inStore(async ({ revocations }) => {
    const entries = await revocations.readAfter(0, 100)
    return entries.map(({ revocation }) => revocation)
  })

describe('signet revoke', () => {
  it('is obeyed by a server that runs', async () => {
    const { url } = await processes.start(project, { MASTRA_JWT_SECRET: SECRET })
    const [alice, bob] = [sign({}), sign({ sub: 'bob' })]
    const ask = async (token: string) => {
      const headers = { authorization: `Bearer ${token}` }
      const response = await fetch(`${url}/api/agents`, { headers })
      return { status: response.status, code: Reflect.get(Object(await response.json()), 'code') }
    }
    for (const token of [alice, bob]) expect(await ask(token)).toMatchObject({ status: 200 })
    const { code, stdout, stderr } = await revoke(['--sub', 'alice'])
    expect({ code, stderr }).toStrictEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(
      /^Revoked: everything issued to the subject alice of the issuer local until \d{4}-[-\d]+T[:.\d]+Z\.\n$/,
    )
    await vi.waitFor(
      async () => expect(await ask(alice)).toStrictEqual({ status: 401, code: 'token_revoked' }),
      10_000,
    )
    expect(await ask(bob)).toMatchObject({ status: 200 })
    await revoke(['--token', '-'], bob)
    await vi.waitFor(
      async () => expect(await ask(bob)).toStrictEqual({ status: 401, code: 'token_revoked' }),
      10_000,
    )
  })

  it.each([
    [['--all'], { kind: 'all', at: expect.any(Number) }],
    [['--jti', 'j'], { kind: 'token-id', issuer: 'local', tokenId: 'j' }],
    [['--jti', 'j', '--iss', 'i'], { kind: 'token-id', issuer: 'i', tokenId: 'j' }],
    [['--sid', 's', '--iss', 'i'], { kind: 'session', issuer: 'i', sessionId: 's' }],
    [
      ['--sub', 'a b', '--iss', 'i'],
      { kind: 'subject', issuer: 'i', subject: 'a b', at: expect.any(Number) },
    ],
  ])('revokes by %j', async (flags, revocation) => {
    expect((await revoke(flags)).code).toBe(0)
    expect(await revoked()).toStrictEqual([revocation])
  })

  it('warns where its time lies ahead of the clock', async () => {
    expect((await revoke(['--sub', 'alice'])).stderr).toBe('')
    const time = Date.now() + 3_600_000
    await inStore(({ audit }) => audit.append([recordAt(time)]))
    const { code, stdout, stderr } = await revoke(['--sub', 'alice'])
    const shown = new Date(time).toISOString()
    expect({ code, stdout }).toStrictEqual({
      code: 0,
      stdout: `Revoked: everything issued to the subject alice of the issuer local until ${shown}.\n`,
    })
    expect(stderr).toMatch(/^warning: The time of a revocation is in the future.*\n$/)
    expect(stderr).toContain(shown)
  })

  it.each([
    ['alone', '', ['--stdin']],
    ['as a header has it', 'Authorization: Bearer ', ['--stdin']],
    ['by the flag of before', '', ['--token', '-']],
    ['by both flags', '', ['--stdin', '--token', '-']],
  ])('revokes a token that is piped in %s, and prints nothing of it', async (_, prefix, flags) => {
    const token = sign({})
    const result = await revoke(flags, `${prefix}${token}\n`)
    expect(result).toStrictEqual({ code: 0, stdout: 'Revoked: the token.\n', stderr: '' })
    expect(await revoked()).toStrictEqual([{ kind: 'token', digest: tokenDigest(token) }])
  })

  it('ends by --all every token and API key that was given until now, and none that comes later', async () => {
    const env = { MASTRA_JWT_SECRET: SECRET }
    const { url } = await processes.start(project, env)
    const createKey = async () => {
      const flags = ['--name', 'robot', '--scope', 'agents:read', '--dir', project]
      const { stdout } = await runSignet(['keys', 'create', ...flags], { env })
      return stdout.trim()
    }
    const ask = async (credential: string) => {
      const headers = { authorization: `Bearer ${credential}` }
      const response = await fetch(`${url}/api/agents`, { headers })
      return { status: response.status, code: Reflect.get(Object(await response.json()), 'code') }
    }
    const old = [sign({}), sign({ sub: 'bob', iss: 'https://other.example' }), await createKey()]
    for (const credential of old) expect(await ask(credential)).toMatchObject({ status: 200 })
    expect((await revoke(['--all'])).stdout).toMatch(
      /^Revoked: every token of every issuer, and every API key, issued until \d{4}-/,
    )
    for (const credential of old) {
      await vi.waitFor(
        async () =>
          expect(await ask(credential)).toStrictEqual({ status: 401, code: 'token_revoked' }),
        10_000,
      )
    }
    // What is given in the same second has ended, too.
    await sleep(1100)
    for (const credential of [sign({}), await createKey()]) {
      expect(await ask(credential)).toMatchObject({ status: 200 })
    }
  })

  it('revokes an API key that is piped in, and names it', async () => {
    const key = createApiKey()
    const record = {
      id: 'key-1',
      name: 'robot',
      digest: tokenDigest(key),
      scopes: ['agents:read'],
      maker: {},
      makerIssuer: 'local',
      makerSubject: 'alice',
      createdAt: Date.now(),
      expiresAt: undefined,
      lastUsedAt: undefined,
      revokedAt: undefined,
    }
    await inStore(({ apiKeys }) => apiKeys.create(record))
    const { code, stdout } = await revoke(['--stdin'], key)
    expect({ code, stdout }).toStrictEqual({
      code: 0,
      stdout: 'Revoked: the API key robot.\n',
    })
    const found = await inStore(({ apiKeys }) => apiKeys.find('key-1'))
    expect(found?.revokedAt).toBeTypeOf('number')
  })

  it('revokes an API key that the store does not list, and says so', async () => {
    const key = createApiKey()
    const { code, stdout, stderr } = await revoke(['--stdin'], key)
    expect({ code, stderr }).toStrictEqual({ code: 0, stderr: '' })
    expect(stdout).toBe('Revoked: an API key that the store does not list.\n')
    expect(await revoked()).toStrictEqual([{ kind: 'token', digest: tokenDigest(key) }])
  })

  it('shows no control character of a name', async () => {
    const { stdout } = await revoke(['--jti', 'a\u001b[31mb', '--iss', '\u202eevil'])
    expect(stdout).toBe('Revoked: the token a\\u001b[31mb of the issuer \\u202eevil.\n')
  })

  it.each([
    [[], /one of --stdin, --jti, --sub, --sid and --all/],
    [['--iss', 'i'], /one of --stdin, --jti, --sub, --sid and --all/],
    [['--jti', 'j', '--sub', 's'], /one of --stdin, --jti, --sub, --sid and --all/],
    [['--stdin', '--iss', 'i'], /--iss needs/],
    [['--stdin', '--jti', 'j'], /one of --stdin, --jti, --sub, --sid and --all/],
    [['--jti', ''], /--jti must have 1 to 2000 characters/],
    [['--sub', 'x'.repeat(2001)], /--sub must have 1 to 2000 characters/],
    [['--all', '--iss', 'i'], /--all covers every issuer/],
    [['--sid', 's', '--iss', ''], /--iss must have 1 to 2000 characters/],
    [['--stdin'], /Standard input is empty.*npx signet revoke --stdin < token\.txt/],
  ])('refuses the flags %j with exit code 2, and revokes nothing', async (flags, reason) => {
    const { code, stdout, stderr } = await revoke(flags, '')
    expect({ code, stdout }).toStrictEqual({ code: 2, stdout: '' })
    expect(stderr).toMatch(reason)
    expect(await revoked()).toStrictEqual([])
  })

  it('refuses a token as an argument, and says why without it', async () => {
    const token = sign({})
    const { code, stderr } = await revoke(['--token', token])
    expect(code).toBe(2)
    expect(stderr).toMatch(/keeps it in its history/)
    expect(stderr).not.toContain(token)
  })

  it.each([
    ['two words', 'two words'],
    ['one word', 'hello'],
    ['a text that is too short for an opaque token', 'fifteen-letters'],
    ['the header of a JWT', sign({}).split('.')[0] ?? ''],
    ['a JWT without its signature', sign({}).split('.').slice(0, 2).join('.')],
  ])('refuses what is not a whole token, without it: %s', async (_, text) => {
    const { code, stderr } = await revoke(['--stdin'], `${text}\n`)
    expect(code).toBe(2)
    expect(stderr).toMatch(/Standard input is not a whole token.*npx signet revoke --stdin/)
    expect(stderr).not.toContain(text)
    expect(await revoked()).toStrictEqual([])
  })

  it('revokes an opaque token', async () => {
    const token = 'an-opaque-token-of-another-issuer'
    expect((await revoke(['--stdin'], token)).code).toBe(0)
    expect(await revoked()).toStrictEqual([{ kind: 'token', digest: tokenDigest(token) }])
  })

  it('fails where there is no application', async () => {
    const { code, stderr } = await runSignet(['revoke', '--dir', copies.makeFolder(), '--jti', 'j'])
    expect(code).toBe(1)
    expect(stderr).toMatch(
      /^error: There is no application in .*: src\/mastra\/index\.ts is missing\. Change to/,
    )
  })
})
