import { isApiKey } from '@signet/auth/internal'
import { openStore, type Store } from '@signet/store'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { FixtureCopies } from '@signet/test-support/process/fixture'
import { SECRET } from '@signet/test-support/http/memory-client'
import { SignetProcesses } from '@signet/test-support/process/server-process'
import { runSignet, type CommandResult } from '@signet/test-support/process/signet-process'

const processes = new SignetProcesses()
const copies = new FixtureCopies()
const env = { MASTRA_JWT_SECRET: SECRET }
const SCOPE = ['--scope', 'agents:read agents:execute', '--scope', 'memory:*']

let project: string

beforeEach(() => {
  project = copies.copy('remembering')
})

afterEach(async () => {
  await processes.kill()
  copies.remove()
})

function keys(command: string, ...flags: readonly string[]): Promise<CommandResult> {
  return runSignet(['keys', command, '--dir', project, ...flags], { env })
}

const create = (...flags: readonly string[]) => keys('create', '--name', 'nightly report', ...flags)

async function list() {
  const { stdout, code } = await keys('list', '--json')
  expect(code).toBe(0)
  return JSON.parse(stdout) as { readonly id: string; readonly status: string }[]
}

describe('signet keys create', () => {
  it('prints the key alone on standard output, and what to know of it beside it', async () => {
    const { code, stdout, stderr } = await create(...SCOPE)
    expect(code).toBe(0)
    expect(isApiKey(stdout.trim())).toBe(true)
    expect(stdout).toBe(`${stdout.trim()}\n`)
    expect(stderr).not.toContain(stdout.trim())
    const [, id, expiresAt] =
      /^The id of the key is (\w+)\. It expires at (\S+)\.$/m.exec(stderr) ?? []
    expect(await list()).toMatchObject([
      {
        id,
        name: 'nightly report',
        scopes: ['agents:read', 'agents:execute', 'memory:*'],
        maker: { issuer: 'local', subject: 'operator' },
        expiresAt,
        lastUsedAt: null,
        status: 'active',
      },
    ])
    expect((Date.parse(expiresAt ?? '') - Date.now()) / 86_400_000).toBeCloseTo(90, 1)
  })

  it('makes a key for ever where that is said, and warns of it', async () => {
    const { code, stderr } = await create(...SCOPE, '--expires', 'never')
    expect(code).toBe(0)
    expect(stderr).toContain('It never expires.')
    expect(stderr).toContain('warning: ')
    expect(await list()).toMatchObject([{ expiresAt: null, status: 'active' }])
  })

  it.each([
    [['--scope', 'agents:run'], '"agents:run", which is not a permission'],
    [['--scope', ' '], '--scope is empty'],
    [[], "required option '--scope"],
    [[...SCOPE, '--expires', 'tomorrow'], '--expires "tomorrow" is not a duration'],
    [[...SCOPE, '--expires', '0'], '--expires "0" is not a duration'],
    [[...SCOPE, '--expires', '40000d'], '--expires "40000d" is not a duration'],
    [[...SCOPE, '--name', ''], '--name must have 1 to 100 characters'],
    [[...SCOPE, '--name', 'a\nb'], '--name must have 1 to 100 characters'],
  ])('does not understand %j', async (flags, message) => {
    const { code, stdout, stderr } = await create(...flags)
    expect({ code, stdout }).toStrictEqual({ code: 2, stdout: '' })
    expect(stderr).toContain(message)
    expect(existsSync(join(project, '.signet', 'signet.db'))).toBe(false)
  })

  it('gives no more than the role owner has in the application', async () => {
    const file = join(project, 'src', 'mastra', 'index.ts')
    const source = readFileSync(file, 'utf8')
    const narrowed = source.replace(
      'server: {',
      "server: { access: { roles: { owner: ['memory:*'] } },",
    )
    expect(narrowed).not.toBe(source)
    writeFileSync(file, narrowed)
    const { code, stdout, stderr } = await create(...SCOPE)
    expect({ code, stdout }).toStrictEqual({ code: 1, stdout: '' })
    expect(stderr).toContain('The role owner of this application does not grant agents:read')
    expect(await list()).toStrictEqual([])
  })
})

describe('signet keys', () => {
  it('makes a key that a running server takes, and revokes it there', async () => {
    const { url } = await processes.start(project, env)
    const key = (await create(...SCOPE)).stdout.trim()
    const ask = async (path: string) => {
      const response = await fetch(url + path, { headers: { authorization: `Bearer ${key}` } })
      return { status: response.status, body: (await response.json()) as unknown }
    }
    expect(await ask('/api/agents/clerk')).toMatchObject({ status: 200 })
    expect(await ask('/api/auth/api-keys')).toMatchObject({
      status: 403,
      body: { code: 'scope_insufficient' },
    })
    const [{ id } = { id: '' }] = await list()
    expect(await ask('/api/auth/me')).toMatchObject({ body: { id: `key:${id}` } })
    const { code, stdout, stderr } = await keys('revoke', id)
    expect({ code, stdout, stderr }).toStrictEqual({
      code: 0,
      stdout: '',
      stderr: 'Revoked: the API key nightly report.\n',
    })
    expect(await ask('/api/agents/clerk')).toMatchObject({
      status: 401,
      body: { code: 'token_revoked' },
    })
    expect(await list()).toMatchObject([{ id, status: 'revoked' }])
  })

  it('says how to create the first one where the list is empty, and nothing of it in JSON', async () => {
    expect((await keys('list')).stderr).toMatch(/^There are no API keys\. .*signet keys create\n$/)
    expect((await keys('list', '--json')).stderr).toBe('')
    await create(...SCOPE)
    expect((await keys('list')).stderr).toBe('')
  })

  it('of the operator end with all that the operator was given', async () => {
    const { url } = await processes.start(project, env)
    const key = (await create(...SCOPE)).stdout.trim()
    await runSignet(['revoke', '--dir', project, '--sub', 'operator'], { env })
    await vi.waitFor(async () => {
      const headers = { authorization: `Bearer ${key}` }
      expect((await fetch(`${url}/api/agents`, { headers })).status).toBe(401)
    }, 10_000)
  })

  it('of the operator keep the place in the log by which a later revocation ends them', async () => {
    await runSignet(['revoke', '--dir', project, '--sub', 'operator'], { env })
    await create(...SCOPE)
    const store: Store = await openStore({ directory: join(project, '.signet') })
    try {
      const judgedUpTo = await store.revocations.lastSequence()
      expect(judgedUpTo).toBeGreaterThan(0)
      const { keys: kept } = await store.apiKeys.list({ page: 0, perPage: 1 })
      expect(kept).toMatchObject([{ maker: { voucher: 'operator', judgedUpTo } }])
    } finally {
      await store.close()
    }
  })

  it('lists keys as a table that is safe to show, whoever named them', async () => {
    await create(...SCOPE)
    const store: Store = await openStore({ directory: join(project, '.signet') })
    const record = (await store.apiKeys.list({ page: 0, perPage: 1 })).keys[0]
    if (record === undefined) throw new Error('There is no key.')
    const odd = { id: 'odd', digest: '0'.repeat(64), name: 'x\u001b[2J\u202e', createdAt: 0 }
    const dates = { expiresAt: 1, lastUsedAt: 0, revokedAt: undefined }
    await store.apiKeys.create({ ...record, ...odd, ...dates, makerSubject: 'a\nb' })
    await store.close()
    const { stdout } = await keys('list')
    const lines = stdout.trimEnd().split('\n')
    expect(lines).toHaveLength(3)
    expect(lines[0]).toMatch(/^ID +NAME +STATUS +MAKER +EXPIRES +LAST USED +SCOPES$/)
    expect(lines[1]).toMatch(
      /nightly report +active +operator \(local\) +20\S+Z +never +agents:read agents:execute memory:\*$/,
    )
    expect(lines[2]).toContain('x\\u001b[2J\\u202e')
    expect(lines[2]).toMatch(/expired +a\\nb \(local\) +1970-01-01T00:00:00.001Z +1970/)
  })

  it.each(['0', 'nothing', 'x'.repeat(300)])('knows no key %s', async (id) => {
    const { code, stdout, stderr } = await keys('revoke', id)
    expect({ code, stdout }).toStrictEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(/There is no API key with this id|An id has 1 to 255 characters/)
  })
})
