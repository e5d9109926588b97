import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '@signet/test-support/process/root'

/** A line of a table of docs/runbook.md: what each cell says, and the words in it that are code. */
export interface RunbookLine {
  readonly cells: readonly string[]
  /** Of each cell. */
  readonly words: readonly (readonly string[])[]
}

function readLine(text: string): RunbookLine {
  const cells = text
    .replaceAll('\\|', '\u{1}')
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.replaceAll('\u{1}', '|').trim())
  const words = cells.map((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, word = '']) => word))
  return { cells, words }
}

/** The lines of the table below a heading, without its head. */
export function runbookTable(heading: string): readonly RunbookLine[] {
  const page = readFileSync(join(ROOT, 'docs', 'runbook.md'), 'utf8')
  const [, after] = page.split(`\n## ${heading}\n`)
  if (after === undefined) throw new Error(`docs/runbook.md has no heading ${heading}.`)
  const [section = ''] = after.split('\n## ')
  return section
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .slice(2)
    .map(readLine)
}

/** Of the heading `Faults of the database`: the line of a fault, by what the log says of it. */
export function runbookFault(fault: string, driverCode: string): RunbookLine | undefined {
  return runbookTable('Faults of the database').find(
    ({ words: [faults = [], codes = []] }) => faults.includes(fault) && codes.includes(driverCode),
  )
}

/** Of the heading `Messages of the log`: the line of a message, by how it begins in the log. */
export function runbookMessage(level: 'warn' | 'error', message: string): RunbookLine | undefined {
  return runbookTable('Messages of the log').find(
    ({ words: [levels = [], texts = []] }) =>
      levels.includes(level) && texts[0] !== undefined && message.startsWith(texts[0]),
  )
}
