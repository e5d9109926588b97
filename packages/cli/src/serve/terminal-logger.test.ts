import { PassThrough } from 'node:stream'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createTerminalLogger } from './terminal-logger.js'

const OBEYED = /[\p{Bidi_Control}\u2028\u2029]|(?![\t\n])\p{Cc}/u

const FORGED = '\n12:00:00 info  Signed in. user=root'

const hostile = fc
  .array(
    fc.oneof(
      fc.constantFrom('\u001B]0;x\u0007', '\u009B2J', '\u202E', '\r', FORGED, '\u001B[2J'),
      fc.string({ unit: 'binary' }),
    ),
  )
  .map((parts) => parts.join(''))

function logged(message: string, fields: Readonly<Record<string, unknown>>): string {
  const stream = new PassThrough()
  createTerminalLogger(stream).error(message, fields)
  return String(stream.read())
}

/** Lines that begin as lines of the log do. */
const logLines = (text: string) => text.split('\n').filter((line) => /^\d\d:/u.test(line))

describe('a line of the log at a terminal', () => {
  it('is one line, and none that a terminal obeys, whatever its message and fields hold', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const shown = logged(text, {
          [`name${text}`]: text,
          nested: { [text]: [text, { [text]: text }] },
        })
        expect(shown).not.toMatch(OBEYED)
        expect(shown.split('\n')).toHaveLength(2)
      }),
    )
  })

  it('has the stack of an error and of its causes below it, in which no line passes for one of the log', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const cause = new TypeError(text)
        const shown = logged('A tool failed.', { error: new Error(text, { cause }) })
        expect(shown).not.toMatch(OBEYED)
        expect(logLines(shown)).toHaveLength(1)
        expect(shown).toMatch(/\n {4}at .*terminal-logger\.test/u)
        expect(shown).toContain('\nCaused by: TypeError')
      }),
    )
  })

  it('keeps the lines of a stack as they are', () => {
    const error = new Error('first\nsecond')
    expect(logged('x', { error })).toContain(
      `\n${String(error.stack).replace('\nsecond', '\n    second')}\n`,
    )
  })

  it('shows no credential, however deep', () => {
    const shown = logged('x', { token: 'abc', a: { b: [{ secret: 'abc', name: 'n' }] } })
    expect(shown).not.toContain('abc')
    expect(shown).toContain('token=[hidden] a={"b":[{"secret":"[hidden]","name":"n"}]}')
  })

  it('is written all the same where JSON cannot say a field', () => {
    const circle: unknown[] = []
    circle.push(circle)
    expect(logged('x', { circle, large: 1n })).toContain('x circle=[not shown] large=[not shown]\n')
  })

  it('leaves out fields that are undefined', () => {
    expect(logged('x', { a: undefined, b: null })).toMatch(/ error x b=null\n$/u)
  })
})
