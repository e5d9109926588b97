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
    isForwarded: true,
  },
  stream: {
    measure: (server, seconds) => measureFirst(server, seconds, 'stream'),
    hasOwnCore: true,
    isForwarded: true,
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

/** Against a forwarder of `node:http`, too, which judges nothing: what any process in between costs. */
const forwardedRow = (kind, label, more) =>
  row(kind, label, {
    show: showMicroseconds,
    against: { original: `original: ${kind}`, 'node:http': `forwarder: ${kind}` },
    ...more,
  })

const PLANS = [
  row('agents', 'the list of agents'),
  forwardedRow('generate', 'generate (p50)'),
  // 10 % more time.
  forwardedRow('stream', 'stream, time to the first chunk (p50)', {
    targets: { 'node:http': 0.91 },
  }),
  row('no token', 'refused, no token', { targets: { original: 5 } }),
  row('a bad signature', 'refused, a bad signature', { targets: { original: 5 } }),
]

const milliseconds = (samples) => 1000 / median(samples.map(({ perSecond }) => perSecond))

/**
 * What the proxy costs before the original, beside the same process of the original alone, and beside a forwarder that
 * judges nothing. Its limits are above that forwarder: what a second process costs at all is the machine's, and more than
 * 1 ms on a small one whose caches are cold whenever a question comes.
 */
export const proxy = {
  name: 'proxy',
  async measure({ servers, effort }) {
    const contestants = Object.entries(KINDS).flatMap(
      ([kind, { hasOwnCore = false, isForwarded = false, ...how }]) => [
        { id: `proxy: ${kind}`, server: hasOwnCore ? 'proxy, own core' : 'proxy', ...how },
        { id: `original: ${kind}`, server: 'original', ...how },
        ...(isForwarded
          ? [{ id: `forwarder: ${kind}`, server: 'forwarder, own core', ...how }]
          : []),
      ],
    )
    const { rows, samples } = await measureRates(contestants, PLANS, servers, effort)
    const added =
      milliseconds(samples['proxy: generate']) - milliseconds(samples['forwarder: generate'])
    const limit = {
      value: Math.round(added * 100) / 100,
      most: 1,
      unit: 'ms more than a forwarder',
    }
    const isGenerate = ({ label }) => label === 'proxy: generate (p50)'
    return { rows: rows.map((each) => (isGenerate(each) ? { ...each, limit } : each)), samples }
  },
}
