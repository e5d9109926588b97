import { isEmpty, type Check, type Problems } from './check.js'
import { checkArray } from './check-array.js'
import { checkNumber, checkText } from './check-scalar.js'
import { checkObject } from './check-object.js'
import { followReference, isSchemaObject, listOf, type JsonSchema } from './json-schema.js'
import { problemAt, type Place } from './problem.js'
import { isSame } from './same-value.js'

/** Whether a value fits a schema of the document. */
export function fits(value: unknown, schema: unknown, check: Check): boolean {
  return isEmpty(findProblems(value, schema, check))
}

function typeOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  return typeof value
}

const TYPES = ['string', 'number', 'integer', 'boolean', 'object', 'array', 'null'] as const

function isOfType(value: unknown, type: unknown): boolean {
  return type === 'integer' ? Number.isInteger(value) : typeOf(value) === type
}

function* checkType(
  value: unknown,
  schema: JsonSchema,
  { work }: Check,
  place: Place | undefined,
): Problems {
  const { type } = schema
  const types = typeof type === 'string' ? [type] : listOf(type)
  work.spend(types.length)
  if (types.length === 0 || types.some((each) => isOfType(value, each))) return
  // A caller may have written any words, of any length, in place of types.
  const names = TYPES.filter((each) => types.includes(each)).join(' or ') || 'another type'
  yield problemAt(place, `Invalid input: expected ${names}, received ${typeOf(value)}`)
}

function* checkValues(
  value: unknown,
  schema: JsonSchema,
  { work }: Check,
  place: Place | undefined,
): Problems {
  const { enum: values } = schema
  if (Array.isArray(values) && !values.some((each) => isSame(each, value, work))) {
    yield problemAt(place, 'It is not one of the allowed values.')
  }
  if (Object.hasOwn(schema, 'const') && !isSame(schema['const'], value, work)) {
    yield problemAt(place, 'It is not the one allowed value.')
  }
}

function* checkParts(
  value: unknown,
  schema: JsonSchema,
  check: Check,
  place: Place | undefined,
): Problems {
  for (const part of listOf(schema['allOf'])) yield* findProblems(value, part, check, place)
  const { anyOf, oneOf, not } = schema
  if (Array.isArray(anyOf) && !anyOf.some((each) => fits(value, each, check))) {
    yield* checkAlternatives(anyOf, value, check, place)
  }
  if (Array.isArray(oneOf)) {
    const count = oneOf.filter((each) => fits(value, each, check)).length
    if (count === 0) yield* checkAlternatives(oneOf, value, check, place)
    if (count > 1)
      yield problemAt(place, 'It fits more than one form of oneOf, and must fit exactly one.')
  }
  if (not !== undefined && fits(value, not, check))
    yield problemAt(place, 'It fits the schema of not, which it must not.')
  if (schema['if'] === undefined) return
  const branch = fits(value, schema['if'], check) ? schema['then'] : schema['else']
  if (branch !== undefined) yield* findProblems(value, branch, check, place)
}

/** What is wrong with a value that fits none of several forms: with the one of its type, where there is one. */
function* checkAlternatives(
  forms: readonly unknown[],
  value: unknown,
  check: Check,
  place: Place | undefined,
): Problems {
  check.work.spend(forms.length)
  const ofType = forms.filter(
    (form) => isSchemaObject(form) && checkType(value, form, check, place).next().done === true,
  )
  if (ofType.length === 1) yield* findProblems(value, ofType[0], check, place)
  yield problemAt(place, 'It does not fit any of the allowed forms.')
}

/**
 * What does not fit between a value and a schema, by the keywords of drafts 4 to 2020-12. Formats, and what is
 * `unevaluated`, are not looked at. It is found as it is asked for, so that the first problem takes no look at others.
 *
 * @throws {CheckLimitError} or {PatternLimitError} for what takes too long
 */
export function* findProblems(
  value: unknown,
  schema: unknown,
  check: Check,
  place?: Place,
): Problems {
  const { work, document } = check
  // Counted before it is looked at: a list of thousands of `true` takes its time too.
  work.enter()
  try {
    if (schema === false) yield problemAt(place, 'No value is allowed here.')
    if (!isSchemaObject(schema)) return
    if (value === null && schema['nullable'] === true) return
    const { $ref: reference } = schema
    if (typeof reference === 'string') {
      yield* findProblems(value, followReference(reference, document), check, place)
    }
    yield* checkType(value, schema, check, place)
    yield* checkValues(value, schema, check, place)
    yield* checkParts(value, schema, check, place)
    if (typeof value === 'string') yield* checkText(value, schema, check, place)
    else if (typeof value === 'number') yield* checkNumber(value, schema, place)
    else if (Array.isArray(value)) yield* checkArray(value, schema, check, place, findProblems)
    else if (isSchemaObject(value)) yield* checkObject(value, schema, check, place, findProblems)
  } finally {
    work.leave()
  }
}
