import { type Io, writeLine } from './io.js'

/** Writes rows on standard output, each column as wide as its widest cell. */
export function writeTable(rows: readonly (readonly string[])[], io: Io): void {
  const widths = rows.reduce<number[]>(
    (widest, row) => row.map((cell, index) => Math.max(cell.length, widest[index] ?? 0)),
    [],
  )
  for (const row of rows) {
    const cells = row.map((cell, index) => cell.padEnd(widths[index] ?? 0))
    writeLine(io.stdout, cells.join('  ').trimEnd())
  }
}
