/**
 * @typedef {object} Row one algorithm at one size
 * @property {string} algorithm
 * @property {number} sizeKb
 * @property {Map<string, number[]>} rates by column: calls per second in each round
 */
import { ratioOf } from './statistics.mjs'

/** A median that misses by no more than this is called close: rounds differ by more than that. */
const NOISE = 0.03

const isPublicKey = ({ algorithm }) => algorithm !== 'HS256'
const isHmacOf = (size) => (row) => row.algorithm === 'HS256' && row.sizeKb === size

/** The first two rows of the budgets in the design, and what mapped claims may cost. */
const TARGETS = [
  { who: 'signet', base: 'fast-jwt', least: 1, where: () => true },
  { who: 'signet', base: 'bare', least: 0.9, where: isPublicKey },
  { who: 'signet', base: 'bare', least: 0.9, where: isHmacOf(0.2) },
  { who: 'signet', base: 'bare', least: 0.5, where: isHmacOf(4) },
  { who: 'signet cached', base: 'fast-jwt cached', least: 2, where: () => true },
  // Mapping runs once for each token.
  { who: 'mapped cached', base: 'standard cached', least: 1, where: () => true },
]

function verdictOf(ratio, least) {
  if (ratio.median >= least) return 'pass'
  return ratio.median >= least * (1 - NOISE) ? 'close' : 'FAIL'
}

/**
 * Every target for every row that it is about.
 * @param {readonly Row[]} rows
 */
export function judge(rows) {
  return TARGETS.flatMap(({ who, base, least, where }) =>
    rows
      .filter((row) => row.rates.has(who) && where(row))
      .map(({ algorithm, sizeKb, rates }) => {
        const ratio = ratioOf(rates.get(who), rates.get(base))
        return { who, base, least, algorithm, sizeKb, ratio, verdict: verdictOf(ratio, least) }
      }),
  )
}
