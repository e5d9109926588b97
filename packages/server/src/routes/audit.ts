import { BOUNDS } from '@signet/core'
import { z } from 'zod'
import { auditView, viewAuditRecord } from '../observe/audit/audit-view.js'
import { RequestError } from '../error/error.js'
import { defineRoute, type Route } from '../route/route.js'
import type { ServerState } from '../start/state.js'
import { LAST_TIME, numberText, timeText } from './schema.js'

const DEFAULT_LIMIT = 100

/** A value to look for, as a record shows it. */
const filterText = z.string().min(1).max(BOUNDS.auditCharacters.limit).optional()

/** Longer numbers than `numberText` reads. */
function longNumberText(maximum: number): z.ZodType<number, string> {
  const isInRange = (text: string) => /^\d{1,16}$/.test(text) && Number(text) <= maximum
  return z
    .string()
    .refine(isInRange, `A whole number from 0 to ${maximum}.`)
    .transform(Number)
    .meta({ type: 'integer', minimum: 0, maximum })
}

const NO_TIME = 'A time in ISO 8601, or in milliseconds since 1970.'
const time = z.union([timeText, longNumberText(LAST_TIME)], { error: NO_TIME }).optional()

/** Strict: a filter that is misspelt, and so would not filter, is refused. */
const auditQuery = z.strictObject({
  subject: filterText,
  issuer: filterText,
  action: filterText,
  resource: filterText,
  code: filterText,
  allowed: z.enum(['true', 'false']).optional(),
  requestId: filterText,
  address: filterText,
  /** Both ends included. */
  from: time,
  to: time,
  /** `next` of the page before. */
  before: longNumberText(Number.MAX_SAFE_INTEGER).optional(),
  limit: numberText(1, BOUNDS.auditRecords.limit).optional(),
})

const list = (audit: () => ServerState['audit']): Route =>
  defineRoute({
    method: 'GET',
    path: '/audit',
    access: 'audit:read',
    summary: 'What was decided about requests, the newest first',
    query: auditQuery,
    response: z.object({ records: z.array(auditView), next: z.int().nullable() }),
    async handler({ query }) {
      const store = audit()
      if (store === undefined)
        throw new RequestError('not_found', 'This server does not keep an audit.')
      const { allowed, limit = DEFAULT_LIMIT, ...filters } = query
      const isAllowed = allowed === undefined ? undefined : allowed === 'true'
      // One more than is shown tells whether there are more.
      const found = await store.list({ ...filters, isAllowed, limit: limit + 1 })
      const records = found.slice(0, limit)
      const last = found.length > limit ? records.at(-1) : undefined
      return { records: records.map(viewAuditRecord), next: last?.sequence ?? null }
    },
  })

/** What was recorded of decisions. */
export const auditRoutes = (audit: () => ServerState['audit']): readonly Route[] => [list(audit)]
