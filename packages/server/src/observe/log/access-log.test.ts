import type { Logger } from '@signet/core'
import { expect, it } from 'vitest'
import { decisionOf } from '@signet/test-support/http/decision'
import { createAccessLog } from './access-log.js'

/** What a logger was given at debug level, which it says that it writes, that it does not, or nothing of. */
function linesOf(isEnabled: Logger['isEnabled']): readonly string[] {
  const lines: string[] = []
  const nothing = () => undefined
  const logger = {
    debug: (message: string) => void lines.push(message),
    info: nothing,
    warn: nothing,
    error: nothing,
    ...(isEnabled && { isEnabled }),
  }
  createAccessLog(logger, () => '/api/x')(decisionOf())
  return lines
}

it.each([
  ['says that it writes them', () => true],
  ['does not say', undefined],
])('the access log gives its lines to a logger that %s', (_, isEnabled) => {
  expect(linesOf(isEnabled)).toStrictEqual(['A request was answered.'])
})

it('the access log makes no line for a logger that would not write it', () => {
  expect(linesOf((level) => level !== 'debug')).toStrictEqual([])
})
