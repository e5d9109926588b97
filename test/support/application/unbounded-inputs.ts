import type { Route } from '@signet/server'
import { z } from 'zod'

type Schema = Readonly<Record<string, unknown>>

const isSchema = (value: unknown): value is Schema => typeof value === 'object' && value !== null

/** What only the body bounds: its bytes, its values and its depth. Nobody here looks into it. */
const OF_ANY_SIZE: ReadonlySet<string> = new Set([
  // The agent counts messages and parts; a text in them may be as long as the body.
  'body.messages',
  'body.context',
  // The tool's own schema says what it takes.
  'body.data',
])

/** What a message that is saved says and what else its parts have, and an owner, which nobody reads. */
const UNREAD = /^body\.messages\.\*\.content(?:\.|$)|\.resource(?:Id)?$/

/** A text that its form bounds. */
function hasForm(schema: Schema): boolean {
  return 'const' in schema || 'enum' in schema || schema['type'] !== 'string'
}

function isBounded(schema: Schema): boolean {
  if (schema['type'] === 'string') return hasForm(schema) || 'maxLength' in schema
  if (schema['type'] === 'array') return 'maxItems' in schema
  if (schema['type'] !== 'object') return true
  const { additionalProperties } = schema
  return !isSchema(additionalProperties) || 'maxProperties' in schema
}

function membersOf(schema: Schema): [string, unknown][] {
  const { properties, items, additionalProperties, contentSchema } = schema
  const options = [schema['anyOf'], schema['oneOf'], schema['allOf']].flatMap((each) =>
    Array.isArray(each) ? each.map((option): [string, unknown] => ['', option]) : [],
  )
  const named = Object.entries(isSchema(properties) ? properties : {})
  const others: [string, unknown][] = [
    ['*', items],
    ['*', additionalProperties],
    ['', contentSchema],
  ]
  return [...options, ...named, ...others]
}

function find(schema: unknown, place: string): string[] {
  if (!isSchema(schema) || OF_ANY_SIZE.has(place)) return []
  const inside = membersOf(schema).flatMap(([name, member]) =>
    find(member, name === '' ? place : `${place}.${name}`),
  )
  return isBounded(schema) || UNREAD.test(place) ? inside : [place, ...inside]
}

/** The texts, lists and objects in the body and the query of a route that have no bound of their own. */
export function unboundedInputs({ method, path, query, body }: Route): string[] {
  return Object.entries({ query, body }).flatMap(([where, schema]) => {
    if (schema === undefined) return []
    const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
    return find(json, where).map((place) => `${method} ${path}: ${place}`)
  })
}
