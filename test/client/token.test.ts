import { MastraClient, type TokenFunction } from '@signet/client-js'
import { describe, expect, it, vi } from 'vitest'
import { createTestAuth } from '@signet/test-support/application/application'
import { clientErrorOf } from '@signet/test-support/http/client-error'
import { tokenFor, useApplications } from '@signet/test-support/application/remembering-application'

const createApplication = useApplications()
const EXPIRED = createTestAuth().sign({ sub: 'alice', role: 'member', iat: 1, exp: 2 })

/** A session that keeps its token, and takes its time to get a new one. */
function createSession(renewed = tokenFor('alice')) {
  let token = EXPIRED
  return vi.fn<TokenFunction>(async ({ refresh }) => {
    if (refresh) {
      await new Promise((resolve) => setImmediate(resolve))
      token = renewed
    }
    return token
  })
}

const refreshes = ({ mock }: ReturnType<typeof createSession>) =>
  mock.calls.filter(([{ refresh }]) => refresh).length

describe('a token function', () => {
  it('is asked for a new token once, for 20 parallel requests with one that has expired', async () => {
    const { serve, model } = await createApplication()
    const { url } = await serve()
    const token = createSession()
    const client = new MastraClient({ baseUrl: url, token })
    const agent = client.getAgent('weatherAgent')
    const requests = Array.from({ length: 20 }, async (_, index) => {
      switch (index % 4) {
        case 0:
          return (await agent.details()).name
        case 1:
          return (await agent.generate('Hello')).text
        case 2: {
          let text = ''
          for await (const chunk of await agent.stream('Hello')) {
            if (chunk.type === 'text-delta') text += chunk.payload.text
          }
          return text
        }
        default:
          return (await client.createMemoryThread({ threadId: `t-${index}` })).id
      }
    })
    const answers = await Promise.all(requests)
    expect(new Set(answers.slice(0, 3))).toStrictEqual(new Set(['Weather Agent', 'Hello there.']))
    expect(refreshes(token)).toBe(1)
    // Each of them was answered once: what the server refused had not begun.
    expect(model.calls).toHaveLength(10)
    expect((await client.listMemoryThreads()).total).toBe(5)
  })

  it('is asked once also for those that begin while the new token is on its way', async () => {
    const { serve } = await createApplication()
    const { url } = await serve()
    const token = createSession()
    const client = new MastraClient({ baseUrl: url, token })
    const first = client.listAgents()
    await vi.waitFor(() => expect(refreshes(token)).toBe(1))
    const others = Array.from({ length: 20 }, () => client.listTools())
    await Promise.all([first, ...others])
    expect(refreshes(token)).toBe(1)
  })

  it('is asked once also where the new token is no better', async () => {
    const { serve } = await createApplication()
    const { url } = await serve()
    const token = createSession(createTestAuth().sign({ sub: 'alice', iat: 1, exp: 3 }))
    const client = new MastraClient({ baseUrl: url, token })
    const errors = await Promise.all(
      Array.from({ length: 20 }, () => clientErrorOf(client.listAgents())),
    )
    expect(new Set(errors.map(({ code }) => code))).toStrictEqual(new Set(['token_expired']))
    expect(refreshes(token)).toBe(1)
  })

  it('is not asked again for a refusal that no new token turns', async () => {
    const { serve } = await createApplication()
    const { url } = await serve()
    const token = vi.fn<TokenFunction>(() => tokenFor('alice', { scope: 'memory:read' }))
    const client = new MastraClient({ baseUrl: url, token })
    const error = await clientErrorOf(client.getAgent('weatherAgent').generate('Hello'))
    expect(error.code).toBe('scope_insufficient')
    expect(token.mock.calls).toStrictEqual([[{ refresh: false }]])
  })
})

describe('a token that is a text', () => {
  it('is refused once it has expired, with the time when', async () => {
    const { serve } = await createApplication()
    const { url } = await serve()
    const client = new MastraClient({ baseUrl: url, token: EXPIRED })
    const error = await clientErrorOf(client.listAgents())
    expect(error).toMatchObject({ code: 'token_expired', status: 401 })
    expect(JSON.stringify([error, error.message, error.stack])).not.toContain(EXPIRED)
  })
})
