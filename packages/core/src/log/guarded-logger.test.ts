import { describe, expect, it } from 'vitest'
import { refuseUnhandledRejections } from '@signet/test-support/process/unhandled-rejections'
import { guardLogger, LINES_LOST } from './guarded-logger.js'
import { lostLogLines } from './log-loss.js'
import type { LogFields, Logger } from './logger.js'

refuseUnhandledRejections()

/** A logger of the application, which fails in a way of its own while it is told to. */
class Fragile implements Logger {
  readonly lines: [string, LogFields | undefined][] = []
  fault: 'none' | 'throws' | 'rejects' = 'none'

  #write(message: string, fields?: LogFields): unknown {
    if (this.fault === 'throws') throw new Error('no log')
    if (this.fault === 'rejects') return Promise.reject(new Error('no log'))
    return void this.lines.push([message, fields])
  }

  debug(message: string, fields?: LogFields): void {
    this.#write(message, fields)
  }

  info(message: string, fields?: LogFields): unknown {
    return this.#write(message, fields)
  }

  warn(message: string, fields?: LogFields): void {
    this.#write(message, fields)
  }

  error(message: string, fields?: LogFields): void {
    this.#write(message, fields)
  }
}

describe('guardLogger', () => {
  it('passes on what is logged', () => {
    const logger = new Fragile()
    const before = lostLogLines()
    guardLogger(logger).info('one', { a: 1 })
    expect(logger.lines).toStrictEqual([['one', { a: 1 }]])
    expect(lostLogLines()).toBe(before)
  })

  it.each(['throws', 'rejects'] as const)(
    'loses and counts a line where the logger %s, and says so once it logs again',
    async (fault) => {
      const logger = new Fragile()
      const guarded = guardLogger(logger)
      const before = lostLogLines()
      logger.fault = fault
      for (let each = 0; each < 3; each++) guarded.info('lost')
      await new Promise((resolve) => setImmediate(resolve))
      expect(lostLogLines() - before).toBe(3)
      logger.fault = 'none'
      guarded.info('one')
      guarded.info('two')
      expect(logger.lines).toStrictEqual([
        ['one', undefined],
        [LINES_LOST, { lines: 3 }],
        ['two', undefined],
      ])
    },
  )

  it('takes a level for written where the logger cannot say', () => {
    const logger = Object.assign(new Fragile(), {
      isEnabled: () => {
        throw new Error('no level')
      },
    })
    expect(guardLogger(logger).isEnabled?.('debug')).toBe(true)
  })
})
