import { median, ratioOf } from '../verify/statistics.mjs'
import { measureRounds } from '../http/rounds.mjs'
import { judgeGrowth } from './fit.mjs'

/**
 * @typedef {object} SeriesPlan one request as something grows
 * @property {string} label
 * @property {readonly { size: number, server: string, load: import('../http/wrk.mjs').Load }[]} points - by size
 *
 * @typedef {object} Series
 * @property {string} label
 * @property {{ size: number, us: number, rounds: number[] }[]} points microseconds per request
 * @property {import('../http/rate-rows.mjs').Ratio} ratio of the largest to the smallest
 * @property {'flat' | 'logarithmic' | 'linear'} growth
 */

const idOf = (label, size) => `${label}: ${size}`

/** @returns {Series} */
function toSeries({ label, points }, samples) {
  const measured = points.map(({ size }) => {
    const rounds = samples[idOf(label, size)].map(({ perSecond }) => 1e6 / perSecond)
    return { size, us: median(rounds), rounds }
  })
  const ratio = ratioOf(measured.at(-1).rounds, measured[0].rounds)
  return { label, points: measured, ratio, growth: judgeGrowth(measured) }
}

/**
 * Measures all points of all series in the same rounds.
 *
 * @param {readonly SeriesPlan[]} plans
 * @param {ReadonlyMap<string, import('../http/server-process.mjs').RunningServer>} servers - by name
 * @returns {Promise<Series[]>}
 */
export async function measureSeries(plans, servers, effort) {
  const contestants = plans.flatMap(({ label, points }) =>
    points.map(({ size, server, load }) => ({ id: idOf(label, size), server, load })),
  )
  const samples = await measureRounds(contestants, servers, effort)
  return plans.map((plan) => toSeries(plan, samples))
}

/** Runs the work with servers, and stops them whatever becomes of it. */
export async function withServers(servers, work) {
  try {
    return await work(servers)
  } finally {
    for (const server of servers.values()) await server.stop()
  }
}
