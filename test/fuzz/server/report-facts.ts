import type { Logger } from '@signet/core'
import type { LoggedError, ServerFacts, ServerReady } from './facts.js'

const MAX_ERRORS = 20

/** An error and what caused it, the innermost last. */
function causesOf(error: unknown): readonly string[] {
  const causes: string[] = []
  for (let each = error; each instanceof Error; each = each.cause) causes.push(String(each.stack))
  return causes
}

/** A logger that keeps errors, to be told when the fuzzer asks for them. */
export function createErrorKeeper(): { readonly logger: Logger; take(): readonly LoggedError[] } {
  let errors: LoggedError[] = []
  return {
    logger: {
      debug() {},
      info() {},
      warn() {},
      error(message, { error, code } = {}) {
        if (errors.length >= MAX_ERRORS) return
        const ofRefusal = typeof code === 'string' ? code : undefined
        errors.push({ message, code: ofRefusal, causes: causesOf(error) })
      },
    },
    take() {
      const taken = errors
      errors = []
      return taken
    },
  }
}

/** Tells the fuzzer that started this process where it listens, and facts whenever it asks. */
export function reportFacts(port: number, take: () => readonly LoggedError[]): void {
  const tell = (facts: ServerFacts | ServerReady) => void process.send?.(facts)
  process.on('message', () => {
    globalThis.gc?.()
    tell({ kind: 'facts', resident: process.memoryUsage.rss(), errors: take() })
  })
  // Who interrupts the fuzzer in a terminal interrupts this too: it ends when the fuzzer does.
  process.on('SIGINT', () => undefined)
  process.once('disconnect', () => process.exit())
  tell({ kind: 'ready', port })
}
