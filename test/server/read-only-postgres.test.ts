import { setTimeout as sleep } from 'node:timers/promises'
import { MastraJwtAuth } from '@signet/auth'
import { afterEach, expect, it } from 'vitest'
import { FixtureCopies } from '@signet/test-support/process/fixture'
import { SECRET } from '@signet/test-support/http/memory-client'
import { playModel } from '@signet/test-support/application/played-model'
import { startPostgres, whyNoPostgres } from '@signet/test-support/store/postgres-server'
import { SignetProcesses } from '@signet/test-support/process/server-process'

const whyNot = whyNoPostgres()
if (whyNot !== undefined && process.env['SIGNET_REQUIRE_SERVICES'] === '1') throw new Error(whyNot)

const processes = new SignetProcesses()
const copies = new FixtureCopies()
const cleanUp: (() => unknown)[] = []

afterEach(async () => {
  await processes.kill()
  for (const each of cleanUp.splice(0).toReversed()) await each()
  copies.remove()
})

/** Far longer than it takes. */
const TIMEOUT_MS = 120_000

interface Told {
  readonly status: number
  readonly code: string | undefined
  readonly retryAfter: string | null
}

/** Asks as one caller, and keeps the id of every request. */
function createCaller(url: string) {
  const auth = new MastraJwtAuth({ secret: SECRET })
  const token = auth.sign({ sub: 'alice', role: 'owner' }, { expiresInSeconds: 3600 })
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const requestIds: string[] = []
  const send = async (method: string, path: string, body?: unknown) => {
    const init = { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) }
    const response = await fetch(url + path, init)
    requestIds.push(response.headers.get('x-request-id') ?? '')
    return response
  }
  return {
    requestIds,
    read: async (path: string): Promise<Record<string, unknown>> =>
      await (await fetch(url + path, { headers })).json(),
    tell: async (method: string, path: string, body?: unknown): Promise<Told> => {
      const response = await send(method, path, body)
      const { code }: { code?: string } = JSON.parse((await response.text()) || '{}')
      return { status: response.status, code, retryAfter: response.headers.get('retry-after') }
    },
  }
}

/** As a failover to a standby has it. */
async function switchReadOnly(isOn: boolean, ask: (statement: string) => Promise<void>) {
  await ask(`alter system set default_transaction_read_only = ${isOn ? 'on' : 'off'}`)
  await ask('select pg_reload_conf()')
}

it.skipIf(whyNot !== undefined)(
  'a PostgreSQL that becomes read-only is said to callers and in the log, and costs no record of the audit',
  { timeout: TIMEOUT_MS },
  async () => {
    const postgres = await startPostgres()
    cleanUp.push(() => postgres.remove())
    const model = await playModel()
    cleanUp.push(() => model.close())
    const server = await processes.start(copies.copy('asking'), {
      MASTRA_JWT_SECRET: SECRET,
      MODEL_URL: model.url,
      DATABASE_URL: await postgres.createDatabase(),
    })
    const { read, tell, requestIds } = createCaller(server.url)
    const generate = (thread: string) =>
      tell('POST', '/api/agents/clerk/generate', { messages: 'Hello', memory: { thread } })
    const revoke = () => tell('POST', '/api/auth/revocations', { jti: 'j' })
    const remove = () => tell('DELETE', '/api/memory/threads/t?agentId=clerk')
    expect(await generate('t')).toMatchObject({ status: 200 })

    await switchReadOnly(true, postgres.ask)
    const unavailable = { status: 503, code: 'storage_unavailable', retryAfter: '5' }
    let told = await revoke()
    // A connection learns of it a moment later.
    while (told.status !== 503) told = await revoke()
    expect(told).toStrictEqual(unavailable)
    expect(await remove()).toStrictEqual(unavailable)
    expect(await generate('u')).toMatchObject({ status: 503, retryAfter: '5' })
    expect(await tell('GET', '/api/memory/threads?agentId=clerk')).toMatchObject({ status: 200 })
    // Longer than a batch of the audit is tried that the store can be reached for, but does not take.
    await sleep(5000)
    expect(await remove()).toStrictEqual(unavailable)

    await switchReadOnly(false, postgres.ask)
    while ((await revoke()).status !== 201) await sleep(50)
    expect(await generate('v')).toMatchObject({ status: 200 })
    const missing = async () => {
      const { records } = await read('/api/audit?limit=500')
      const written = new Set((records as { requestId: string }[]).map((each) => each.requestId))
      return requestIds.filter((id) => !written.has(id))
    }
    while ((await missing()).length > 0) await sleep(50)
    expect(await read('/api/audit?code=records_lost')).toMatchObject({ records: [] })
    const fault = '"code":"storage_unavailable","fault":"read_only","driverCode":"25006"'
    expect(server.process.stderr).toContain(fault)
  },
)
