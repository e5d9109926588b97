import { layOut, showRatio } from '../verify/table.mjs'

/** What Signet is compared with, in the order of the table. */
export const COLUMNS = ['original', 'hono', 'fastify', 'node:http', 'itself']

/** A median that misses by no more than this is called close: rounds differ by more than that. */
const NOISE = 0.03

/** A ratio, or why there is none. */
export function showCell(ratio) {
  if (ratio === undefined) return '-'
  if (typeof ratio === 'string') return ratio
  // Of what was measured once there is no spread.
  return ratio.min === ratio.max ? showRatio(ratio).split(' ', 1)[0] : showRatio(ratio)
}

/** The table as text. @param {import('./rate-rows.mjs').Row[]} rows */
export function showRows(rows) {
  return layOut([
    ['', 'Signet', ...COLUMNS],
    ...rows.map(({ label, signet, ratios }) => [
      label,
      signet,
      ...COLUMNS.map((column) => showCell(ratios[column])),
    ]),
  ])
}

function verdictOf(ratio, least) {
  if (typeof ratio === 'string') return ratio
  if (ratio.median >= least) return 'pass'
  return ratio.median >= least * (1 - NOISE) ? 'close' : 'FAIL'
}

function judgeRatios({ label, ratios, targets = {} }) {
  return Object.entries(targets)
    .filter(([column]) => column in ratios)
    .map(([column, least]) => ({
      verdict: verdictOf(ratios[column], least),
      target: `>= ${least} x ${column}`,
      label,
      measured: showCell(ratios[column]),
    }))
}

function judgeLimit({ label, limit }) {
  if (limit === undefined) return []
  const { value, most, unit } = limit
  const verdict = value <= most ? 'pass' : 'FAIL'
  return [{ verdict, target: `<= ${most} ${unit}`, label, measured: `${value} ${unit}` }]
}

/** Each target with what was measured. */
export function judge(rows) {
  return rows.flatMap((row) => [...judgeRatios(row), ...judgeLimit(row)])
}

export function showVerdicts(verdicts) {
  return layOut([
    ['', 'target', '', 'measured'],
    ...verdicts.map(({ verdict, target, label, measured }) => [verdict, target, label, measured]),
  ])
}
