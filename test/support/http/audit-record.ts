import type { AuditRecord } from '@signet/core'

/** A record of the audit of a request that came at a time. */
export const recordAt = (at: number): AuditRecord => ({
  at,
  requestId: undefined,
  issuer: undefined,
  subject: undefined,
  actor: undefined,
  action: 'none',
  resource: undefined,
  isAllowed: true,
  code: undefined,
  status: 200,
  address: undefined,
  durationMs: 0,
  inputTokens: undefined,
  outputTokens: undefined,
  count: 1,
})
