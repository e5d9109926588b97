import { judgeAuthorization, type Verdict } from '../../text/credential.js'
import type { Header } from '../../session/session.js'

/** A header that the reader is editing. */
export interface HeaderRow extends Header {
  /** Identifies the row for as long as it exists. */
  readonly key: number
}

/** The errors of a row. Valid fields are absent. */
export interface RowProblems {
  readonly name?: string
  readonly value?: string
}

/** A token of RFC 9110 section 5.6.2. */
const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/

/** Names that a browser never lets a page set (Fetch standard, “forbidden request-header”). */
const FORBIDDEN =
  /^(?:accept-charset|accept-encoding|access-control-request-.*|connection|content-length|cookie2?|date|dnt|expect|host|keep-alive|origin|referer|set-cookie|te|trailer|transfer-encoding|upgrade|via|proxy-.*|sec-.*)$/i

/** Whether a row is still empty. */
function isBlank({ name, value }: Header): boolean {
  return name.trim() === '' && value.trim() === ''
}

function nameProblem(row: HeaderRow, rows: readonly HeaderRow[]): string | undefined {
  const name = row.name.trim()
  if (name === '') return 'A header needs a name.'
  if (!NAME.test(name)) return 'A header cannot have this name.'
  if (FORBIDDEN.test(name)) return 'A browser does not let a page set this header.'
  const isTwice = rows.some(
    (other) => other.key !== row.key && other.name.trim().toLowerCase() === name.toLowerCase(),
  )
  return isTwice ? 'This header is listed twice.' : undefined
}

function valueProblem({ name, value }: HeaderRow): string | undefined {
  if (value.trim() === '') return 'A header needs a value.'
  // Field values have visible ASCII, Latin-1, spaces and tabs (RFC 9110 section 5.5).
  if (!/^[\t\u{20}-\u{7e}\u{a0}-\u{ff}]*$/u.test(value.trim())) {
    return 'The value of a header cannot have these characters.'
  }
  if (name.trim().toLowerCase() === 'authorization' && /^Bearer\s*$/i.test(value.trim())) {
    return 'The token is missing after Bearer.'
  }
  return undefined
}

/** The errors that prevent saving a row. An empty row has none: it is left out. */
export function problemsOf(row: HeaderRow, rows: readonly HeaderRow[]): RowProblems {
  if (isBlank(row)) return {}
  const name = nameProblem(row, rows)
  const value = valueProblem(row)
  return { ...(name !== undefined && { name }), ...(value !== undefined && { value }) }
}

/** Judges the value of an `Authorization` header; undefined for any other header. */
export function verdictOf({ name, value }: Header, now: number): Verdict | undefined {
  if (name.trim().toLowerCase() !== 'authorization' || value.trim() === '') return undefined
  return judgeAuthorization(value, now)
}

/** The headers to save: without empty rows, and trimmed. */
export function headersOf(rows: readonly HeaderRow[]): readonly Header[] {
  return rows
    .filter((row) => !isBlank(row))
    .map(({ name, value }) => ({ name: name.trim(), value: value.trim() }))
}
