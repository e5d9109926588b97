import type { JsonSchema } from './json-schema.js'
import type { PatternTest } from './pattern-test.js'
import type { Place, Problem } from './problem.js'
import type { CheckWork } from './work.js'

/** What a check is made with. */
export interface Check {
  /** The whole that `$ref` points into. */
  readonly document: JsonSchema
  readonly work: CheckWork
  readonly test: PatternTest
}

/** What is wrong with a value, found as it is asked for. */
export type Problems = Generator<Problem, void, undefined>

/** Finds what does not fit between any value and its schema. Lists and objects get it for the values in them. */
export type FindProblems = (
  value: unknown,
  schema: unknown,
  check: Check,
  place?: Place,
) => Problems

/** Whether there is no problem. Looks for one at most. */
export function isEmpty(problems: Problems): boolean {
  // The loop also ends the search, which leaves what it entered.
  for (const _ of problems) return false
  return true
}
