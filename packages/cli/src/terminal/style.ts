import type { Writable } from 'node:stream'
import { styleText } from 'node:util'
import { printableLines } from './printable.js'

/** The meaning of a text, shown by its colour. */
export type Tone = 'good' | 'bad' | 'warning' | 'dim' | 'strong'

/** Colours a text, or leaves it as it is. */
export type Style = (tone: Tone, text: string) => string

const FORMATS = {
  good: 'green',
  bad: 'red',
  warning: 'yellow',
  dim: 'dim',
  strong: 'bold',
} as const

function isColoured(stream: Writable): boolean {
  const isTerminal = 'isTTY' in stream && stream.isTTY === true
  return isTerminal && (process.env['NO_COLOR'] ?? '') === ''
}

/** Colours what is written to a terminal, unless `NO_COLOR` is set (no-color.org). */
export function createStyle(stream: Writable): Style {
  if (!isColoured(stream)) return (_tone, text) => text
  return (tone, text) => styleText(FORMATS[tone], text, { validateStream: false })
}

/** The escape sequences that `createStyle` writes. */
// oxlint-disable-next-line no-control-regex -- these are the control characters that are let through
const COLOUR = /(\u001b\[(?:1|2|22|31|32|33|39)m)/

/** Writes a line with its colours. All other control characters are escaped. */
export function writeStyledLine(stream: Writable, line: string): void {
  const printable = line
    .split(COLOUR)
    .map((part, index) => (index % 2 === 1 ? part : printableLines(part)))
  stream.write(`${printable.join('')}\n`)
}
