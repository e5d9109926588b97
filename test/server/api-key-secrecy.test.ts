import { MastraJwtAuth } from '@signet/auth'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { FixtureCopies } from '@signet/test-support/process/fixture'
import { SECRET } from '@signet/test-support/http/memory-client'
import { SignetProcesses } from '@signet/test-support/process/server-process'
import { runSignet } from '@signet/test-support/process/signet-process'

const processes = new SignetProcesses()
const copies = new FixtureCopies()
const auth = new MastraJwtAuth({ secret: SECRET })
const owner = auth.sign({ sub: 'alice', role: 'owner' }, { expiresInSeconds: 3600 })

afterEach(async () => {
  await processes.kill()
  copies.remove()
})

/** All that is in the files of a folder, and of those in it. */
function bytesOf(directory: string): string {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => readFileSync(join(parentPath, name), 'latin1'))
    .join('\n')
}

describe('an API key', () => {
  it('is in no log, error, database or answer but the first', async () => {
    const project = copies.copy('remembering')
    const env = { MASTRA_JWT_SECRET: SECRET, LOG_LEVEL: 'debug' }
    const server = await processes.start(project, env)
    const answers: string[] = []

    async function ask(path: string, init: RequestInit = {}): Promise<string> {
      const response = await fetch(`${server.url}${path}`, init)
      const text = `${response.status} ${JSON.stringify([...response.headers])} ${await response.text()}`
      answers.push(text)
      return text
    }
    const bearer = (token: string) => ({ authorization: `Bearer ${token}` })
    const post = (token: string, body: string) => ({
      method: 'POST',
      headers: { ...bearer(token), 'content-type': 'application/json' },
      body,
    })
    const make = async (name: string) => {
      const body = JSON.stringify({ name, scopes: ['*'] })
      const response = await fetch(`${server.url}/api/auth/api-keys`, post(owner, body))
      return (await response.json()) as { readonly key: string; readonly id: string }
    }

    const [first, second] = [await make('first'), await make('second')]
    const printed = await runSignet(
      ['keys', 'create', '--dir', project, '--name', 'third', '--scope', '*'],
      { env },
    )
    const third = printed.stdout.trim()
    const { key } = first
    const other = key.endsWith('0') ? '1' : '0'
    const wrong = `${key.slice(0, -1)}${other}`

    // Used as it should be.
    expect(await ask('/api/auth/me', { headers: bearer(key) })).toContain(`key:${first.id}`)
    expect(await ask('/api/agents', { headers: bearer(third) })).toMatch(/^200/)
    const question = JSON.stringify({ messages: 'Hello', memory: { thread: 't' } })
    expect(await ask('/api/agents/clerk/generate', post(key, question))).toMatch(/^200/)
    expect(await ask('/api/agents/clerk/stream', post(key, question))).toMatch(/^200/)
    await ask('/api/auth/api-keys', { headers: bearer(key) })
    await ask('/api/audit', { headers: bearer(key) })
    await ask('/metrics', { headers: bearer(key) })
    await ask('/api/openapi.json', { headers: bearer(key) })
    await ask('/api/auth/explain', post(owner, JSON.stringify({ token: key })))

    // Misused.
    const query = `?apiKey=${key}&token=${key}`
    expect(await ask(`/api/agents${query}`)).toMatch(/^401/)
    expect(await ask(`/api/agents${query}`, { headers: bearer(key) })).toMatch(/^400/)
    expect(await ask(`/api/agents/${key}`, { headers: bearer(key) })).toMatch(/^404/)
    const removal = { method: 'DELETE', headers: bearer(key) }
    expect(await ask(`/api/auth/api-keys/${key}`, removal)).toMatch(/^404/)
    for (const authorization of [
      key,
      `Token ${key}`,
      `Bearer ${key}, Bearer ${key}`,
      `Bearer ${key} ${key}`,
      `Bearer ${wrong}`,
      `Bearer ${key}.${key}.${key}`,
      `Bearer ${key.slice(0, -1)}`,
    ]) {
      expect(await ask('/api/agents', { headers: { authorization } })).toMatch(/^40[01]/)
    }
    await ask('/api/agents', { headers: { cookie: `token=${key}`, 'x-api-key': key } })
    for (const body of [
      `{"${key}":`,
      `"${key}"`,
      `{"name":"n","scopes":["*"],"${key}":1}`,
      `{"name":"n","scopes":["*"],"expiresInDays":"${key}"}`,
      `{"name":"n","scopes":["${key}"]}`,
      `{"messages":1,"${key}":"${key}"}`,
    ]) {
      for (const path of ['/api/auth/api-keys', '/api/auth/revocations']) {
        expect(await ask(path, post(key, body))).toMatch(/^40[03]/)
      }
    }

    // Revoked, in every way, and used again.
    await ask(`/api/auth/api-keys/${first.id}`, { method: 'DELETE', headers: bearer(owner) })
    expect(await ask('/api/agents', { headers: bearer(key) })).toContain('token_revoked')
    await ask('/api/auth/logout', { method: 'POST', headers: bearer(second.key) })
    expect(await ask('/api/agents', { headers: bearer(second.key) })).toContain('token_revoked')
    await ask('/api/auth/revocations', post(owner, JSON.stringify({ token: third })))
    expect(await ask('/api/agents', { headers: bearer(third) })).toContain('token_revoked')
    await ask('/api/auth/api-keys', { headers: bearer(owner) })
    await ask('/api/audit', { headers: bearer(owner) })
    await ask('/api/auth/explain', post(owner, JSON.stringify({ token: key })))
    const commands = [
      await runSignet(['keys', 'list', '--dir', project], { env }),
      await runSignet(['keys', 'list', '--dir', project, '--json'], { env }),
      await runSignet(['keys', 'revoke', '--dir', project, first.id], { env }),
      await runSignet(['revoke', '--dir', project, '--token', '-'], { env, input: key }),
      await runSignet(['audit', '--dir', project], { env }),
      await runSignet(['inspect', '--dir', project], { env, input: key }),
    ]
    const { stdout, stderr } = await server.process.stop()

    const places = {
      answers: answers.join('\n'),
      log: stdout + stderr,
      commands: commands.map((command) => command.stdout + command.stderr).join('\n'),
      hints: printed.stderr,
      files: bytesOf(join(project, '.signet')),
    }
    expect(places.log).toContain('"code":"token_revoked"')
    expect(places.files).toContain(first.id)
    expect(places.commands).toContain(first.id)
    for (const secret of [first.key, second.key, third]) {
      // Neither whole nor without what every key has.
      const random = secret.slice('sgn_'.length, -6)
      for (const [place, text] of Object.entries(places)) {
        expect({ place, isThere: text.includes(random) }).toStrictEqual({ place, isThere: false })
      }
    }
  })
})
