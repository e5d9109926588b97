import type { Check, Problems } from './check.js'
import { isMultiple, lengthOf, type JsonSchema } from './json-schema.js'
import { problemAt, type Place } from './problem.js'

/** Checks the length and the pattern of a text. */
export function* checkText(
  value: string,
  schema: JsonSchema,
  { work, test }: Check,
  place: Place | undefined,
): Problems {
  const { minLength, maxLength, pattern } = schema
  if (typeof minLength === 'number' || typeof maxLength === 'number') {
    work.read(value)
    const length = lengthOf(value)
    if (typeof minLength === 'number' && length < minLength) {
      yield problemAt(place, `Too small: expected at least ${minLength} characters`)
    }
    if (typeof maxLength === 'number' && length > maxLength) {
      yield problemAt(place, `Too big: expected at most ${maxLength} characters`)
    }
  }
  if (typeof pattern !== 'string') return
  work.read(value)
  if (!test(pattern, value)) yield problemAt(place, 'The text does not match the pattern.')
}

/** Checks the bounds and the step of a number. */
export function* checkNumber(
  value: number,
  schema: JsonSchema,
  place: Place | undefined,
): Problems {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema
  const isBelow =
    (typeof minimum === 'number' && value < minimum) ||
    (typeof exclusiveMinimum === 'number' && value <= exclusiveMinimum) ||
    (exclusiveMinimum === true && value === minimum)
  const isAbove =
    (typeof maximum === 'number' && value > maximum) ||
    (typeof exclusiveMaximum === 'number' && value >= exclusiveMaximum) ||
    (exclusiveMaximum === true && value === maximum)
  if (isBelow) yield problemAt(place, 'Too small: the number is below its least value')
  if (isAbove) yield problemAt(place, 'Too big: the number is above its greatest value')
  if (typeof multipleOf === 'number' && multipleOf > 0 && !isMultiple(value, multipleOf)) {
    yield problemAt(place, `The number is not a multiple of ${multipleOf}.`)
  }
}
