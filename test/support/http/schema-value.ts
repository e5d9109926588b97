import * as fc from 'fast-check'

/** A JSON Schema, as far as it is read here. */
type Schema = Readonly<Record<string, unknown>>

/** The name of a thing, which is chosen only when the request is made: `name` says of what kind. */
export class NameRef {
  readonly name: string
  readonly choice: number

  constructor(name: string, choice: number) {
    this.name = name
    this.choice = choice
  }
}

/** A text that holds JSON, with names in it that are still to be chosen. */
export class JsonText {
  readonly value: unknown

  constructor(value: unknown) {
    this.value = value
  }
}

const WORDS = ['alpha', 'beta', 'Weather in London', "O'Brien; --", '', 'ä天🌦', '0', 'null']
const word = fc.constantFrom(...WORDS)
const anyJson = fc.oneof(
  { weight: 6, arbitrary: word },
  {
    weight: 1,
    arbitrary: fc.constantFrom<unknown>(0, true, null, [], { role: 'user', content: 'alpha' }),
  },
)

const isSchema = (value: unknown): value is Schema => typeof value === 'object' && value !== null

/** Whether a property names a thing: `id`, `threadId`, `messageIds`, `thread`, `resource`. */
const isName = (name: string): boolean => /(?:^id|Ids?|^thread|^resource)$/.test(name)

/** What an `id` is the id of says the name of what it stands in. */
function nameIn(parent: string, name: string): string {
  return name === 'id' && parent !== '' ? parent : name
}

function textValue(schema: Schema, name: string): fc.Arbitrary<unknown> {
  if (isSchema(schema['contentSchema'])) {
    return schemaValue(schema['contentSchema'], name).map((value) => new JsonText(value))
  }
  if (schema['format'] === 'date-time') {
    return fc.integer({ min: 0, max: 4e12 }).map((time) => new Date(time).toISOString())
  }
  const { examples } = schema
  if (Array.isArray(examples)) return fc.constantFrom<unknown>(...examples)
  if (isName(name)) return fc.nat().map((choice) => new NameRef(name, choice))
  return name === 'type' ? fc.constant('text') : word
}

function listOf(schema: Schema, name: string): fc.Arbitrary<unknown> {
  const { items } = schema
  return fc.array(isSchema(items) ? schemaValue(items, name) : anyJson, { maxLength: 3 })
}

/** Mostly left out, so that bodies are small, and what each member does shows. */
function sometimes(value: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc.oneof({ weight: 2, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: value })
}

function objectValue(schema: Schema, name: string): fc.Arbitrary<unknown> {
  const { properties, required, additionalProperties } = schema
  const needed: readonly unknown[] = Array.isArray(required) ? required : []
  const members = Object.entries(isSchema(properties) ? properties : {}).filter(
    ([, member]) => isSchema(member) && !('not' in member),
  )
  const model = Object.fromEntries(
    members.map(([each, member]) => {
      const value = schemaValue(member as Schema, nameIn(name, each))
      return [each, needed.includes(each) ? value : sometimes(value)]
    }),
  )
  if (members.length === 0) {
    const hasShape = isSchema(additionalProperties) && Object.keys(additionalProperties).length > 0
    const value = hasShape ? schemaValue(additionalProperties, name) : anyJson
    return fc.dictionary(fc.constantFrom('k', 'text'), value, { maxKeys: 2 })
  }
  const isLoose = isSchema(additionalProperties) && 'type' in model
  return fc.record(isLoose ? { ...model, text: word } : model)
}

/** Values that a schema takes, mostly, with a `NameRef` where a thing is named. */
export function schemaValue(schema: Schema, name = ''): fc.Arbitrary<unknown> {
  if ('const' in schema) return fc.constant(schema['const'])
  if (Array.isArray(schema['enum'])) return fc.constantFrom<unknown>(...schema['enum'])
  const union = schema['anyOf'] ?? schema['oneOf']
  if (Array.isArray(union)) {
    return fc.oneof(...union.map((each: Schema) => schemaValue(each, name)))
  }
  switch (schema['type']) {
    case 'string':
      return textValue(schema, name)
    case 'integer':
    case 'number': {
      // Small ones, and none below 0, which most numbers here must not be.
      const isOpen = 'exclusiveMinimum' in schema
      const min = Math.max(Number(schema['minimum'] ?? schema['exclusiveMinimum'] ?? 0), 0)
      return fc.integer({ min: isOpen ? min + 1 : min, max: min + 3 })
    }
    case 'boolean':
      return fc.boolean()
    case 'null':
      return fc.constant(null)
    case 'array':
      return listOf(schema, name)
    case 'object':
      return objectValue(schema, name)
    default:
      return anyJson
  }
}
