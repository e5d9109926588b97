import { shortName } from '../issue.js'
import { isEmpty, type Check, type FindProblems, type Problems } from './check.js'
import { listOf, namedSchemas, ownSchema, type JsonSchema } from './json-schema.js'
import { problemAt, type Place } from './problem.js'

type Members = Readonly<Record<string, unknown>>

function* checkRequired(
  value: Members,
  names: unknown,
  { work }: Check,
  place: Place | undefined,
): Problems {
  const required = listOf(names)
  work.spend(required.length)
  for (const name of required) {
    if (typeof name !== 'string' || Object.hasOwn(value, name)) continue
    yield problemAt({ parent: place, name }, 'Invalid input: it is missing')
  }
}

function* checkDependent(
  value: Members,
  schema: JsonSchema,
  check: Check,
  place: Place | undefined,
  findProblems: FindProblems,
): Problems {
  const { dependencies, dependentRequired, dependentSchemas } = schema
  const all = [dependencies, dependentRequired, dependentSchemas].flatMap(namedSchemas)
  check.work.spend(all.length)
  for (const [name, needed] of all) {
    if (!Object.hasOwn(value, name)) continue
    if (Array.isArray(needed)) yield* checkRequired(value, needed, check, place)
    else yield* findProblems(value, needed, check, place)
  }
}

function* checkMember(
  name: string,
  member: unknown,
  schema: JsonSchema,
  check: Check,
  parent: Place | undefined,
  findProblems: FindProblems,
): Problems {
  const { properties, patternProperties, additionalProperties, propertyNames } = schema
  const place: Place = { parent, name }
  if (propertyNames !== undefined && !isEmpty(findProblems(name, propertyNames, check))) {
    yield problemAt(place, 'The name is not allowed.')
  }
  const own = ownSchema(properties, name)
  const patterns = namedSchemas(patternProperties)
  check.work.spend(patterns.length)
  const byPattern = patterns.filter(([pattern]) => check.test(pattern, name))
  if (own !== undefined) yield* findProblems(member, own, check, place)
  for (const [, each] of byPattern) yield* findProblems(member, each, check, place)
  if (own !== undefined || byPattern.length > 0) return
  if (additionalProperties === false) {
    yield problemAt(parent, `Unrecognized key: ${JSON.stringify(shortName(name))}`)
  } else yield* findProblems(member, additionalProperties, check, place)
}

/** Checks an object and its members. */
export function* checkObject(
  value: Members,
  schema: JsonSchema,
  check: Check,
  place: Place | undefined,
  findProblems: FindProblems,
): Problems {
  const { minProperties, maxProperties } = schema
  yield* checkRequired(value, schema['required'], check, place)
  const members = Object.entries(value)
  check.work.spend(members.length)
  if (typeof minProperties === 'number' && members.length < minProperties) {
    yield problemAt(place, `Too small: expected at least ${minProperties} members`)
  }
  if (typeof maxProperties === 'number' && members.length > maxProperties) {
    yield problemAt(place, `Too big: expected at most ${maxProperties} members`)
  }
  yield* checkDependent(value, schema, check, place, findProblems)
  for (const [name, member] of members)
    yield* checkMember(name, member, schema, check, place, findProblems)
}
