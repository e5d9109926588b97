/** How bad a finding is. Only an error makes the command fail. */
export type Level = 'error' | 'warning' | 'note' | 'ok'

/** The result of one check. */
export interface Finding {
  /** A stable name of what was checked, such as `secret`. */
  readonly check: string
  readonly level: Level
  /** What was found. */
  readonly what: string
  /** Why it matters. */
  readonly why?: string
  /** What to do about it. */
  readonly remedy?: string
}

/** The levels, the worst first. */
const LEVELS: readonly Level[] = ['error', 'warning', 'note', 'ok']

/** The findings of a check, or one finding `ok` if there are none. */
export function orOk(
  findings: readonly Finding[],
  check: string,
  what: string,
): readonly Finding[] {
  return findings.length > 0 ? findings : [{ check, level: 'ok', what }]
}

/** Findings in the order of their levels. */
export function worstFirst(findings: readonly Finding[]): readonly Finding[] {
  return LEVELS.flatMap((level) => findings.filter((finding) => finding.level === level))
}
