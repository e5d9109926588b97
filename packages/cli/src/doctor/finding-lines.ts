import { printableText } from '../terminal/printable.js'
import type { Style } from '../terminal/style.js'
import type { Finding, Level } from './finding.js'

const TONES = { error: 'bad', warning: 'warning', note: 'strong', ok: 'good' } as const
const WIDTH = 'warning'.length

/** A text of several lines, such as what a build says, each line safe to show. */
function indented(text: string): readonly string[] {
  return text.split('\n').map((line) => `${' '.repeat(WIDTH)}  ${printableText(line)}`)
}

/** A finding, for a person at a terminal. */
export function findingLines(finding: Finding, style: Style): readonly string[] {
  const { level, what, why, remedy } = finding
  return [
    `${style(TONES[level], level.padEnd(WIDTH))}  ${printableText(what)}`,
    ...(why === undefined ? [] : indented(why)),
    ...(remedy === undefined ? [] : indented(`Remedy: ${remedy}`)),
  ]
}

/** How many findings have a level, in words. */
export function countWords(findings: readonly Finding[], level: Level): string {
  const count = findings.filter((finding) => finding.level === level).length
  return `${count} ${level}${count === 1 ? '' : 's'}`
}
