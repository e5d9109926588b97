import { AUDIENCE, ISSUER } from './policy.mjs'

const HOUR = 3600

function registered(index, expiresIn) {
  const now = Math.floor(Date.now() / 1000)
  const number = String(index).padStart(6, '0')
  return {
    iss: ISSUER,
    sub: `user-${number}`,
    aud: AUDIENCE,
    iat: now - HOUR,
    exp: now + expiresIn,
    jti: `token-${number}`,
    scope: 'agents:read',
  }
}

/** What makes real tokens large: a list of permissions and a list of groups, in equal parts. */
function withEntry(claims, count) {
  const { permissions = [], groups = [] } = claims
  if (count % 2 === 0) {
    return { ...claims, permissions: [...permissions, `tools:execute:tool-${count}`], groups }
  }
  const group = { id: `group-${count}`, name: `Team "${count}"`, admin: false, seats: count }
  return { ...claims, permissions, groups: [...groups, group] }
}

function byteLength(claims) {
  return Buffer.byteLength(JSON.stringify(claims))
}

/**
 * Claims whose JSON has exactly `sizeKb` KB; no two with different `index` are equal.
 * @param {number} index
 * @param {number} sizeKb
 * @param {number} [expiresIn] seconds from now
 */
export function makeClaims(index, sizeKb, expiresIn = HOUR) {
  const size = Math.round(sizeKb * 1024)
  const room = byteLength({ note: '' })
  let claims = registered(index, expiresIn)
  for (let count = 0; ; count++) {
    const larger = withEntry(claims, count)
    if (byteLength(larger) + room > size) break
    claims = larger
  }
  const missing = size - byteLength({ ...claims, note: '' })
  return { ...claims, note: 'n'.repeat(Math.max(0, missing)) }
}
