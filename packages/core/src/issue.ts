import type { z } from 'zod'
import { BOUNDS } from './bounds.js'
import type { InputIssue } from './error.js'

/** As long as a name is; what is longer may be a token that got into the wrong place. */
const MAX_NAME = 40
const SHOWN = 8
/** How many names that nobody asked for are told. */
const MAX_NAMES = 10

function shortName(name: PropertyKey): string {
  const text = String(name)
  return text.length > MAX_NAME ? `${text.slice(0, SHOWN)}…` : text
}

function messageOf(issue: z.core.$ZodIssue): string {
  if (issue.code !== 'unrecognized_keys') return issue.message
  const names = issue.keys.slice(0, MAX_NAMES).map((name) => JSON.stringify(shortName(name)))
  const more = issue.keys.length - names.length
  const rest = more === 0 ? '' : `, and ${more} more`
  const noun = issue.keys.length === 1 ? 'Unrecognized key' : 'Unrecognized keys'
  return `${noun}: ${names.join(', ')}${rest}`
}

function toInputIssue(issue: z.core.$ZodIssue, prefix: readonly PropertyKey[]): InputIssue {
  const field = [...prefix, ...issue.path].map(shortName).join('.') || 'root'
  return { field, message: messageOf(issue) }
}

/**
 * The issues of a failed validation as the wire shows them; `root` is the whole value. Names that the
 * client made up are cut where they are longer than names are. Of many issues the first are told, and how
 * many more there are.
 */
export function zodIssues(error: z.ZodError, prefix: readonly PropertyKey[] = []): InputIssue[] {
  const { limit } = BOUNDS.issues
  const { issues } = error
  if (issues.length <= limit) return issues.map((issue) => toInputIssue(issue, prefix))
  const told = issues.slice(0, limit - 1).map((issue) => toInputIssue(issue, prefix))
  const message = `There are ${issues.length - told.length} more issues.`
  return [...told, { field: prefix.map(shortName).join('.') || 'root', message }]
}

/** Issues in one line, for a model or a log. */
export function describeIssues(issues: readonly InputIssue[]): string {
  return issues.map(({ field, message }) => `${field}: ${message}`).join('; ')
}
