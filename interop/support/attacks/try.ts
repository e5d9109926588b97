import { MastraJwtAuth } from '@signet/auth'
import { createProxy, type ProxyApp } from '@signet/proxy'
import { serve, type RunningServer } from '@signet/server'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { startAttacked, type AttackedApplication } from '../attacked-application.js'
import { openDoor, sampleAuth, type Attack, type Door, type Person } from './door.js'
import { MEMBER } from '../member.js'
import { startModelServer, type ModelServer } from '../model-server.js'

const SECRET = 'a secret that is used by nothing but these tests'
const UPSTREAM_SECRET = 'another secret that is used by nothing but these tests'
const auth = new MastraJwtAuth({ secret: SECRET })
const upstreamAuth = new MastraJwtAuth({ secret: UPSTREAM_SECRET })

const GRANTS: Readonly<Record<Person, readonly string[]>> = {
  alice: MEMBER,
  bob: MEMBER,
  narrow: ['agents:execute:assistant', 'tools:execute:get-weather'],
  operator: ['*'],
  stranger: [],
}
const subjectOf = (person: Person) => (person === 'alice' ? 'alice' : 'bob')

/**
 * Tries each attack twice, on an application and through a proxy before it, and demands that it goes there as its row says, and
 * that it fails here. So an attack that has become an empty one is noticed.
 */
export function tryAttacks(attacks: readonly Attack[]): void {
  let model: ModelServer
  let application: AttackedApplication
  let proxy: ProxyApp
  let server: RunningServer
  let bare: Door
  let proxied: Door

  beforeAll(async () => {
    for (const method of ['log', 'info', 'warn', 'error'] as const)
      vi.spyOn(console, method).mockReturnValue()
    model = await startModelServer()
    application = await startAttacked(model, sampleAuth(UPSTREAM_SECRET))
    proxy = createProxy({ auth }, { upstream: application.url, upstreamSecret: UPSTREAM_SECRET })
    server = await serve(proxy.answer, { port: 0 })
    await application.record('secret-of-alice')
    const common = { application, model }
    bare = openDoor({
      ...common,
      url: application.url,
      secret: UPSTREAM_SECRET,
      ownerOf: subjectOf,
      tokenOf: (person) => upstreamAuth.sign({ sub: subjectOf(person) }, { expiresInSeconds: 600 }),
    })
    const tokenOf = (person: Person) =>
      auth.sign({ sub: subjectOf(person), permissions: GRANTS[person] }, { expiresInSeconds: 600 })
    const owners = new Map<Person, string>()
    proxied = openDoor({
      ...common,
      url: `http://127.0.0.1:${server.port}`,
      secret: SECRET,
      ownerOf: (person) => owners.get(person) ?? '',
      tokenOf,
    })
    for (const person of ['alice', 'bob'] as const) {
      const told = await proxied.ask(person, 'POST /api/memory/threads?agentId=assistant', {
        resourceId: person,
      })
      owners.set(person, String(told.at('resourceId')))
    }
  })

  afterAll(async () => {
    await server?.close(0)
    await proxy?.close()
    await application?.stop()
    await model?.stop()
    vi.restoreAllMocks()
  })

  beforeEach(() => model.answerWith({ kind: 'text', pieces: ['Noted.'] }))

  const rows = attacks.map(
    (attack) => [`${attack.name} (${attack.isBare ? 'succeeds' : 'fails'})`, attack] as const,
  )

  it('each attack has a name of its own', () => {
    expect(new Set(attacks.map(({ name }) => name)).size).toBe(attacks.length)
  })

  describe('on the application itself', () => {
    it.each(rows)('%s', async (_, { isBare, run }) => {
      expect(await run(bare)).toBe(isBare)
    })
  })

  describe('through the proxy, each fails', () => {
    it.each(rows)('%s', async (_, { run }) => {
      expect(await run(proxied)).toBe(false)
    })
  })
}
