// The generated parts of docs/performance.md.
import { COLUMNS, showCell } from './report.mjs'
import { markdownTable } from './write.mjs'

/** Where and when it was measured, in a sentence or two. */
export function describeConditions({ date, machine, effort }) {
  const { cpu, cores, kernel, memoryGb, node, wrk, pins } = machine
  const pinning = pins.isPinned
    ? 'servers on one core, load on the other'
    : `not pinned to cores: ${pins.reason}`
  return [
    `Measured on ${date}: ${cpu}, ${cores} cores, ${memoryGb} GB, ${machine.platform} ${kernel}, Node.js ${node}, ${wrk};`,
    `${pinning}. ${effort.rounds} rounds.`,
  ].join(' ')
}

/** The table of ratios. @param {readonly import('./rate-rows.mjs').Row[]} rows */
export function ratioTable(rows) {
  return markdownTable([
    ['', 'Signet', ...COLUMNS],
    ...rows.map(({ label, signet, ratios }) => [
      label,
      signet,
      ...COLUMNS.map((column) => showCell(ratios[column])),
    ]),
  ])
}

/** Each target, and whether it is met. */
export function verdictTable(verdicts) {
  return markdownTable([
    ['target', 'of', 'measured', ''],
    ...verdicts.map(({ verdict, target, label, measured }) => [
      target.replace('>=', '≥').replace('<=', '≤'),
      label,
      measured,
      verdict,
    ]),
  ])
}
