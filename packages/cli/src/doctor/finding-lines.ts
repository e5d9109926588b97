import { printableText } from '../terminal/printable.js'
import type { Style } from '../terminal/style.js'
import type { Finding, Level } from './finding.js'

const TONES = { error: 'bad', warning: 'warning', note: 'strong', ok: 'good' } as const
const WIDTH = 'warning'.length

/** Indents a text of several lines, such as a build error. Each line is safe to show. */
function indented(text: string): readonly string[] {
  return text.split('\n').map((line) => `${' '.repeat(WIDTH)}  ${printableText(line)}`)
}

/** Formats a finding for a terminal. */
export function findingLines(finding: Finding, style: Style): readonly string[] {
  const { level, what, why, remedy } = finding
  return [
    `${style(TONES[level], level.padEnd(WIDTH))}  ${printableText(what)}`,
    ...(why === undefined ? [] : indented(why)),
    ...(remedy === undefined ? [] : indented(`Remedy: ${remedy}`)),
  ]
}

/** The number of findings of a level, such as `2 warnings`. */
export function countWords(findings: readonly Finding[], level: Level): string {
  const count = findings.filter((finding) => finding.level === level).length
  return `${count} ${level}${count === 1 ? '' : 's'}`
}
