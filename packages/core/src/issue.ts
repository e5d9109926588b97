import { nearestName } from '@signet/auth/internal'
import type { z } from 'zod'
import { BOUNDS } from './bounds.js'
import type { InputIssue } from './error.js'

/** As long as a name is; what is longer may be a token that got into the wrong place. */
const MAX_NAME = 40
const SHOWN = 8
/** How many names that nobody asked for are told. */
const MAX_NAMES = 10

/** A name that somebody made up, cut where it is longer than names are. */
export function shortName(name: PropertyKey): string {
  const text = String(name)
  return text.length > MAX_NAME ? `${text.slice(0, SHOWN)}…` : text
}

/** What a library says is wrong, and where. */
interface FoundIssue {
  readonly path: readonly PropertyKey[]
  readonly message: string
  readonly code?: string | undefined
  /** The names that nobody asked for. */
  readonly keys?: readonly string[] | undefined
}

function messageOf({ code, keys, message, path }: FoundIssue, known: readonly string[]): string {
  if (code !== 'unrecognized_keys' || keys === undefined) return message
  const names = keys.slice(0, MAX_NAMES).map((name) => JSON.stringify(shortName(name)))
  const more = keys.length - names.length
  const rest = more === 0 ? '' : `, and ${more} more`
  const noun = keys.length === 1 ? 'Unrecognized key' : 'Unrecognized keys'
  const [only = '', ...others] = path.length === 0 ? keys : []
  const near = others.length === 0 ? nearestName(only, known) : undefined
  const hint = near === undefined ? '' : `. Did you mean ${near}?`
  return `${noun}: ${names.join(', ')}${rest}${hint}`
}

/**
 * Issues as the wire shows them; `root` is the whole value. Names that the client made up are cut where they are longer
 * than names are. Of many issues the first are told, and how many more there are.
 *
 * @param known - the names that the value may have, one of which a misspelt name may mean. Default: none is suggested
 */
export function toIssues(
  issues: readonly FoundIssue[],
  prefix: readonly PropertyKey[] = [],
  known: readonly string[] = [],
): InputIssue[] {
  const { limit } = BOUNDS.issues
  const isWhole = issues.length <= limit
  const told = (isWhole ? issues : issues.slice(0, limit - 1)).map((issue) => ({
    field: [...prefix, ...issue.path].map(shortName).join('.') || 'root',
    message: messageOf(issue, known),
  }))
  if (isWhole) return told
  const message = `There are ${issues.length - told.length} more issues.`
  return [...told, { field: prefix.map(shortName).join('.') || 'root', message }]
}

/** The issues of a failed validation by zod. */
export function zodIssues(
  error: z.ZodError,
  prefix: readonly PropertyKey[] = [],
  known: readonly string[] = [],
): InputIssue[] {
  return toIssues(error.issues, prefix, known)
}

/** Issues in one line, for a model or a log. */
export function describeIssues(issues: readonly InputIssue[]): string {
  return issues.map(({ field, message }) => `${field}: ${message}`).join('; ')
}
