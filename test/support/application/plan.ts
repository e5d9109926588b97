import { CompiledQuery } from 'kysely'
import type { Database, Statement } from '../../../packages/store/src/database/database.js'

/** The steps of a plan of libsql, such as `SEARCH signet_message USING INDEX …`. */
export async function libsqlPlan(
  database: Database,
  { sql, parameters }: Statement,
): Promise<string[]> {
  const query = CompiledQuery.raw(`explain query plan ${sql}`, [...parameters])
  const { rows } = await database.read((tx) => tx.executeQuery<{ detail: string }>(query))
  return rows.map(({ detail }) => detail)
}

/** A step of a plan of PostgreSQL. */
export interface PlanNode {
  readonly 'Node Type': string
  readonly 'Index Name'?: string
  readonly 'Index Cond'?: string
  /** How many rows the step really gave, and really looked at in vain. */
  readonly 'Actual Rows': number
  readonly 'Rows Removed by Filter'?: number
  readonly Plans?: readonly PlanNode[]
}

/** The steps of a plan of PostgreSQL, with what really happened. */
export async function postgresPlan(database: Database, statement: Statement): Promise<PlanNode[]> {
  const text = `explain (analyze, format json) ${statement.sql}`
  const query = CompiledQuery.raw(text, [...statement.parameters])
  const { rows } = await database.read((tx) =>
    tx.executeQuery<{ 'QUERY PLAN': readonly { Plan: PlanNode }[] }>(query),
  )
  const flatten = (node: PlanNode): PlanNode[] => [node, ...(node.Plans ?? []).flatMap(flatten)]
  return (rows[0]?.['QUERY PLAN'] ?? []).flatMap(({ Plan }) => flatten(Plan))
}
