import { describe, expect, it } from 'vitest'
import { TokenSource } from './token.js'

/** A token function that answers when the test says so. */
function createVendor() {
  const calls: { readonly refresh: boolean; resolve(token: string): void; reject(): void }[] = []
  const source = new TokenSource(
    ({ refresh }) =>
      new Promise((resolve, reject) => {
        calls.push({ refresh, resolve, reject: () => reject(new Error('no session')) })
      }),
  )
  return { source, calls }
}

/** The calls so far, as a test looks at them. */
const refreshes = (calls: readonly { readonly refresh: boolean }[]) =>
  calls.map(({ refresh }) => refresh)

describe('TokenSource', () => {
  it('shares a call while it is under way, and calls again afterwards', async () => {
    const { source, calls } = createVendor()
    const all = Promise.all([source.get(), source.get(), source.get()])
    calls[0]?.resolve('first')
    expect((await all).map(({ value }) => value)).toStrictEqual(['first', 'first', 'first'])
    const later = source.get()
    calls[1]?.resolve('second')
    expect((await later).value).toBe('second')
    expect(refreshes(calls)).toStrictEqual([false, false])
  })

  it('renews once for all that were refused at the same time', async () => {
    const { source, calls } = createVendor()
    const asked = source.get()
    calls[0]?.resolve('old')
    const old = await asked
    const renewals = Promise.all(Array.from({ length: 20 }, () => source.renew(old)))
    calls[1]?.resolve('new')
    expect(new Set((await renewals).map(({ value }) => value))).toStrictEqual(new Set(['new']))
    expect(refreshes(calls)).toStrictEqual([false, true])
  })

  it('gives what was renewed to one whose refusal comes later', async () => {
    const { source, calls } = createVendor()
    const asked = source.get()
    calls[0]?.resolve('old')
    const old = await asked
    const first = source.renew(old)
    calls[1]?.resolve('new')
    await first
    expect((await source.renew(old)).value).toBe('new')
    expect(calls).toHaveLength(2)
  })

  it('renews again for a token that came of a renewal', async () => {
    const { source, calls } = createVendor()
    const asked = source.get()
    calls[0]?.resolve('old')
    const first = source.renew(await asked)
    calls[1]?.resolve('new')
    const second = source.renew(await first)
    calls[2]?.resolve('newer')
    expect((await second).value).toBe('newer')
    expect(refreshes(calls)).toStrictEqual([false, true, true])
  })

  it('gives nobody the old token while a new one is on its way', async () => {
    const { source, calls } = createVendor()
    const asked = source.get()
    calls[0]?.resolve('old')
    const renewal = source.renew(await asked)
    const meanwhile = source.get()
    calls[1]?.resolve('new')
    expect([(await renewal).value, (await meanwhile).value]).toStrictEqual(['new', 'new'])
    expect(calls).toHaveLength(2)
  })

  it('takes a token that was asked for before a renewal for an old one', async () => {
    const { source, calls } = createVendor()
    const asked = source.get()
    calls[0]?.resolve('old')
    const old = await asked
    const slow = source.get()
    const renewal = source.renew(old)
    calls[2]?.resolve('new')
    await renewal
    calls[1]?.resolve('old')
    expect((await source.renew(await slow)).value).toBe('new')
    expect(calls).toHaveLength(3)
  })

  it('asks anew after a renewal, and does not wait for one who was asked before it', async () => {
    const { source, calls } = createVendor()
    const asked = source.get()
    calls[0]?.resolve('old')
    const old = await asked
    const slow = source.get()
    const renewal = source.renew(old)
    calls[2]?.resolve('new')
    await renewal
    const later = source.get()
    calls[3]?.resolve('new')
    expect((await later).value).toBe('new')
    calls[1]?.resolve('old')
    expect((await slow).value).toBe('old')
  })

  it('fails once for all that wait for it, also for those that come later', async () => {
    const { source, calls } = createVendor()
    const asked = source.get()
    calls[0]?.resolve('old')
    const old = await asked
    const renewals = [source.renew(old), source.renew(old)]
    calls[1]?.reject()
    const failed = { code: 'token_unavailable', cause: new Error('no session') }
    for (const renewal of renewals) await expect(renewal).rejects.toMatchObject(failed)
    await expect(source.renew(old)).rejects.toMatchObject(failed)
    expect(calls).toHaveLength(2)
    const again = source.get()
    calls[2]?.resolve('better')
    expect((await again).value).toBe('better')
  })

  it.each([[''], [undefined], [null], [7]])('refuses %j as a token', async (value) => {
    const source = new TokenSource(() => value as string)
    await expect(source.get()).rejects.toMatchObject({ code: 'token_unavailable' })
  })

  it('refuses a function that throws at once', async () => {
    const source = new TokenSource(() => {
      throw new Error('no session')
    })
    await expect(source.get()).rejects.toMatchObject({ code: 'token_unavailable' })
  })
})
