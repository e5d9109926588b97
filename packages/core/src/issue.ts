import type { z } from 'zod'
import type { InputIssue } from './error.js'

/** As long as a name is; what is longer may be a token that got into the wrong place. */
const MOST_NAME = 40
const SHOWN = 8

function shortName(name: PropertyKey): string {
  const text = String(name)
  return text.length > MOST_NAME ? `${text.slice(0, SHOWN)}…` : text
}

function messageOf(issue: z.core.$ZodIssue): string {
  if (issue.code !== 'unrecognized_keys') return issue.message
  const names = issue.keys.map((name) => JSON.stringify(shortName(name)))
  return `${names.length === 1 ? 'Unrecognized key' : 'Unrecognized keys'}: ${names.join(', ')}`
}

/**
 * The issues of a failed validation as the wire shows them; `root` is the whole value. Names that the
 * client made up are cut where they are longer than names are.
 */
export function zodIssues(error: z.ZodError, prefix: readonly PropertyKey[] = []): InputIssue[] {
  return error.issues.map((issue) => ({
    field: [...prefix, ...issue.path].map(shortName).join('.') || 'root',
    message: messageOf(issue),
  }))
}
