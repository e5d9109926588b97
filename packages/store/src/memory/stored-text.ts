import { sql, type RawBuilder } from 'kysely'

/**
 * Bytes of a text of the database, in UTF-8. Neither database reads the text for this, however long it is:
 * its length stands in the row.
 */
export function bytesOf(column: string): RawBuilder<number> {
  return sql<number>`octet_length(${sql.ref(column)})`
}

/** A text where its row has so few bytes, else null: what is larger is read once it has been counted. */
export function textWithin(
  column: string,
  bytes: RawBuilder<number>,
  limit: number,
): RawBuilder<string | null> {
  return sql<string | null>`case when ${bytes} <= ${sql.lit(limit)} then ${sql.ref(column)} end`
}
