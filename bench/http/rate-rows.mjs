import { ratioOf, median } from '../verify/statistics.mjs'
import { measureRounds } from './rounds.mjs'

/** A share of a core above which its process is at its limit. */
const BUSY = 0.9

/**
 * @typedef {'original' | 'hono' | 'fastify' | 'node:http' | 'itself'} Column
 *
 * @typedef {object} RowPlan
 * @property {string} label
 * @property {string} signet - the contestant that the row is about
 * @property {Partial<Record<Column, string>>} against - the contestants that it is compared with
 * @property {Partial<Record<Column, number>>} [targets] - the least that each ratio is to be
 * @property {(perSecond: number) => string} [show] - the absolute value; requests per second unless given
 *
 * @typedef {{ median: number, min: number, max: number }} Ratio how many times better Signet is
 *
 * @typedef {object} Row
 * @property {string} label
 * @property {string} signet the absolute value of Signet
 * @property {Partial<Record<Column, Ratio | 'load generator'>>} ratios
 * @property {Partial<Record<Column, number>>} [targets]
 * @property {{ value: number, most: number, unit: string }} [limit] - the most that the absolute value is to be
 */

function isBoundByGenerator(samples) {
  const bound = samples.filter(
    ({ generatorShare = 0, serverShare = 1 }) => generatorShare >= BUSY && serverShare < BUSY,
  )
  return bound.length * 2 >= samples.length
}

const rates = (samples) => samples.map(({ perSecond }) => perSecond)
const cpuRates = (samples) =>
  samples.map(({ perSecond, serverUs }) => (serverUs === undefined ? perSecond : 1e6 / serverUs))

function compare(own, other, byCpu) {
  if (byCpu) return ratioOf(cpuRates(own), cpuRates(other))
  if (isBoundByGenerator(own) || isBoundByGenerator(other)) return 'load generator'
  return ratioOf(rates(own), rates(other))
}

/** @returns {Row} */
function toRow({ label, signet, against, targets = {}, show }, samples, byCpu) {
  const rate = median(rates(samples[signet]))
  const known = Object.entries(against).filter(([, id]) => id in samples)
  return {
    label,
    signet: show ? show(rate) : `${Math.round(rate).toLocaleString('en')}/s`,
    ratios: Object.fromEntries(
      known.map(([column, id]) => [column, compare(samples[signet], samples[id], byCpu)]),
    ),
    targets,
  }
}

/**
 * Measures a group of contestants in the same rounds, and makes its rows.
 *
 * @param {import('./rounds.mjs').Contestant[]} contestants
 * @param {RowPlan[]} plans
 * @returns {Promise<{ rows: Row[], samples: object }>}
 */
export async function measureRates(contestants, plans, servers, effort) {
  const taking =
    effort.mode === 'quick'
      ? contestants.filter(({ server }) => !['hono', 'fastify'].includes(server))
      : contestants
  const samples = await measureRounds(taking, servers, effort)
  return { rows: plans.map((plan) => toRow(plan, samples, effort.byCpu)), samples }
}
