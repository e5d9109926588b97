import type { AuditRecord, ClaimedFire, TriggerEnd, Usage } from '@signet/core'
import { recordText } from './audit-record.js'

/** A fire of a schedule that has ended. */
export interface EndedFire {
  readonly fire: ClaimedFire
  readonly end: TriggerEnd
  readonly usage: Usage | undefined
  /** In milliseconds since 1970. */
  readonly startedAt: number
  readonly durationMs: number
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? recordText(value) : undefined
}

/** The record of a fire: by whom, of which schedule, and what became of it. It has no request, address or status. */
export function toFireRecord({ fire, end, usage, startedAt, durationMs }: EndedFire): AuditRecord {
  const { schedule, trigger } = fire
  return {
    at: startedAt,
    requestId: trigger.id,
    issuer: textOf(schedule.caller['issuer']),
    subject: textOf(schedule.caller['subject']),
    actor: undefined,
    action: 'schedules:execute',
    resource: recordText(`${schedule.target.id}/${schedule.id}`),
    isAllowed: end.pause === undefined,
    code: end.failure?.code,
    status: 0,
    address: undefined,
    durationMs,
    inputTokens: usage?.inputTokens,
    outputTokens: usage?.outputTokens,
    count: 1,
  }
}
