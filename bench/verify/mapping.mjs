// What it costs to read claims where an issuer says them, in place of the standard names: of a token that was seen
// before, and of one that was not.
import { MastraJwtAuth, requireBearer } from '@signet/auth'
import { makeClaims } from './claims.mjs'
import { AUDIENCE, ISSUER } from './policy.mjs'
import { ratioOf } from './statistics.mjs'
import { measureRounds } from './round.mjs'
import { signText } from './tokens.mjs'

/** Once seen, a token costs the same whatever signed it. */
const ALGORITHM = 'HS256'
const SIZES_KB = [0.4, 4]
/** Different tokens in a cached run. */
const FEW = 8

/** What an issuer of its own words has, beside what the standard names say. */
const MAPPING = {
  claims: {
    roles: ['realm_access', 'roles'],
    scopes: 'scp',
    subject: 'oid',
    client: 'azp',
    actor: 'agent',
  },
  scopeMap: { 'weather.read': ['agents:read'] },
  unknownRoles: 'ignore',
  clients: ['web'],
  requiredValues: { token_use: 'access' },
}

/** Claims that say the same by both kinds of name, so that both providers get the same tokens. */
function claimsOf(index, sizeKb) {
  return {
    ...makeClaims(index, sizeKb - 0.2),
    role: 'member',
    realm_access: { roles: ['member', 'offline_access'] },
    scp: 'openid weather.read',
    oid: `user-${index}`,
    azp: 'web',
    agent: 'helper',
    token_use: 'access',
  }
}

function requestOf(token) {
  const headers = { authorization: `Bearer ${token.toString('latin1')}` }
  return new Request('https://api.example/', { headers })
}

/** The whole way of a request through the guard, from its credential to its principal. */
function guarded(options, tokens, cache) {
  const auth = new MastraJwtAuth({ ...options, issuer: ISSUER, audience: AUDIENCE, cache })
  const guard = requireBearer(auth, { access: 'agents:read' })
  const requests = new Map(tokens.map((token) => [token.toString('latin1'), requestOf(token)]))
  return {
    name: 'signet',
    isAsync: true,
    async verify(token) {
      const caller = await guard(requests.get(token))
      if (caller instanceof Response) throw new Error(await caller.text())
      return { sub: caller.principal.subject }
    },
  }
}

function contestantsOf(secret, cold) {
  const cached = cold.slice(0, FEW)
  const keep = { maxBytes: 32 * 1024 * 1024 }
  const [standard, mapped] = [{ secret }, { secret, ...MAPPING }]
  return [
    { column: 'standard', peer: guarded(standard, cold, false), tokens: cold },
    { column: 'mapped', peer: guarded(mapped, cold, false), tokens: cold },
    { column: 'standard cached', peer: guarded(standard, cached, keep), tokens: cached },
    { column: 'mapped cached', peer: guarded(mapped, cached, keep), tokens: cached },
  ]
}

/** @returns {Promise<import('./targets.mjs').Row[]>} one of each size */
export async function measureMapping(keys, effort) {
  const rows = []
  for (const sizeKb of SIZES_KB) {
    const tokens = Array.from({ length: effort.count }, (_, index) =>
      Buffer.from(signText(ALGORITHM, keys, JSON.stringify(claimsOf(index, sizeKb))), 'latin1'),
    )
    const rates = await measureRounds(contestantsOf(keys.secret, tokens), effort)
    rows.push({ algorithm: ALGORITHM, sizeKb, rates })
  }
  return rows
}

/** What the rows say, as data: how many times as many requests a second mapped claims allow. */
export function summarizeMapping(rows) {
  return rows.map(({ algorithm, sizeKb, rates }) => ({
    algorithm,
    claimsKb: sizeKb,
    firstSeen: ratioOf(rates.get('mapped'), rates.get('standard')),
    seenBefore: ratioOf(rates.get('mapped cached'), rates.get('standard cached')),
  }))
}
