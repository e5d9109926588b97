import { measureRates } from '../rate-rows.mjs'
import { EXPIRED_TOKEN, FORGED_TOKEN } from '../token.mjs'

const REFUSALS = {
  'no token': undefined,
  'a bad signature': FORGED_TOKEN,
  'an expired token': EXPIRED_TOKEN,
}
const SERVERS = ['signet', 'original', 'hono', 'fastify', 'node:http']

/** Who may not enter: 401 from everybody. */
export const refused = {
  name: 'refused',
  measure: ({ servers, effort }) => {
    const kinds = Object.entries(REFUSALS)
    const contestants = kinds.flatMap(([kind, token]) =>
      SERVERS.map((server) => ({
        id: `${server}: ${kind}`,
        server,
        load: { path: '/api/agents', token, status: 401 },
      })),
    )
    const plans = kinds.map(([kind]) => ({
      label: `refused: ${kind}`,
      signet: `signet: ${kind}`,
      against: Object.fromEntries(SERVERS.slice(1).map((name) => [name, `${name}: ${kind}`])),
      targets: { original: 5 },
    }))
    return measureRates(contestants, plans, servers, { ...effort, seconds: effort.shortSeconds })
  },
}
