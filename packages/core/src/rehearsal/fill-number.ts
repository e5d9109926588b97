import type { Filled, FillSource, Place } from './fill.js'
import type { Schema } from './json-schema.js'
import type { Token } from './message.js'
import { isValidNumber } from './validate.js'

/** How many tokens a number may be away from the word that it belongs to. */
const REACH = 2

/** Which of the values that a schema allows is nearest to a number; the number itself where none was found. */
function nearestValid(number: number, schema: Schema): number {
  const { lowerBound: lower, upperBound: upper, types, multipleOf } = schema
  const step = multipleOf ?? (types.includes('integer') ? 1 : undefined)
  const toStep = (value: number) => (step === undefined ? value : Math.round(value / step) * step)
  const inside = Math.min(Math.max(number, lower.value), upper.value)
  const pace = step ?? Math.min(1, (upper.value - lower.value) / 2)
  const candidates = [number, toStep(number), inside, toStep(inside)]
  candidates.push(toStep(inside) + pace, toStep(inside) - pace)
  // Where numbers are so large that their halves are lost, rounding leads past a bound.
  if (step !== undefined) {
    candidates.push(Math.floor(inside / step) * step, Math.ceil(inside / step) * step)
  }
  return candidates.find((value) => isValidNumber(value, schema)) ?? number
}

interface NumberToken {
  readonly index: number
  readonly value: number
}

function findNumbers(tokens: readonly Token[], used: ReadonlySet<number>): readonly NumberToken[] {
  return tokens.flatMap(({ number }, index) =>
    number === undefined || used.has(index) ? [] : [{ index, value: number }],
  )
}

/** A number, and the word beside it that it belongs to. */
interface NamedNumber extends NumberToken {
  readonly label: number
}

/** The number that is nearest to one of some words, if any is in reach. */
function findNearest(
  numbers: readonly NumberToken[],
  stems: ReadonlySet<string>,
  tokens: readonly Token[],
): NamedNumber | undefined {
  for (let distance = 1; distance <= REACH; distance++) {
    for (const number of numbers) {
      const label = [number.index - distance, number.index + distance].find((index) => {
        const token = tokens[index]
        return token !== undefined && token.number === undefined && stems.has(token.stem)
      })
      if (label !== undefined) return { ...number, label }
    }
  }
  return undefined
}

/** A number of the message: the one beside a word of the name or description, else the first that fits. */
export function fillNumber(
  schema: Schema,
  place: Place,
  { message: { tokens }, words, work }: FillSource,
  used: ReadonlySet<number>,
): Filled {
  work.spend(4 * tokens.length + used.size)
  const numbers = findNumbers(tokens, used)
  const named =
    findNearest(numbers, new Set(words.readName(place.name).stems), tokens) ??
    findNearest(numbers, words.contentStems(place.description), tokens)
  const free = numbers.find(({ value }) => isValidNumber(value, schema)) ?? numbers[0]
  const found = named ?? (place.takesAnyWords ? free : undefined)
  if (found === undefined) {
    return { value: nearestValid(place.variant, schema), used, isGiven: false }
  }
  const taken = new Set([...used, found.index, ...(named === undefined ? [] : [named.label])])
  return { value: nearestValid(found.value, schema), used: taken, isGiven: true }
}
