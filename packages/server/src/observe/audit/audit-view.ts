import type { StoredAuditRecord } from '@signet/core'
import { z } from 'zod'

/** A record as the wire and the command line show it. What is not known is null. */
export interface AuditView {
  readonly sequence: number
  /** ISO 8601, in UTC. */
  readonly at: string
  readonly requestId: string | null
  readonly issuer: string | null
  readonly subject: string | null
  readonly actor: string | null
  readonly action: string
  readonly resource: string | null
  readonly allowed: boolean
  readonly code: string | null
  readonly status: number
  readonly address: string | null
  readonly durationMs: number
  readonly inputTokens: number | null
  readonly outputTokens: number | null
  readonly count: number
}

/** The schema of a record as the wire shows it. */
export const auditView: z.ZodType<AuditView> = z.object({
  sequence: z.int(),
  at: z.iso.datetime(),
  requestId: z.string().nullable(),
  issuer: z.string().nullable(),
  subject: z.string().nullable(),
  actor: z.string().nullable(),
  action: z.string(),
  resource: z.string().nullable(),
  allowed: z.boolean(),
  code: z.string().nullable(),
  status: z.int(),
  address: z.string().nullable(),
  durationMs: z.number(),
  inputTokens: z.int().nullable(),
  outputTokens: z.int().nullable(),
  count: z.int(),
})

/** Makes a record what is shown of it. */
export function viewAuditRecord(record: StoredAuditRecord): AuditView {
  return {
    sequence: record.sequence,
    at: new Date(record.at).toISOString(),
    requestId: record.requestId ?? null,
    issuer: record.issuer ?? null,
    subject: record.subject ?? null,
    actor: record.actor ?? null,
    action: record.action,
    resource: record.resource ?? null,
    allowed: record.isAllowed,
    code: record.code ?? null,
    status: record.status,
    address: record.address ?? null,
    durationMs: record.durationMs,
    inputTokens: record.inputTokens ?? null,
    outputTokens: record.outputTokens ?? null,
    count: record.count,
  }
}
