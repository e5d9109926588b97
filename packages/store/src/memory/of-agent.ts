import { sql, type RawBuilder, type SqlBool } from 'kysely'

/** Holds for threads that were begun with an agent, and for those of which no agent is known. */
export function ofAgent(column: string, agentId: string): RawBuilder<SqlBool> {
  return sql<SqlBool>`coalesce(${sql.ref(column)}, ${agentId}) = ${agentId}`
}
