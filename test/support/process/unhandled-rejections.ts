import { afterEach, beforeEach } from 'vitest'

/** Fails each test of the file that leaves behind a promise whose rejection nobody handles. */
export function refuseUnhandledRejections(): void {
  const unhandled: unknown[] = []
  const note = (error: unknown) => void unhandled.push(error)

  beforeEach(() => {
    unhandled.length = 0
    process.on('unhandledRejection', note)
  })

  afterEach(async () => {
    await new Promise((resolve) => setImmediate(resolve))
    process.off('unhandledRejection', note)
    if (unhandled.length > 0) throw new AggregateError(unhandled, 'Nobody handled a rejection.')
  })
}
