import { median, ratioOf } from './statistics.mjs'
import { layOut, showRatio } from './table.mjs'

const COLUMNS = [
  'signet',
  'fast-jwt',
  'jose',
  'jose x64',
  'jsonwebtoken',
  'signet cached',
  'fast-jwt cached',
]

/** The ratios of one row by column; a peer that does not take part is left out. */
function ratiosOf({ rates }) {
  const present = COLUMNS.filter((column) => rates.has(column))
  return Object.fromEntries(
    present.map((column) => [column, ratioOf(rates.get(column), rates.get('bare'))]),
  )
}

/** The main table, as data. */
export function summarize(rows) {
  return rows.map((row) => ({
    algorithm: row.algorithm,
    claimsKb: row.sizeKb,
    barePerSecond: Math.round(median(row.rates.get('bare'))),
    ratios: ratiosOf(row),
  }))
}

/** The main table, as text. */
export function showSummary(summary) {
  const names = ['', 'claims', 'bare, 1/s', ...COLUMNS]
  const lines = summary.map(({ algorithm, claimsKb, barePerSecond, ratios }) => [
    algorithm,
    `${claimsKb} KB`,
    String(barePerSecond),
    ...COLUMNS.map((column) => (column in ratios ? showRatio(ratios[column]) : '-')),
  ])
  return layOut([names, ...lines])
}

export function showVerdicts(verdicts) {
  return layOut([
    ['', 'target', '', 'claims', 'measured'],
    ...verdicts.map(({ verdict, who, base, least, algorithm, sizeKb, ratio }) => [
      verdict,
      `${who} >= ${least} x ${base}`,
      algorithm,
      `${sizeKb} KB`,
      showRatio(ratio),
    ]),
  ])
}

export function showRefusals(refusals) {
  return layOut([
    ['', 'bad signature', 'expired'],
    ...refusals.map(({ algorithm, badSignature, expired }) => [
      algorithm,
      showRatio(badSignature),
      showRatio(expired),
    ]),
  ])
}

export function showMapping(summary) {
  return layOut([
    ['', 'claims', 'first seen', 'seen before'],
    ...summary.map(({ algorithm, claimsKb, firstSeen, seenBefore }) => [
      algorithm,
      `${claimsKb} KB`,
      showRatio(firstSeen),
      showRatio(seenBefore),
    ]),
  ])
}

function growthWord({ isLinear, isStep }) {
  if (!isLinear) return 'NOT LINEAR'
  return isStep ? 'a step' : 'linear'
}

const MAX_SHOWN = 8

/** The worst cases, and in any case all that are not linear. */
export function worstGrowth(results) {
  return results.filter(({ isLinear }, index) => !isLinear || index < MAX_SHOWN)
}

export function showLinearity(results) {
  const slowest = results.reduce((worst, each) => (each.wholeMs > worst.wholeMs ? each : worst))
  const lines = worstGrowth(results).map((result) => [
    growthWord(result),
    result.ratio.toFixed(2),
    `${result.wholeMs.toFixed(2)} ms`,
    result.name,
  ])
  const head = ['', 'whole / half', 'whole', 'the worst']
  return `${layOut([head, ...lines])}\nThe slowest of ${results.length}: ${slowest.wholeMs.toFixed(2)} ms, ${slowest.name}`
}
