import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { ALICE, BOB, names } from '@signet/test-support/store/memory'
import { ModelStorage } from '@signet/test-support/store/model-storage'
import { pauseThread, requireNotPaused } from './unstored-thread.js'

beforeEach(() => {
  vi.useFakeTimers()
})

afterEach(() => {
  vi.useRealTimers()
})

it('refuses a thread for five seconds, and no other one', () => {
  const storage = new ModelStorage(() => 0)
  const cause = new Error('The disk is full.')
  pauseThread(storage, ALICE, 't', cause)
  const refusal = expect.objectContaining({ code: 'storage_unavailable', cause })
  expect(() => requireNotPaused(storage, ALICE, 't')).toThrow(refusal)
  requireNotPaused(storage, ALICE, 'u')
  requireNotPaused(storage, BOB, 't')
  requireNotPaused(new ModelStorage(() => 0), ALICE, 't')
  vi.advanceTimersByTime(4999)
  expect(() => requireNotPaused(storage, ALICE, 't')).toThrow(refusal)
  vi.advanceTimersByTime(1)
  requireNotPaused(storage, ALICE, 't')
})

it('remembers the last thousand threads', () => {
  const storage = new ModelStorage(() => 0)
  for (const id of names('t', 1001)) pauseThread(storage, ALICE, id, undefined)
  requireNotPaused(storage, ALICE, 't0')
  expect(() => requireNotPaused(storage, ALICE, 't1')).toThrow()
  expect(() => requireNotPaused(storage, ALICE, 't1000')).toThrow()
})
