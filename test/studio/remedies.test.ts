import { generalAdvice } from '@signet/auth/advice/general'
import { MastraClientError, type ServerErrorCode } from '@signet/client-js'
import { describe, expect, it } from 'vitest'
import { STATUS } from '../../packages/server/src/error/error-response.js'
import { codeOf, explain } from '../../packages/studio/src/text/remedy.js'

/** Refusals that say in their own sentence what to do, or whose meaning depends on what was asked for. */
const ELSEWHERE: ReadonlySet<string> = new Set<ServerErrorCode>([
  'result_too_large',
  'thread_exists',
  'message_exists',
  'tool_failed',
])

const refusal = (code: string) => new MastraClientError(code, 'The sentence of the server.')
const GENERAL = explain(refusal('a code of a newer server')).remedy

describe('explain', () => {
  it.each(Object.keys(STATUS).filter((code) => !ELSEWHERE.has(code)))(
    'says what to do about %s',
    (code) => {
      expect(explain(refusal(code)).remedy).not.toBe(GENERAL)
    },
  )

  it.each(['constructor', '__proto__', ''])('has a general remedy for %j', (code) => {
    expect(explain(refusal(code)).remedy).toBe(GENERAL)
  })

  it('takes the words about a credential from @signet/auth', () => {
    const { cause, remedy } = generalAdvice('token_expired')
    expect(explain(refusal('token_expired'))).toStrictEqual({ title: cause, remedy })
  })

  it.each(['answer_failed', 'request_invalid', 'a code of a newer server'])(
    'takes the title of %s from the server',
    (code) => {
      expect(explain(refusal(code)).title).toBe('The sentence of the server.')
    },
  )

  it('knows a fault of this page from a refusal', () => {
    expect(codeOf(new Error('x'))).toBe('internal_page')
    expect(explain(new Error('x')).title).toBe('This did not work.')
  })
})
