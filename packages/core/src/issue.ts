import type { z } from 'zod'
import type { InputIssue } from './error.js'

/** The issues of a failed validation as the wire shows them; `root` is the whole value. */
export function zodIssues(error: z.ZodError, prefix: readonly PropertyKey[] = []): InputIssue[] {
  return error.issues.map((issue) => ({
    field: [...prefix, ...issue.path].map(String).join('.') || 'root',
    message: issue.message,
  }))
}
