import { type Io, writeLine } from './io.js'
import { printableText } from './printable.js'

/** Formats rows as lines. Each column is as wide as its widest cell, and each row is one line. */
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
