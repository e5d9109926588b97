import { describe, expect, it } from 'vitest'
import { createInFlight } from './in-flight.js'

/** Whether a promise has resolved by now. */
async function hasResolved(promise: Promise<void>): Promise<boolean> {
  let is = false
  void promise.then(() => (is = true))
  await new Promise(setImmediate)
  return is
}

describe('createInFlight', () => {
  it('is idle where nothing goes on', async () => {
    expect(await hasResolved(createInFlight().idle())).toBe(true)
  })

  it('is idle once everything has ended, for all who wait', async () => {
    const inFlight = createInFlight()
    const ends = [inFlight.begin(), inFlight.begin()]
    const waiting = [inFlight.idle(), inFlight.idle()]
    ends[0]?.()
    expect(await hasResolved(Promise.race(waiting))).toBe(false)
    ends[1]?.()
    expect(await hasResolved(Promise.all(waiting).then(() => undefined))).toBe(true)
    inFlight.begin()
    expect(await hasResolved(inFlight.idle())).toBe(false)
  })
})
