import { countLostLogLines } from './log-loss.js'
import type { LogFields, Logger, LogLevel } from './logger.js'

/** What is said of lines that were lost, once lines are written again. */
export const LINES_LOST = 'Log lines were lost: they could not be written.'

/**
 * A logger that never throws and never leaves a rejection behind: a line that it cannot write is lost and counted,
 * and whoever logs goes on. The next line that it writes is followed by one that says how many were lost.
 */
export function guardLogger(logger: Logger): Logger {
  let untold = 0

  function lose(): void {
    untold++
    countLostLogLines(1)
  }

  function put(level: LogLevel, message: string, fields?: LogFields): boolean {
    try {
      const result: unknown = logger[level](message, fields)
      if (result instanceof Promise) result.catch(lose)
      return true
    } catch {
      lose()
      return false
    }
  }

  const write =
    (level: LogLevel): Logger[LogLevel] =>
    (message, fields) => {
      const lines = untold
      if (!put(level, message, fields) || lines === 0) return
      untold -= lines
      if (!put('warn', LINES_LOST, { lines })) untold += lines
    }

  return {
    isEnabled(level) {
      try {
        return logger.isEnabled?.(level) ?? true
      } catch {
        return true
      }
    },
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
  }
}
