import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Deadline } from './deadline.js'
import { fetchIncoming } from '../http/fetch-incoming.js'

const EXCEEDED = expect.objectContaining({ name: 'RequestError', code: 'deadline_exceeded' })

function makeClient() {
  const controller = new AbortController()
  const request = fetchIncoming(new Request('http://localhost/', { signal: controller.signal }))
  return { controller, request }
}

beforeEach(() => {
  vi.useFakeTimers()
})

afterEach(() => {
  vi.useRealTimers()
})

describe('Deadline', () => {
  it('waits for work, and gives what it gives', async () => {
    const deadline = new Deadline(makeClient().request, 1000)
    expect(await deadline.wait(() => 1)).toBe(1)
    expect(await deadline.wait(async () => 2)).toBe(2)
    await expect(deadline.wait(() => Promise.reject(new Error('x')))).rejects.toThrow('x')
    const fail = () => {
      throw new Error('at once')
    }
    await expect(deadline.wait(fail)).rejects.toThrow('at once')
    deadline.release()
  })

  it('refuses work that goes on when the time is up, and not before', async () => {
    const deadline = new Deadline(makeClient().request, 1000)
    const { signal } = deadline
    const waiting = deadline.wait(() => new Promise<never>(() => {}))
    const outcome = waiting.catch((error: unknown) => error)
    await vi.advanceTimersByTimeAsync(999)
    expect(signal.aborted).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    expect(signal.aborted).toBe(true)
    expect(signal.reason).toStrictEqual(EXCEEDED)
    // What does not obey the signal is left alone.
    await vi.advanceTimersByTimeAsync(1000)
    expect(await outcome).toStrictEqual(EXCEEDED)
  })

  it('says so once the work has ended that obeys its signal, whatever that comes to', async () => {
    for (const end of [() => 'a value', () => Promise.reject(new Error('aborted'))]) {
      const deadline = new Deadline(makeClient().request, 1000)
      const { signal } = deadline
      let isKept = false
      const waiting = deadline.wait(async () => {
        await new Promise((resolve) => signal.addEventListener('abort', resolve))
        await Promise.resolve()
        isKept = true
        return await end()
      })
      const outcome = waiting.catch((error: unknown) => [error, isKept])
      await vi.advanceTimersByTimeAsync(1000)
      expect(await outcome).toStrictEqual([EXCEEDED, true])
      expect(vi.getTimerCount()).toBe(0)
    }
  })

  it('counts one time for all that it waits for', async () => {
    const deadline = new Deadline(makeClient().request, 1000)
    await vi.advanceTimersByTimeAsync(1000)
    const never = () => new Promise<never>(() => {})
    await expect(deadline.wait(never)).rejects.toStrictEqual(EXCEEDED)
  })

  it('fires its signal when the client goes away, with the reason of the client', () => {
    const { controller, request } = makeClient()
    const { signal } = new Deadline(request, 1000)
    controller.abort('gone')
    expect(signal.aborted).toBe(true)
    expect(signal.reason).toBe('gone')
  })

  it('has a signal that has fired where the client was gone before', () => {
    const { controller, request } = makeClient()
    const deadline = new Deadline(request, 1000)
    controller.abort('gone')
    expect(deadline.signal.aborted).toBe(true)
  })

  it('leaves neither a timer nor a listener behind when it is released', () => {
    const { controller, request } = makeClient()
    const deadline = new Deadline(request, 1000)
    const { signal } = deadline
    deadline.release()
    expect(vi.getTimerCount()).toBe(0)
    controller.abort()
    expect(signal.aborted).toBe(false)
  })

  it('rejects whoever waits when it is broken off, fires its signal, and begins no work any more', async () => {
    const deadline = new Deadline(makeClient().request, 1000)
    const told = vi.fn<(error: Error) => void>()
    deadline.onFail(told)
    const waiting = deadline.wait(() => new Promise<never>(() => {}))
    const reason = new Error('revoked')
    deadline.fail(reason)
    await expect(waiting).rejects.toBe(reason)
    expect(told.mock.calls).toStrictEqual([[reason]])
    expect(deadline.signal.reason).toBe(reason)
    const work = vi.fn<() => void>()
    await expect(deadline.wait(work)).rejects.toBe(reason)
    expect(work).not.toHaveBeenCalled()
    const late = vi.fn<(error: Error) => void>()
    deadline.onFail(late)
    await Promise.resolve()
    expect(late).toHaveBeenCalledOnce()
    expect(vi.getTimerCount()).toBe(0)
  })

  it('fires its signal when it is stopped, and leaves no timer behind', () => {
    const deadline = new Deadline(makeClient().request, 1000)
    const { signal } = deadline
    deadline.stop()
    expect(signal.aborted).toBe(true)
    expect(signal.reason).toMatchObject({ name: 'AbortError' })
    expect(vi.getTimerCount()).toBe(0)
  })

  it('fires its signal also where nobody else holds it when garbage is collected', async () => {
    setFlagsFromString('--expose-gc')
    const collect: unknown = runInNewContext('gc')
    if (typeof collect !== 'function') throw new TypeError('There is no gc().')
    const fired = vi.fn<() => void>()
    new Deadline(makeClient().request, 1000).signal.addEventListener('abort', fired)
    await vi.advanceTimersByTimeAsync(500)
    collect()
    collect()
    await vi.advanceTimersByTimeAsync(500)
    expect(fired).toHaveBeenCalledOnce()
  })
})
