import { z } from 'zod'

/** A place in what a route takes: names of members, `*` for an element of a list, `k` for any member. */
export type Place = readonly string[]

/** Much of something, as JSON. */
export interface Much {
  readonly name: string
  readonly json: string
}

type Schema = Readonly<Record<string, unknown>>

const isSchema = (value: unknown): value is Schema => typeof value === 'object' && value !== null
const repeat = (length: number, text: (index: number) => string) =>
  Array.from({ length }, (_, index) => text(index)).join()

const PART = '{"role":"user","type":"text","text":"a","content":"a","id":"a","threadId":"kept"}'
const MEBIBYTE = 1024 * 1024

/** As many values as a body may have, or as many characters: what gets past the reader of bodies. */
export const MUCH: readonly Much[] = [
  { name: 'numbers', json: `[${repeat(49_000, (index) => (index % 2 === 0 ? '7' : '1e999'))}]` },
  { name: 'texts', json: `[${repeat(49_000, () => '"a"')}]` },
  { name: 'names', json: `{${repeat(49_000, (index) => `"n${index}":1`)}}` },
  { name: 'a long name', json: `{"${'x'.repeat(4 * MEBIBYTE - 4096)}":1}` },
  { name: 'objects', json: `[${repeat(6900, () => PART)}]` },
  { name: 'levels', json: `[${repeat(500, () => `${'['.repeat(80)}${']'.repeat(80)}`)}]` },
  { name: 'words', json: `"${'x'.repeat(MEBIBYTE)}${' a b@c'.repeat(MEBIBYTE / 2 - 1024)}"` },
]

/** What fills a body and has more values or levels than one may. */
export const TOO_MUCH: readonly Much[] = [
  { name: 'a million numbers', json: `[${repeat(2e6, () => '7')}]` },
  { name: 'a million texts', json: `[${repeat(1e6, () => '"a"')}]` },
  { name: 'a million lists', json: `[${repeat(1e6, () => '[]')}]` },
  { name: '300,000 names', json: `{${repeat(300_000, (index) => `"n${index}":1`)}}` },
  { name: 'a million levels', json: '['.repeat(1e6) + ']'.repeat(1e6) },
]

/** As much as a query may have. */
export const MUCH_OF_QUERY: readonly Much[] = [
  { name: 'numbers', json: `[${repeat(7400, () => '7')}]` },
  { name: 'names', json: `{${repeat(1200, (index) => `"n${index}":1`)}}` },
  { name: 'levels', json: '['.repeat(7000) + ']'.repeat(7000) },
  { name: 'a long word', json: 'x'.repeat(15_000) },
  { name: 'words', json: 'a+'.repeat(7500) },
]

function inside(schema: Schema): (readonly [Place, unknown])[] {
  const { properties, items, additionalProperties } = schema
  const options = ['anyOf', 'oneOf', 'allOf'].flatMap((name) => {
    const list = schema[name]
    return Array.isArray(list) ? list.map((each): [Place, unknown] => [[], each]) : []
  })
  const named = Object.entries(isSchema(properties) ? properties : {})
  return [
    ...options,
    ...named.map(([name, each]): [Place, unknown] => [[name], each]),
    [['*'], items],
    [['k'], additionalProperties],
  ]
}

function walk(schema: unknown, place: Place, found: Map<string, Place>): void {
  if (!isSchema(schema)) return
  found.set(place.join('.'), place)
  for (const [step, each] of inside(schema)) walk(each, [...place, ...step], found)
}

/** Every place in what a schema takes. */
export function placesOf(schema: z.ZodType): readonly Place[] {
  const found = new Map<string, Place>()
  walk(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }), [], found)
  return [...found.values()]
}

/** JSON with a text of JSON at a place, and else what it had. */
export function withJson(base: unknown, [step, ...rest]: Place, json: string): string {
  if (step === undefined) return json
  const members = Object.entries(isSchema(base) ? base : {})
  const value = withJson(members.find(([name]) => name === step)?.[1], rest, json)
  if (step === '*') return `[${value}]`
  const others = members
    .filter(([name, member]) => name !== step && member !== undefined)
    .map(([name, member]) => `${JSON.stringify(name)}:${JSON.stringify(member)}`)
  return `{${[...others, `${JSON.stringify(step)}:${value}`].join()}}`
}
