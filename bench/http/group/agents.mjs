import { measureRates } from '../rate-rows.mjs'
import { TOKEN } from '../token.mjs'

const closed = { path: '/api/agents', token: TOKEN }
const openAgents = { path: '/api/agents' }
const open = { path: '/open' }

const CONTESTANTS = [
  { id: 'signet', server: 'signet', load: closed },
  { id: 'signet, no audit', server: 'signet, no audit', load: closed },
  { id: 'signet, open', server: 'signet, open', load: openAgents },
  { id: 'original', server: 'original', load: closed },
  { id: 'original, open', server: 'original, open', load: openAgents },
  { id: 'hono + jwt', server: 'hono', load: closed },
  { id: 'hono', server: 'hono', load: open },
  { id: 'fastify + jwt', server: 'fastify', load: closed },
  { id: 'fastify', server: 'fastify', load: open },
  { id: 'node:http + HMAC', server: 'node:http', load: closed },
  { id: 'node:http', server: 'node:http', load: open },
]

const WITH_TOKEN = {
  original: 'original',
  hono: 'hono + jwt',
  fastify: 'fastify + jwt',
  'node:http': 'node:http + HMAC',
}

const PLANS = [
  {
    label: 'agents list, one token',
    signet: 'signet',
    against: WITH_TOKEN,
    targets: { original: 12 },
  },
  { label: 'agents list, one token, no audit', signet: 'signet, no audit', against: WITH_TOKEN },
  {
    label: 'agents list with auth, others without',
    signet: 'signet',
    against: {
      original: 'original, open',
      hono: 'hono',
      fastify: 'fastify',
      'node:http': 'node:http',
      itself: 'signet, open',
    },
    targets: { 'node:http': 0.4, itself: 0.95 },
  },
  {
    label: 'agents list, all without auth',
    signet: 'signet, open',
    against: {
      original: 'original, open',
      hono: 'hono',
      fastify: 'fastify',
      'node:http': 'node:http',
    },
  },
]

/** The list of agents: with a token, and where nobody needs one. */
export const agents = {
  name: 'agents',
  measure: ({ servers, effort }) => measureRates(CONTESTANTS, PLANS, servers, effort),
}
