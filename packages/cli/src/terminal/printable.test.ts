import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { writeLine } from './io.js'
import { printableJson, printableLines, printableText } from './printable.js'
import { createStyle, writeStyledLine } from './style.js'
import { writeTable } from './table.js'

/** Control characters but line breaks and tabs, and marks of direction. */
const OBEYED = /[\p{Bidi_Control}\u2028\u2029]|(?![\t\n])\p{Cc}/u

const hostile = fc
  .array(
    fc.oneof(
      fc.constantFrom('\u001B[2J', '\u001B]0;x\u0007', '\u009B2J', '\u202E', '\u2066', '\u2028'),
      fc.constantFrom(
        '\n',
        '\r',
        '\r\n',
        '\t',
        '\b',
        '\0',
        '\u007F',
        '\u0085',
        '\u200F',
        '\\',
        '"',
      ),
      fc.string({ unit: 'binary' }),
    ),
  )
  .map((parts) => parts.join(''))

function written(write: (stream: PassThrough) => void): string {
  const stream = new PassThrough()
  write(stream)
  return String(stream.read())
}

describe('what a terminal is shown', () => {
  it('holds no control character and no mark of direction, whoever wrote it', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const shown = [
          printableText(text),
          printableLines(text),
          printableJson({ [text]: [text, { [text]: text }] }, 2),
          written((stream) => writeLine(stream, text)),
          written((stream) => writeStyledLine(stream, text)).replaceAll(
            // oxlint-disable-next-line no-control-regex
            /\u001B\[(?:1|2|22|31|32|33|39)m/g,
            '',
          ),
          written((stream) =>
            writeTable([[text, text]], {
              stdout: stream,
              stderr: stream,
              stdin: stream,
              directory: '',
            }),
          ),
        ]
        for (const each of shown) expect(each).not.toMatch(OBEYED)
      }),
    )
  })

  it.each([
    ['a space of no width', '\u200b'],
    ['a joiner', '\u200d'],
    ['a byte order mark', '\ufeff'],
    ['a soft hyphen', '\u00ad'],
    ['the filler of Hangul', '\u3164'],
    ['a tag', '\u{e0041}'],
  ])('holds no character that is not seen: %s', (_, character) => {
    expect(printableText(`a${character}b`)).toMatch(/^a(?:\\u[0-9a-f]{4})+b$/)
  })

  it('is one line where it is one text, one JSON or one row', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        expect(printableText(text)).not.toMatch(/[\n\r]/u)
        expect(printableJson([text])).not.toMatch(/[\n\r]/u)
      }),
    )
  })

  it('is the text itself where that is harmless, and keeps line breaks and tabs of several lines', () => {
    const text = 'Grüße "東港" 👩‍👩‍👧 → C:\\folder'
    expect(printableLines(`${text}\n\tat line`)).toBe(`${text}\n\tat line`)
    expect(printableText('Grüße "東港" 👩‍👩‍👧')).toBe('Grüße "東港" 👩‍👩‍👧')
  })

  it('is coloured by nothing but the tones', () => {
    const terminal = Object.assign(new PassThrough(), { isTTY: true })
    const style = createStyle(terminal)
    writeStyledLine(terminal, `${style('bad', 'no')} \u001B[8mhidden\u001B[5m`)
    const shown = String(terminal.read())
    expect(shown).toContain('\\u001b[8mhidden\\u001b[5m')
    expect(shown.startsWith(style('bad', 'no'))).toBe(true)
  })

  it('goes through these functions, wherever it is written', () => {
    const directory = fileURLToPath(new URL('..', import.meta.url))
    const writers = readdirSync(directory, { recursive: true, encoding: 'utf8' })
      .filter((file) => /(?<!\.test)\.ts$/u.test(file))
      .filter((file) =>
        /\.write\(|console\.|process\.std(?:out|err)\.write/u.test(
          readFileSync(join(directory, file), 'utf8'),
        ),
      )
    // `audit` writes pages of `printableJson`, `exit` the empty text; `output` and `ask-project` send on what others write.
    expect(writers.toSorted()).toEqual(
      [
        join('command', 'audit.ts'),
        'exit.ts',
        join('inspect', 'ask-project.ts'),
        join('terminal', 'io.ts'),
        join('terminal', 'output.ts'),
        'program.ts',
        join('terminal', 'style.ts'),
      ].toSorted(),
    )
  })
})
