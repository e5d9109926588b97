import type { InputIssue } from '../error.js'
import { toIssues } from '../issue.js'
import { findProblems } from './check-value.js'
import type { Check } from './check.js'
import type { Unmarked } from './beyond-json.js'
import type { JsonSchema } from './json-schema.js'
import { leaveOutNulls } from './leave-out-nulls.js'
import { makeDates } from './make-dates.js'
import {
  createBoundedTest,
  createPlainTest,
  PatternLimitError,
  type PatternTest,
} from './pattern-test.js'
import type { Problem } from './problem.js'
import { CheckLimitError, CheckWork } from './work.js'

/** What a schema made of a value, or why it does not fit. */
export type Parsed =
  | { readonly value: unknown }
  | {
      readonly issues: readonly InputIssue[]
      /** Whether the messages may quote what does not fit, as some libraries do. */
      readonly mayQuote: boolean
    }

/** A schema of whichever library, as the rest of this package needs it. */
export interface ReadSchema {
  /** What goes in, as JSON Schema (draft 7 where the library has it). What JSON cannot say stays open. */
  readonly input: JsonSchema
  /** What comes out, likewise; made where it is asked for. */
  readonly output: () => JsonSchema
  /** Why no JSON value fits, and what to write; undefined where one can. */
  readonly fault: string | undefined
  /**
   * @param from - where the value comes from; default: code. In JSON, null counts as left out where it is not allowed
   * and nothing need be there, and a text of ISO 8601 is a date where a date is wanted.
   */
  parse(value: unknown, from?: 'code' | 'json'): Promise<Parsed>
}

/** Why a value cannot be used as a schema, and what to do. */
export interface UnreadSchema {
  readonly remedy: string
}

/** Which schemas are taken. */
export const TAKEN =
  'Give a schema of zod 4 or zod 3, a JSON Schema, jsonSchema() of the AI SDK, or a Standard Schema that also gives its JSON Schema.'

/** How many values and keywords of one value are looked at: of a schema of the application, and of a caller. */
const STEPS = { application: 5_000_000, caller: 250_000 } as const

/** Who wrote a schema. The patterns and the work of one that came with a request are bounded. */
export type SchemaOrigin = keyof typeof STEPS

/** A JSON Schema in which JSON says all. */
export function sayable(schema: JsonSchema): Unmarked {
  return { schema, dates: new Set(), fault: undefined }
}

type Validate = (value: unknown) => Promise<Parsed>

function newCheck(document: JsonSchema, origin: SchemaOrigin, plain: PatternTest): Check {
  const test = origin === 'application' ? plain : createBoundedTest()
  return { document, test, work: new CheckWork(STEPS[origin]) }
}

function isLimit(error: unknown): error is Error {
  return error instanceof CheckLimitError || error instanceof PatternLimitError
}

/**
 * Makes a schema of what it is as JSON Schema, and of how its library checks a value.
 * @param unmarked - what goes in
 * @param validate - default: by the JSON Schema alone
 */
export function readBy(
  { schema: input, dates, fault }: Unmarked,
  output: () => JsonSchema,
  validate?: Validate,
  origin: SchemaOrigin = 'application',
): ReadSchema {
  const plain = createPlainTest()
  const read = (value: unknown, check: Check): unknown => {
    try {
      return makeDates(leaveOutNulls(value, check), check, dates)
    } catch (error) {
      if (validate === undefined) throw error
      // The library checks by itself, and does not mind a pattern that is none here, or what takes too long.
      return value
    }
  }
  return {
    input,
    output,
    fault,
    async parse(value, from = 'code') {
      const check = newCheck(input, origin, plain)
      try {
        const given = from === 'code' ? value : read(value, check)
        return validate === undefined ? checkJson(given, check) : await validate(given)
      } catch (error) {
        if (!isLimit(error)) throw error
        return { issues: [{ field: 'root', message: error.message }], mayQuote: false }
      }
    },
  }
}

/** How many problems are looked for: one more than is told. */
const MAX_PROBLEMS = 51

function checkJson(value: unknown, check: Check): Parsed {
  const problems: Problem[] = []
  for (const problem of findProblems(value, check.document, check)) {
    problems.push(problem)
    if (problems.length >= MAX_PROBLEMS) break
  }
  return problems.length === 0 ? { value } : { issues: toIssues(problems), mayQuote: false }
}

/** Whether a schema was read. */
export function isRead(schema: ReadSchema | UnreadSchema): schema is ReadSchema {
  return 'parse' in schema
}

/** Why a value does not fit, without a word of it. */
export function quietIssues({
  issues,
  mayQuote,
}: Exclude<Parsed, { value: unknown }>): readonly InputIssue[] {
  return mayQuote ? issues.map(({ field }) => ({ field, message: 'It does not fit.' })) : issues
}

/**
 * What the client is told of the input of its tool, which it alone checks.
 * @returns the value itself where nothing is left out, or where to look takes too long
 */
export function withoutNulls(value: unknown, schema: JsonSchema): unknown {
  try {
    return leaveOutNulls(value, newCheck(schema, 'caller', createPlainTest()))
  } catch (error) {
    if (isLimit(error) || error instanceof SyntaxError) return value
    throw error
  }
}
