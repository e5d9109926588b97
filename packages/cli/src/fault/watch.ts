import { followFaultOrigins, type Logger } from '@signet/core'
import { CommandFailure } from '../failure.js'
import { FaultLog, type FaultKind } from './fault-log.js'
import { endsTrust } from './owner.js'

/** What becomes of rejections and exceptions that no code handles. */
export interface FaultWatch {
  /** How many there were since the start. */
  readonly count: number
  /** Resolves once the process is to end because of one. */
  readonly fatal: Promise<void>
  /** Waits for a part of the start, which such a fault fails. @throws what was thrown, or what the part throws */
  during<Value>(part: Promise<Value>): Promise<Value>
  /** The start is over: from now on faults are logged, and end nobody's answer. */
  serve(logger: Logger): void
  /** @throws {CommandFailure} where a fault has ended the process */
  throwIfFatal(): void
}

function never<Value>(): { readonly promise: Promise<Value>; settle: (value: Value) => void } {
  let settle: (value: Value) => void = () => undefined
  const promise = new Promise<Value>((resolve) => {
    settle = resolve
  })
  return { promise, settle }
}

/**
 * Takes over what Node.js would end the process for. Of a process there is one watch, and it stays: what an application
 * left behind may come to light as long as the process lives.
 */
export function watchFaults(): FaultWatch {
  const fatal = never<void>()
  const first = never<{ readonly thrown: unknown }>()
  let log: FaultLog | undefined
  let count = 0
  let isFatal = false

  function take(thrown: unknown, kind: FaultKind): void {
    count++
    first.settle({ thrown })
    if (log === undefined) return
    log.tell(thrown, kind)
    const isFatalNow = endsTrust(thrown)
    // The next one is told with where it began.
    followFaultOrigins()
    if (!isFatalNow) return
    isFatal = true
    fatal.settle()
  }

  process.on('unhandledRejection', (reason) => take(reason, 'rejection'))
  process.on('uncaughtException', (error) => take(error, 'exception'))

  return {
    get count() {
      return count
    },
    fatal: fatal.promise,
    async during(part) {
      const failed = first.promise.then(({ thrown }) => {
        throw thrown
      })
      return await Promise.race([part, failed])
    },
    serve(logger) {
      log = new FaultLog(logger)
    },
    throwIfFatal() {
      if (!isFatal) return
      throw new CommandFailure(
        'A fault in the server itself has ended it. The log has its stack: report it, and start the server again.',
      )
    },
  }
}
