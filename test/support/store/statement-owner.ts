import { expect } from 'vitest'
import type { Statement } from '../../../packages/store/src/database/database.js'

const OWNED = /signet_(?:thread|message|owner|run|schedule)/
/**
 * Statements that are of no owner: what is due, expired or old of all runs, what waits for another's approval, and what is due of
 * all schedules.
 */
const OF_ALL = [
  /^select .* from "signet_run(?:_stream)?" where "(?:lease_until|due_at|expires_at|ended_at)" (?:<=|<) /s,
  /^select .* from "signet_schedule" where "due_at" <= /s,
  /^select .* from "signet_run_approval" where "(?:state" = 'waiting' and "by_other" = 1|id" = )/s,
]
const OWNER_KEY = /^[0-9a-f]{64}$/

/**
 * Tells what is wrong with a statement on threads, messages, working memory, runs or schedules: it must name one owner,
 * in what it inserts or as the condition that its rows are this owner's.
 */
export function ownerFault({ sql, parameters }: Statement): string | undefined {
  if (!OWNED.test(sql) || OF_ALL.some((each) => each.test(sql))) return undefined
  const keys = new Set(parameters.filter((value) => OWNER_KEY.test(String(value))))
  const isInsert = /^insert into "\w+" \("owner", /.test(sql)
  // A condition joined by "and" alone holds for every row that the statement finds.
  const condition = / where (?<all>.*)$/s.exec(sql)?.groups?.['all'] ?? ''
  const isBound = /^\(?"(?:signet_\w+"\.")?owner" = (?:\?|\$\d+)/.test(condition)
  if (!isInsert && !isBound) return `does not bind the owner: ${sql}`
  if (/ or /.test(condition)) return `has an alternative: ${sql}`
  return keys.size === 0 ? `names no owner: ${sql}` : undefined
}

/** Fails for statements on threads, messages, working memory, runs or schedules that do not bind one owner. */
export function checkOwnership(statements: readonly Statement[]): void {
  expect(statements.flatMap((statement) => ownerFault(statement) ?? [])).toStrictEqual([])
}
