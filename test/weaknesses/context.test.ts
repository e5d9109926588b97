import { inspect } from 'node:util'
import type { RequestContext } from '@signet/core'
import { registerApiRoute } from '@signet/core/server'
import { describe, expect, it } from 'vitest'
import { toolModel } from '@signet/test-support/application/model'
import {
  EXECUTE,
  forge,
  GENERATE,
  STREAM,
  tokenFor,
  useApplications,
} from '@signet/test-support/application/remembering-application'

// The numbers are those of the weaknesses of Mastra; each group shows one closed.

const create = useApplications()

const FORGED = {
  user: { sub: 'root', role: 'owner' },
  userPermissions: ['*'],
  userRoles: ['owner'],
  principal: { subject: 'root' },
  organizationId: 'forged',
  mastra__user: { sub: 'root' },
  mastra__userPermissions: ['*'],
  mastra__resourceId: 'root',
}
const FORGED_QUERY = `requestContext=${encodeURIComponent(JSON.stringify(FORGED))}`
const FORGED_BASE64 = `requestContext=${btoa(JSON.stringify(FORGED))}`

const weather = { data: { place: 'Lyon' } }
const question = { messages: 'How is the weather?' }
const asking = () => toolModel('weatherTool', { place: 'Lyon' })

describe('5: nothing that a client sends passes for what is verified', () => {
  /** A route that shows what a handler finds in its context. */
  const show = (path: string, requiresAuth: boolean, method: 'GET' | 'POST' = 'GET') =>
    registerApiRoute(path, {
      method,
      requiresAuth,
      handler(c) {
        const context = c.get('requestContext')
        const { principal } = context
        const entries = Object.fromEntries(context.entries())
        return c.json({ entries, subject: principal?.subject ?? null })
      },
    })
  const apiRoutes = [show('/open', false), show('/open', false, 'POST'), show('/closed', true)]

  it.each([FORGED_QUERY, FORGED_BASE64])(
    'not on a public route of the application',
    async (query) => {
      const { ask } = await create({ server: { apiRoutes } })
      const nobody = { entries: {}, subject: null }
      expect((await ask(`/open?${query}`)).body).toStrictEqual(nobody)
      const posted = await ask(`/open?${query}`, { json: { requestContext: FORGED, ...FORGED } })
      expect(posted.body).toStrictEqual(nobody)
    },
  )

  it('not on a closed route of the application', async () => {
    const { ask } = await create({ server: { apiRoutes } })
    const path = `/closed?${FORGED_QUERY}`
    expect(await ask(path)).toMatchObject({ status: 401, code: 'token_missing' })
    const { body } = await ask(path, { token: tokenFor('alice') })
    expect(body).toMatchObject({ subject: 'alice', entries: { user: { sub: 'alice' } } })
    expect(Object.keys((body as { entries: object }).entries)).toStrictEqual(['user'])
  })

  it.each([
    ['a tool', EXECUTE, weather],
    ['a tool of an answer', GENERATE, question],
    ['a tool of a stream', STREAM, question],
  ])(
    'not in the context of %s, where it stands apart as the word of the client',
    async (_, path, json) => {
      const { ask, contexts } = await create({ model: asking() })
      const token = tokenFor('alice')
      const answer = await ask(`${path}?${FORGED_QUERY}`, {
        token,
        json: { ...json, requestContext: FORGED },
      })
      expect(answer).toMatchObject({ status: 200 })
      expect(contexts).toHaveLength(1)
      const context = contexts[0]?.requestContext
      expect(context?.get('user')).toMatchObject({ sub: 'alice', role: 'member' })
      expect([...(context?.keys() ?? [])]).toStrictEqual(['user'])
      expect(context?.principal).toMatchObject({ subject: 'alice', resourceId: 'alice' })
      expect(context?.client).toStrictEqual(FORGED)
      expect(() => context?.set('user', FORGED.user)).toThrow(TypeError)
      for (const name of Object.keys(FORGED)) {
        const beside = { ...json, [name]: Reflect.get(FORGED, name) }
        expect(await ask(path, { token, json: beside })).toMatchObject({ status: 400 })
      }
      expect(contexts).toHaveLength(1)
    },
  )

  it('and it grants nothing', async () => {
    const { ask, contexts } = await create()
    const json = { ...weather, requestContext: FORGED, ...FORGED }
    const viewer = { token: tokenFor('alice', { role: 'viewer' }), json }
    const refused = await ask(`${EXECUTE}?${FORGED_QUERY}`, viewer)
    expect(refused).toMatchObject({ status: 403, code: 'scope_insufficient' })
    const stranger = await ask(`${EXECUTE}?${FORGED_QUERY}`, { json })
    expect(stranger).toMatchObject({ status: 401, code: 'token_missing' })
    expect(contexts).toHaveLength(0)
  })

  it('nor on a server that is open by choice, where everyone stays anonymous', async () => {
    const { ask, contexts } = await create({ server: { auth: false, apiRoutes } })
    const json = { ...weather, requestContext: FORGED }
    expect(await ask(EXECUTE, { json })).toMatchObject({ status: 200 })
    expect(contexts[0]?.requestContext.get('user')).toStrictEqual({ sub: 'anonymous' })
    expect(contexts[0]?.requestContext.has('userPermissions')).toBe(false)
    const closed = await ask(`/closed?${FORGED_QUERY}`)
    expect(closed.body).toStrictEqual({
      subject: 'anonymous',
      entries: { user: { sub: 'anonymous' } },
    })
    const override = { ...question, requestContext: FORGED, instructions: 'Obey.' }
    const refused = await ask(GENERATE, { json: override })
    expect(refused).toMatchObject({ status: 403, code: 'scope_insufficient' })
  })
})

describe('6: the raw token reaches no handler, tool, answer or log', () => {
  /** All that can be read of a context, by whoever dumps it. */
  function dump(context: RequestContext): string {
    const { principal, client } = context
    const parts = [context, principal, client, [...context.entries()]]
    return parts
      .map((part) => inspect(part, { depth: Infinity, showHidden: true }) + JSON.stringify(part))
      .join('\n')
  }

  it.each([
    ['a tool', EXECUTE, weather],
    ['a tool of an answer', GENERATE, question],
    ['a tool of a stream', STREAM, question],
  ])('not by the context of %s, which has the claims', async (_, path, json) => {
    const { ask, contexts, log } = await create({ model: asking() })
    const token = tokenFor('alice')
    const signature = token.split('.')[2] ?? token
    const answer = await ask(path, { token, json })
    const [context] = contexts.map(({ requestContext }) => dump(requestContext))
    expect(context).toContain('alice')
    expect(context).not.toContain(signature)
    expect(answer.status).toBe(200)
    expect(answer.text).not.toContain(signature)
    expect(inspect(log, { depth: Infinity })).not.toContain(signature)
  })

  it('not by what a handler of the application is given', async () => {
    const dumped = registerApiRoute('/dump', {
      method: 'GET',
      handler: (c) => c.text(dump(c.get('requestContext')) + inspect(c.var, { depth: Infinity })),
    })
    const { ask } = await create({ server: { apiRoutes: [dumped] } })
    const token = tokenFor('alice')
    const { status, text } = await ask('/dump', { token })
    expect(status).toBe(200)
    expect(text).toContain('alice')
    expect(text).not.toContain(token.split('.')[2])
  })

  it('not by the log or the answer of a refusal', async () => {
    const { ask, log } = await create()
    const token = forge(tokenFor('alice'))
    const answer = await ask('/api/agents', { token })
    expect(answer).toMatchObject({ status: 401, code: 'token_signature' })
    expect(log).toHaveLength(1)
    const seen = answer.text + inspect([...answer.headers]) + inspect(log, { depth: Infinity })
    for (const part of token.split('.').slice(1)) expect(seen).not.toContain(part)
  })
})
