import { bare } from './bare.mjs'
import { fastJwt } from './fast-jwt.mjs'
import { jose } from './jose.mjs'
import { jsonwebtoken } from './jsonwebtoken.mjs'
import { signet } from './signet.mjs'

/**
 * @typedef {object} Peer
 * @property {string} name
 * @property {boolean} [isAsync] whether `verify` returns a promise
 * @property {(token: string) => object | Promise<object>} verify returns the claims, or throws
 */

const IN_FLIGHT = 64
const CACHE_BYTES = 32 * 1024 * 1024

/** Signet without a cache. */
export function coldSignet(algorithm, keys) {
  return signet(algorithm, keys, { cache: false })
}

/**
 * The contestants for one algorithm: each peer with the tokens that it gets.
 * @param {{ cold: Buffer[], cached: Buffer[] }} tokens
 * @returns {Promise<import('../round.mjs').Contestant[]>}
 */
export async function contestants(algorithm, keys, tokens) {
  const joseVerifier = await jose(algorithm, keys)
  const cold = [
    { column: 'bare', peer: bare(algorithm, keys) },
    { column: 'signet', peer: coldSignet(algorithm, keys) },
    { column: 'fast-jwt', peer: fastJwt(algorithm, keys, { cache: false }) },
    { column: 'jose', peer: joseVerifier },
    { column: `jose x${IN_FLIGHT}`, peer: joseVerifier, inFlight: IN_FLIGHT },
  ]
  if (algorithm !== 'EdDSA') {
    cold.push({ column: 'jsonwebtoken', peer: jsonwebtoken(algorithm, keys) })
  }
  const cached = [
    {
      column: 'signet cached',
      peer: signet(algorithm, keys, { cache: { maxBytes: CACHE_BYTES } }),
    },
    { column: 'fast-jwt cached', peer: fastJwt(algorithm, keys, { cache: true }) },
  ]
  return [
    ...cold.map((contestant) => ({ ...contestant, tokens: tokens.cold })),
    ...cached.map((contestant) => ({ ...contestant, tokens: tokens.cached })),
  ]
}
