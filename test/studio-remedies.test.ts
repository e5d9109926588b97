import type { ServerErrorCode } from '@signet/client-js'
import { describe, expect, it } from 'vitest'
import { STATUS } from '../packages/server/src/error/error-response.js'
import { codeOf, remedyOf } from '../packages/studio/src/text/remedy.js'

/** Refusals whose meaning lies in what was asked for: the place that asks tells it. */
const ELSEWHERE: ReadonlySet<string> = new Set<ServerErrorCode>([
  'body_too_large',
  'result_too_large',
  'message_too_large',
  'thread_exists',
  'message_exists',
  'tool_failed',
])

describe('remedyOf', () => {
  it.each(Object.keys(STATUS).filter((code) => !ELSEWHERE.has(code)))(
    'says what to do about %s',
    (code) => {
      expect(remedyOf(code)).not.toBe(remedyOf('a code of a newer server'))
    },
  )

  it.each(['constructor', '__proto__', ''])('has general words for %j', (code) => {
    expect(remedyOf(code).title).toBe('This did not work.')
  })

  it('knows a fault of this page from a refusal', () => {
    expect(codeOf(new Error('x'))).toBe('internal_page')
  })
})
