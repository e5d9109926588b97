import { describe, expect, it } from 'vitest'
import { callerOf, fakeUpstream } from '@signet/test-support/proxy/fake-upstream'
import { makeMissing } from './made.js'

const ALICE = callerOf('alice', ['agents:execute'])

function contextOf(makes?: { readonly status: number; readonly body: unknown }) {
  const upstream = fakeUpstream(makes === undefined ? {} : { makes })
  return { upstream, context: { caller: ALICE, prefix: '/api', ...upstream } }
}

describe('the memory of a network', () => {
  it('is a new thread of the caller where the body has none', async () => {
    const { context } = contextOf()
    const [one, other] = [{}, {}]
    await makeMissing(one, 'memory', context)
    await makeMissing(other, 'memory', context)
    const made = { memory: { thread: expect.any(String), resource: ALICE.ownerKey } }
    expect([one, other]).toStrictEqual([made, made])
    expect(one).not.toStrictEqual(other)
  })

  it.each([null, {}, { thread: 'mine' }, 'x'])('stays as it is with %j', async (memory) => {
    const body = { memory }
    await makeMissing(body, 'memory', contextOf().context)
    expect(body).toStrictEqual({ memory })
  })
})

describe('the conversation of a response that is to be stored', () => {
  it.each([{ store: true }, { store: 'yes' }, { store: true, conversation_id: null }])(
    'is made for the caller with %j',
    async (more) => {
      const { upstream, context } = contextOf()
      const body = { agent_id: 'weather', ...more }
      await makeMissing(body, 'conversation', context)
      expect(body).toStrictEqual({ ...body, conversation_id: 'made' })
      expect(upstream.made).toStrictEqual([
        {
          path: '/api/v1/conversations',
          body: { agent_id: 'weather', resource_id: ALICE.ownerKey },
        },
      ])
    },
  )

  it.each([
    {},
    { store: false },
    { store: null },
    { store: true, conversation_id: 'c' },
    { store: true, previous_response_id: 'r' },
  ])('is not made with %j', async (more) => {
    const { upstream, context } = contextOf()
    const body = { agent_id: 'weather', ...more }
    await makeMissing(body, 'conversation', context)
    expect([body, upstream.made]).toStrictEqual([{ agent_id: 'weather', ...more }, []])
  })

  it.each([
    [400, {}, 'request_invalid'],
    [404, {}, 'request_invalid'],
    [403, {}, 'upstream_failed'],
    [200, {}, 'upstream_failed'],
    [200, { id: 'a/b' }, 'upstream_failed'],
    [200, null, 'upstream_failed'],
  ])('is refused where the upstream answers %d %j', async (status, answer, code) => {
    const { context } = contextOf({ status, body: answer })
    const body = { agent_id: 'weather', store: true }
    await expect(makeMissing(body, 'conversation', context)).rejects.toMatchObject({ code })
    expect(body).not.toHaveProperty('conversation_id')
  })
})
