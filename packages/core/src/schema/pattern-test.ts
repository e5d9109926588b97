import { createContext, Script } from 'node:vm'

/**
 * Whether a pattern of a JSON Schema is found in a text.
 * @throws {SyntaxError} for a pattern that is not a regular expression
 */
export type PatternTest = (pattern: string, text: string) => boolean

/** A pattern as JSON Schema has it: with Unicode where it can be read so. */
export function readPattern(pattern: string): RegExp {
  try {
    return new RegExp(pattern, 'u')
  } catch {
    return new RegExp(pattern)
  }
}

/** Reads each pattern once. */
function createReader(): (pattern: string) => RegExp {
  const known = new Map<string, RegExp>()
  return (pattern) => {
    let expression = known.get(pattern)
    if (expression === undefined) {
      expression = readPattern(pattern)
      known.set(pattern, expression)
    }
    return expression
  }
}

/** For patterns that the application wrote. */
export function createPlainTest(): PatternTest {
  const read = createReader()
  return (pattern, text) => read(pattern).test(text)
}

/** How long all patterns of one check may take together. */
const MAX_MS = 100
/** How often patterns are looked for in one check: each time takes about a tenth of a millisecond. */
const MAX_TESTS = 500

/** The patterns of a schema take too long. */
export class PatternLimitError extends Error {
  override readonly name = 'PatternLimitError'
}

const SCRIPT = new Script('expression.test(text)')

/**
 * For patterns that a caller sent: one that would take for ever is ended. V8 looks between two steps of a regular
 * expression whether the time of a script is over.
 * @throws {PatternLimitError} where the patterns of this check have taken too long, or are looked for too often
 */
export function createBoundedTest(): PatternTest {
  let left = MAX_MS
  let tests = 0
  const read = createReader()
  return (pattern, text) => {
    if (left < 1 || tests >= MAX_TESTS) throw new PatternLimitError('The patterns take too long.')
    tests++
    const context = createContext({ expression: read(pattern), text })
    const begin = performance.now()
    try {
      return SCRIPT.runInContext(context, { timeout: Math.ceil(left) }) === true
    } catch (cause) {
      throw new PatternLimitError('The patterns take too long.', { cause })
    } finally {
      left -= performance.now() - begin
    }
  }
}
