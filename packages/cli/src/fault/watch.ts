import { followFaultOrigins, type Logger } from '@signet/core'
import { CommandFailure } from '../failure.js'
import { FaultLog, type FaultKind } from './fault-log.js'
import { endsTrust } from './owner.js'

/** Watches for unhandled rejections and exceptions. */
export interface FaultWatch {
  /** How many there were since the start. */
  readonly count: number
  /** Resolves once the process is to end because of one. */
  readonly fatal: Promise<void>
  /**
   * Awaits a part of the start. An unhandled fault meanwhile makes it fail.
   * @throws what was thrown, or what the part throws
   */
  during<Value>(part: Promise<Value>): Promise<Value>
  /** Ends the start: from now on, faults are logged and do not end an answer. */
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
 * Handles what would otherwise make Node.js end the process. Call it once in a process. The watch stays, because a
 * fault can appear at any time.
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
    // The next fault is logged with its origin.
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
