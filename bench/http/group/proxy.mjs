import { median } from '../../verify/statistics.mjs'
import { measureRates } from '../rate-rows.mjs'
import { FORGED_TOKEN, TOKEN } from '../token.mjs'
import { measureFirst, showMicroseconds } from './first-chunk.mjs'

const KINDS = {
  // First, because some thousand requests also warm what comes behind them.
  agents: { load: { path: '/api/agents', token: TOKEN }, hasOwnCore: true },
  generate: {
    measure: (server, seconds) => measureFirst(server, seconds, 'generate'),
    hasOwnCore: true,
  },
  stream: {
    measure: (server, seconds) => measureFirst(server, seconds, 'stream'),
    hasOwnCore: true,
  },
  'no token': { load: { path: '/api/agents', status: 401 } },
  'a bad signature': { load: { path: '/api/agents', token: FORGED_TOKEN, status: 401 } },
}

const row = (kind, label, more) => ({
  label: `proxy: ${label}`,
  signet: `proxy: ${kind}`,
  against: { original: `original: ${kind}` },
  ...more,
})

const PLANS = [
  row('agents', 'the list of agents'),
  row('generate', 'generate (p50)', { show: showMicroseconds }),
  row('stream', 'stream, time to the first chunk (p50)', {
    show: showMicroseconds,
    // 10 % more time.
    targets: { original: 0.91 },
  }),
  row('no token', 'refused, no token', { targets: { original: 5 } }),
  row('a bad signature', 'refused, a bad signature', { targets: { original: 5 } }),
]

const milliseconds = (samples) => 1000 / median(samples.map(({ perSecond }) => perSecond))

/** What the proxy costs before the original, beside the same process of the original alone. */
export const proxy = {
  name: 'proxy',
  async measure({ servers, effort }) {
    const contestants = Object.entries(KINDS).flatMap(([kind, { hasOwnCore = false, ...how }]) => [
      { id: `proxy: ${kind}`, server: hasOwnCore ? 'proxy, own core' : 'proxy', ...how },
      { id: `original: ${kind}`, server: 'original', ...how },
    ])
    const { rows, samples } = await measureRates(contestants, PLANS, servers, effort)
    const added =
      milliseconds(samples['proxy: generate']) - milliseconds(samples['original: generate'])
    const limit = { value: Math.round(added * 100) / 100, most: 1, unit: 'ms more' }
    const isGenerate = ({ label }) => label === 'proxy: generate (p50)'
    return { rows: rows.map((each) => (isGenerate(each) ? { ...each, limit } : each)), samples }
  },
}
