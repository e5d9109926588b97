import { describe, expect, it } from 'vitest'
import { AnswerError } from '../error.js'
import type { Logger } from '../log/logger.js'
import { ModelError } from './model-error.js'
import { causeOf, logFailure, toldMessage } from './told-cause.js'

function named(name: string, message: string, members: object = {}): Error {
  return Object.assign(new Error(message), { name, ...members })
}

const failed = (cause: unknown) => new AnswerError('The answer failed.', { cause })

describe('the cause of a failure', () => {
  it('is what the error behind it says', () => {
    const missing = new ModelError('model_key_missing', 'OPENAI_API_KEY is not set.')
    expect(causeOf(failed(missing))).toBe('OPENAI_API_KEY is not set.')
    expect(causeOf(missing)).toBe('OPENAI_API_KEY is not set.')
  })

  it('names what is behind that, where it says more', () => {
    const refused = new Error('connect ECONNREFUSED 127.0.0.1:11434')
    const fetching = new TypeError('fetch failed', { cause: refused })
    expect(causeOf(failed(fetching))).toBe(
      'fetch failed Caused by: connect ECONNREFUSED 127.0.0.1:11434',
    )
    const named = new Error('Cannot connect: connect ECONNREFUSED 127.0.0.1:11434', {
      cause: refused,
    })
    expect(causeOf(named)).toBe('Cannot connect: connect ECONNREFUSED 127.0.0.1:11434')
  })

  it('is that of the last try', () => {
    const lastError = named('AI_APICallError', 'Overloaded')
    const error = named('AI_RetryError', 'Failed after 3 attempts.', { lastError })
    expect(causeOf(failed(error))).toBe('Overloaded')
  })

  it('is one line of bounded length, whatever the error holds', () => {
    const cause = causeOf(new Error(`a\n  b ${'x '.repeat(10_000)}`)) ?? ''
    expect(cause).toMatch(/^a b x/)
    expect(cause.length).toBeLessThan(2000)
    const circle = new Error('round')
    circle.cause = circle
    expect(causeOf(circle)).toBe('round')
  })

  it.each([undefined, null, 'text', {}, new Error('')])(
    'is not told where there is none: %s',
    (error) => {
      expect(causeOf(error)).toBeUndefined()
    },
  )

  it('has nothing of what a model said, and nothing of what a driver quotes', () => {
    const quoting = named(
      'AI_TypeValidationError',
      'Type validation failed: Value: {"a":"the answer"}',
    )
    const call = named('AI_APICallError', 'Invalid JSON response', { cause: quoting })
    expect(causeOf(failed(call))).toMatch(
      /^Invalid JSON response Caused by: The response of the model/,
    )
    expect(causeOf(failed(call))).not.toContain('the answer')
    expect(toldMessage(quoting)).not.toContain('the answer')
    const stored = new Error('The storage cannot be reached.', {
      cause: new Error('INSERT INTO a'),
    })
    expect(causeOf(Object.assign(stored, { code: 'storage_unavailable' }))).toBe(
      'The storage cannot be reached.',
    )
  })
})

describe('the log of a failure', () => {
  function lines(error: unknown) {
    const told: unknown[] = []
    const write = (level: string) => (message: string, fields?: object) =>
      void told.push([level, message, fields])
    const logger: Logger = {
      debug: write('debug'),
      info: write('info'),
      warn: write('warn'),
      error: write('error'),
    }
    logFailure(logger, 'It failed.', { run: 1 }, error)
    return told
  }

  it('names the cause first, and has the stack of what nobody foresaw', () => {
    const error = failed(new TypeError('a is not a function'))
    const [line, ...others] = lines(error)
    expect(line).toEqual(['error', 'It failed.', { cause: 'a is not a function', run: 1, error }])
    expect(Object.keys((line as [string, string, object])[2])[0]).toBe('cause')
    expect(others).toEqual([])
  })

  it.each([
    new ModelError('model_key_missing', 'No key.'),
    named('AI_APICallError', 'Incorrect API key'),
    named('AI_LoadAPIKeyError', 'No key.'),
  ])('keeps the stack for the level debug where the cause says all: %s', (cause) => {
    const error = failed(cause)
    expect(lines(error)).toEqual([
      ['error', 'It failed.', { cause: cause.message, run: 1 }],
      ['debug', 'It failed.', { run: 1, error }],
    ])
  })
})
