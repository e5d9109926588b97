import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { cpuTicks, TICKS_PER_SECOND } from './process-facts.mjs'
import { ask } from './server-process.mjs'
import { runWrk } from './wrk.mjs'

/**
 * @typedef {object} Contestant
 * @property {string} id
 * @property {string} [server] - its name, see servers.mjs; none for what serves nothing
 * @property {import('./wrk.mjs').Load | ((round: number) => import('./wrk.mjs').Load)} [load]
 * @property {(server: import('./server-process.mjs').RunningServer, seconds: number) => Promise<number>} [measure]
 *   another measure than requests per second; the more, the better
 */

/**
 * @typedef {object} Sample one contestant in one round
 * @property {number} perSecond
 * @property {number} [serverUs] processor time of the server per request
 * @property {number} [serverShare] of its core
 * @property {number} [generatorShare] of its core
 */

const firstLine = (file) => readFileSync(file, 'utf8').split('\n', 1)[0]

/** One request as the load has them, so that a wrong answer is told in words and not by a count. */
async function requireStatus(server, { path, method, token, body, tokens, bodies, status = 200 }) {
  const answer = await ask(server.url + path, {
    method,
    token: tokens === undefined ? token : firstLine(tokens),
    body: bodies === undefined ? body : firstLine(bodies),
  })
  if (answer?.status === status) return
  throw new Error(`${path}: ${answer?.status} instead of ${status}: ${answer?.text.slice(0, 300)}`)
}

/** @returns {Promise<Sample>} */
async function measure({ load, measure: own }, server, round, seconds) {
  if (own !== undefined) return { perSecond: await own(server, seconds) }
  const before = cpuTicks(server.pid)
  const started = performance.now()
  const result = await runWrk(server.url, typeof load === 'function' ? load(round) : load, seconds)
  const lasted = (performance.now() - started) / 1000
  const used = (cpuTicks(server.pid) - before) / TICKS_PER_SECOND
  const { requests, ...rates } = result
  return { ...rates, serverUs: (used * 1e6) / requests, serverShare: used / lasted }
}

function rotated(list, by) {
  const middle = by % list.length
  return [...list.slice(middle), ...list.slice(0, middle)]
}

/** Between two contestants, for what the one before leaves to be done. */
const PAUSE_MS = 50

/**
 * Measures all contestants in each round, so that whatever slows the machine slows all of them; each round
 * starts with another one. One round before the first is thrown away.
 *
 * @param {readonly Contestant[]} contestants
 * @param {Awaited<ReturnType<typeof import('./servers.mjs').createServers>>} servers
 * @param {{ rounds: number, seconds: number }} effort
 * @returns {Promise<Record<string, Sample[]>>} by id of the contestant, one sample a round
 */
export async function measureRounds(contestants, servers, { rounds, seconds }) {
  const samples = Object.fromEntries(contestants.map(({ id }) => [id, []]))
  for (const { server, load } of contestants) {
    if (typeof load === 'object') await requireStatus(await servers.get(server), load)
    else if (server !== undefined) await servers.get(server)
  }
  for (let round = -1; round < rounds; round++) {
    for (const contestant of rotated(contestants, round + contestants.length)) {
      const { server: name } = contestant
      const server = name === undefined ? undefined : await servers.get(name)
      const sample = await measure(contestant, server, round, seconds)
      if (round < 0) continue
      if (!(sample.perSecond > 0)) throw new Error(`${contestant.id}: no request was answered.`)
      samples[contestant.id].push(sample)
      await sleep(PAUSE_MS)
    }
  }
  return samples
}
