import { expect, it, vi } from 'vitest'
import { StorageError } from '../error.js'
import { WriteCheck } from './write-check.js'

const FULL = new StorageError('storage_unavailable', 'Full.', {
  fault: 'full',
  driverCode: 'SQLITE_FULL',
})

/** A check whose trial and clock are the test's. */
function setUp(tryToWrite: () => Promise<void>) {
  const clock = { now: 1_000_000 }
  const trial = vi.fn<() => Promise<void>>(tryToWrite)
  return { check: new WriteCheck(trial, () => clock.now), trial, clock }
}

function failing(): Promise<void> {
  return Promise.reject(FULL)
}

it('tries nothing as long as no write has failed', async () => {
  const { check, trial } = setUp(failing)
  await check.requireWritable()
  expect(trial).not.toHaveBeenCalled()
})

it.each(['message_exists', 'message_too_large', 'thread_not_found', 'value_invalid'] as const)(
  'takes %s for a fault of what was to be stored, not of the database',
  async (code) => {
    const { check, trial } = setUp(failing)
    check.noteFailure(new StorageError(code, 'No.'))
    check.noteFailure(new Error('of a caller'))
    await check.requireWritable()
    expect(trial).not.toHaveBeenCalled()
  },
)

it.each(['storage_unavailable', 'storage_failed'] as const)(
  'asks for a trial after a write that failed with %s, and for no other once it went well',
  async (code) => {
    const { check, trial } = setUp(() => Promise.resolve())
    check.noteFailure(new StorageError(code, 'No.'))
    await check.requireWritable()
    await check.requireWritable()
    expect(trial).toHaveBeenCalledTimes(1)
  },
)

it('refuses at once for a second after a trial that failed, with its reason', async () => {
  const { check, trial, clock } = setUp(failing)
  const refusal = { code: 'storage_unavailable', fault: 'full', driverCode: 'SQLITE_FULL' }
  check.noteFailure(new StorageError('storage_failed', 'No.'))
  await expect(check.requireWritable()).rejects.toMatchObject(refusal)
  clock.now += 999
  await expect(check.requireWritable()).rejects.toMatchObject(refusal)
  expect(trial).toHaveBeenCalledTimes(1)
  clock.now += 1
  await expect(check.requireWritable()).rejects.toMatchObject(refusal)
  expect(trial).toHaveBeenCalledTimes(2)
})

it('makes one trial for all who ask at once', async () => {
  let end: () => void = () => undefined
  const { check, trial } = setUp(() => new Promise((resolve) => (end = resolve)))
  check.noteFailure(FULL)
  const asking = [check.requireWritable(), check.requireWritable(), check.requireWritable()]
  end()
  await Promise.all(asking)
  expect(trial).toHaveBeenCalledTimes(1)
})

it('hides no fault of ours in a trial', async () => {
  const { check } = setUp(() => Promise.reject(new TypeError('ours')))
  check.noteFailure(FULL)
  await expect(check.requireWritable()).rejects.toThrow(TypeError)
})
