import type { ReplyHeaders } from '../http/reply.js'
import type { LimitPolicy, LimitStanding } from './limit.js'

function policyItem({ name, quota, unit, windowSeconds }: LimitPolicy): string {
  const counted = unit === undefined ? '' : `;qu="${unit}"`
  const window = windowSeconds === undefined ? '' : `;w=${windowSeconds}`
  return `"${name}";q=${quota}${counted}${window}`
}

/**
 * Tells a client how it stands, by the fields `RateLimit-Policy` and `RateLimit` of
 * draft-ietf-httpapi-ratelimit-headers-11 (sections 3 and 4).
 */
export function setLimitFields(standing: LimitStanding, headers: ReplyHeaders): void {
  const { policy, remaining, resetSeconds } = standing
  const window = resetSeconds === undefined ? '' : `;t=${resetSeconds}`
  headers['ratelimit-policy'] = policyItem(policy)
  headers['ratelimit'] = `"${policy.name}";r=${remaining}${window}`
}
