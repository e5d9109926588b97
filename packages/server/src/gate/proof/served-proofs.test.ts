import type { ProofRegister } from '@signet/auth'
import { describe, expect, it } from 'vitest'
import {
  BASE_URL,
  createTestApplication,
  createTestAuth,
  makeRequest,
  readRefusal,
} from '@signet/test-support/application/application'
import { createDpopClient } from '@signet/test-support/token/dpop-client'
import { createApp, type App } from '../../app.js'

const PATH = '/api/agents'
const WARNING = 'DPoP proofs cannot be registered: requests with a proof get 503 until they can.'

const client = createDpopClient()
const CLAIMS = { sub: 'alice', role: 'member' }
const LIFETIME = { expiresInSeconds: 3600 }
const bound = createTestAuth().sign({ ...CLAIMS, cnf: client.cnf }, LIFETIME)
const bearer = createTestAuth().sign(CLAIMS, LIFETIME)

function prove(token = bound): string {
  return client.prove({ token, method: 'GET', url: BASE_URL + PATH, now: Date.now() / 1000 })
}

function send({ fetch }: App, proof: string, token = bound): Promise<Response> {
  const headers = { authorization: `DPoP ${token}`, dpop: proof }
  return fetch(makeRequest(PATH, { headers }))
}

/** A register that notes what it is asked. */
function createRegister() {
  const used = new Set<string>()
  const asked: { readonly key: string; readonly expiresAt: number }[] = []
  const fault: { error: Error | undefined } = { error: undefined }
  const proofs: ProofRegister = {
    async register(key, expiresAt) {
      asked.push({ key, expiresAt })
      if (fault.error !== undefined) throw fault.error
      const isFirst = !used.has(key)
      used.add(key)
      return isFirst
    },
  }
  return { proofs, asked, fault }
}

function createInstance(proofs: ProofRegister | undefined) {
  const { mastra, log } = createTestApplication()
  return { app: createApp(mastra, { state: { proofs } }), log }
}

describe('the proofs that the servers of one state accept', () => {
  it('are accepted once by all of them together', async () => {
    const { proofs, asked } = createRegister()
    const [first, second] = [createInstance(proofs), createInstance(proofs)]
    const proof = prove()
    expect((await send(first.app, proof)).status).toBe(200)
    for (const { app } of [second, first]) {
      expect(await readRefusal(await send(app, proof))).toMatchObject({
        status: 401,
        code: 'proof_invalid',
      })
    }
    expect(new Set(asked.map(({ key }) => key)).size).toBe(1)
    const [{ key, expiresAt } = { key: '', expiresAt: 0 }] = asked
    expect(key).toMatch(/^[\w-]{43}$/)
    expect(expiresAt).toBeGreaterThan(Date.now())
    expect(expiresAt).toBeLessThan(Date.now() + 120_000)
  })

  it('are accepted once by each of them where nothing is shared', async () => {
    const [first, second] = [createInstance(undefined), createInstance(undefined)]
    const proof = prove()
    for (const { app } of [first, second]) {
      expect((await send(app, proof)).status).toBe(200)
      expect((await send(app, proof)).status).toBe(401)
    }
  })

  it('are asked of nobody for a request without a good token and a good proof', async () => {
    const { proofs, asked } = createRegister()
    const { app } = createInstance(proofs)
    const expired = createTestAuth().sign({ ...CLAIMS, cnf: client.cnf, exp: 1 }, {})
    const forged = `${bound.slice(0, -4)}AAAA`
    const answers = [
      app.fetch(makeRequest(PATH, { token: bearer })),
      app.fetch(makeRequest(PATH)),
      app.fetch(makeRequest(PATH, { token: bound })),
      send(app, prove(bearer), bearer),
      send(app, prove(expired), expired),
      send(app, prove(forged), forged),
      send(app, prove(bearer)),
      send(app, `${prove()}x`),
      send(app, ''),
    ]
    const statuses = (await Promise.all(answers)).map(({ status }) => status)
    expect(statuses).toStrictEqual([200, ...Array<number>(8).fill(401)])
    expect(asked).toStrictEqual([])
  })

  it('are refused with 503 while nobody knows which were used, and the log says so once', async () => {
    const { proofs, fault } = createRegister()
    const { app, log } = createInstance(proofs)
    fault.error = new Error('The register is away.')
    const proof = prove()
    for (let turn = 0; turn < 3; turn++) {
      const refused = await send(app, proof)
      expect(refused.headers.get('retry-after')).toMatch(/^\d+$/)
      expect(await readRefusal(refused)).toMatchObject({
        status: 503,
        code: 'proofs_unavailable',
        challenge: null,
      })
    }
    expect((await app.fetch(makeRequest(PATH, { token: bearer }))).status).toBe(200)
    fault.error = undefined
    expect((await send(app, proof)).status).toBe(200)
    expect((await send(app, proof)).status).toBe(401)
    expect(log.filter(({ message }) => message === WARNING)).toHaveLength(1)
    expect(log.filter(({ message }) => /registered again/.test(message))).toHaveLength(1)
  })
})
