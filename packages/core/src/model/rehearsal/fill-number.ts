import { use, type Filled, type FillSource, type Place } from './fill.js'
import type { Schema } from './json-schema.js'
import type { Token } from './message.js'
import { isValidNumber } from './validate.js'
import { contentStems, nameStems } from './words.js'

/** How many tokens a number may be away from the word that it belongs to. */
const REACH = 2

/** Which of the values that a schema allows is nearest to a number; the number itself where none was found. */
export function nearestValid(number: number, schema: Schema): number {
  const { lowerBound: lower, upperBound: upper, types, multipleOf } = schema
  const step = multipleOf ?? (types.includes('integer') ? 1 : undefined)
  const toStep = (value: number) => (step === undefined ? value : Math.round(value / step) * step)
  const inside = Math.min(Math.max(number, lower.value), upper.value)
  const pace = step ?? Math.min(1, (upper.value - lower.value) / 2)
  const candidates = [number, toStep(number), inside, toStep(inside)]
  candidates.push(toStep(inside) + pace, toStep(inside) - pace)
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

/** How many tokens a number is away from the nearest of some words; Infinity: none is in reach. */
function distanceTo(stems: ReadonlySet<string>, tokens: readonly Token[], index: number): number {
  for (let distance = 1; distance <= REACH; distance++) {
    const around = [tokens[index - distance], tokens[index + distance]]
    if (around.some((token) => token && token.number === undefined && stems.has(token.stem))) {
      return distance
    }
  }
  return Infinity
}

function findNearest(
  numbers: readonly NumberToken[],
  stems: ReadonlySet<string>,
  tokens: readonly Token[],
): NumberToken | undefined {
  const measured = numbers.map((number) => ({
    number,
    distance: distanceTo(stems, tokens, number.index),
  }))
  const least = Math.min(...measured.map(({ distance }) => distance))
  return measured.find(({ distance }) => distance === least && distance <= REACH)?.number
}

/** A number of the message: the one beside a word of the name or description, else the first that fits. */
export function fillNumber(
  schema: Schema,
  place: Place,
  { message: { tokens } }: FillSource,
  used: ReadonlySet<number>,
): Filled {
  const numbers = findNumbers(tokens, used)
  const named =
    findNearest(numbers, new Set(nameStems(place.name)), tokens) ??
    findNearest(numbers, contentStems(place.description), tokens)
  const free = place.takesAnyWords
    ? (numbers.find(({ value }) => isValidNumber(value, schema)) ?? numbers[0])
    : undefined
  const found = named ?? free
  if (found === undefined) {
    return { value: nearestValid(place.variant, schema), used, isGiven: false }
  }
  const { index, value } = found
  return {
    value: nearestValid(value, schema),
    used: use(used, { from: index, to: index + 1 }),
    isGiven: true,
  }
}
