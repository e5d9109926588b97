import { type Io, writeLine } from './io.js'
import { printableText } from './printable.js'

/** Writes rows on standard output, each column as wide as its widest cell. A row is one line, whatever is in it. */
export function writeTable(texts: readonly (readonly string[])[], io: Io): void {
  const rows = texts.map((row) => row.map(printableText))
  const widths = rows.reduce<number[]>(
    (widest, row) => row.map((cell, index) => Math.max(cell.length, widest[index] ?? 0)),
    [],
  )
  for (const row of rows) {
    const cells = row.map((cell, index) => cell.padEnd(widths[index] ?? 0))
    writeLine(io.stdout, cells.join('  ').trimEnd())
  }
}
