import { type Io, writeLine } from './io.js'
import { printableText } from './printable.js'

/** Rows as lines, each column as wide as its widest cell. A row is one line, whatever is in it. */
export function tableLines(texts: readonly (readonly string[])[]): readonly string[] {
  const rows = texts.map((row) => row.map(printableText))
  const widths = rows.reduce<number[]>(
    (widest, row) => row.map((cell, index) => Math.max(cell.length, widest[index] ?? 0)),
    [],
  )
  return rows.map((row) => {
    const cells = row.map((cell, index) => cell.padEnd(widths[index] ?? 0))
    return cells.join('  ').trimEnd()
  })
}

/** Writes rows on standard output, as lines of a table. */
export function writeTable(rows: readonly (readonly string[])[], io: Io): void {
  for (const line of tableLines(rows)) writeLine(io.stdout, line)
}
