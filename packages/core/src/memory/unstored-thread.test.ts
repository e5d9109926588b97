import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { ALICE, BOB, names } from '../../../../test/support/memory.js'
import { ModelStorage } from '../../../../test/support/model-storage.js'
import { requireRested, restThread } from './unstored-thread.js'

beforeEach(() => {
  vi.useFakeTimers()
})

afterEach(() => {
  vi.useRealTimers()
})

it('refuses a thread for five seconds, and no other one', () => {
  const storage = new ModelStorage(() => 0)
  restThread(storage, ALICE, 't')
  const refusal = expect.objectContaining({ code: 'storage_unavailable' })
  expect(() => requireRested(storage, ALICE, 't')).toThrow(refusal)
  requireRested(storage, ALICE, 'u')
  requireRested(storage, BOB, 't')
  requireRested(new ModelStorage(() => 0), ALICE, 't')
  vi.advanceTimersByTime(4999)
  expect(() => requireRested(storage, ALICE, 't')).toThrow(refusal)
  vi.advanceTimersByTime(1)
  requireRested(storage, ALICE, 't')
})

it('remembers the last thousand threads', () => {
  const storage = new ModelStorage(() => 0)
  for (const id of names('t', 1001)) restThread(storage, ALICE, id)
  requireRested(storage, ALICE, 't0')
  expect(() => requireRested(storage, ALICE, 't1')).toThrow()
  expect(() => requireRested(storage, ALICE, 't1000')).toThrow()
})
