import { InputError } from '../error.js'
import { describeIssues } from '../issue.js'
import { isSchemaObject } from '../schema/json-schema.js'
import { readSchema } from '../schema/read-schema.js'
import { isRead, quietIssues, type ReadSchema } from '../schema/readable-schema.js'
import { WRAPPED, wrapSchema } from '../schema/wrap-schema.js'
import { findJson } from './find-json.js'
import type { OutputStep, StructuredObject } from '../answer/answer.js'

/** By the schema as it was given: an application asks for the same shape again and again. */
const readSchemas = new WeakMap<object, ReadSchema>()

function unusable(message: string): InputError {
  return new InputError('The options cannot be used.', [
    { field: 'structuredOutput.schema', message },
  ])
}

/** @throws {InputError} for what is not a schema, or one by which nothing can be checked */
export function readStructured(schema: object): ReadSchema {
  const known = readSchemas.get(schema)
  if (known !== undefined) return known
  const read = readSchema(schema, 'caller')
  if (!isRead(read)) throw unusable(read.remedy)
  if (read.fault !== undefined) throw unusable(read.fault)
  readSchemas.set(schema, read)
  return read
}

/** @throws {SyntaxError} without a word of the text */
function parseObject(text: string): unknown {
  const found = findJson(text)
  if (found !== undefined) return found.json
  throw new SyntaxError(
    `The text of the model, of ${text.length} characters, is not JSON and does not contain exactly one JSON object or list.`,
  )
}

/** @throws {TypeError} with where it does not fit, and none of what the model said there */
async function fitObject(schema: ReadSchema, object: unknown): Promise<unknown> {
  const parsed = await schema.parse(object, 'json')
  if ('value' in parsed) return parsed.value
  const issues = describeIssues(quietIssues(parsed))
  throw new TypeError(`The object of the model does not fit the schema. ${issues}`)
}

/** The value in the object around it that a model is asked for where the value itself is none. */
function unwrapped(json: unknown, { input }: ReadSchema): { readonly value: unknown } | undefined {
  const isWrapped = isSchemaObject(json) && Object.keys(json).join() === WRAPPED
  return isWrapped && wrapSchema(input) !== undefined ? { value: json[WRAPPED] } : undefined
}

/**
 * Reads the object that a model was asked for. There is none while tools have yet to answer.
 * @throws when the text is not JSON or does not fit the schema: never with what the model said
 */
export async function readObject(
  schema: ReadSchema | undefined,
  last: OutputStep | undefined,
): Promise<StructuredObject | undefined> {
  if (schema === undefined || last === undefined || last.toolCalls.length > 0) return undefined
  const json = parseObject(last.text)
  const inner = unwrapped(json, schema)
  if (inner === undefined) return { object: await fitObject(schema, json), json }
  // A model that was not asked for the object around it may mean what it says.
  const asIs = await schema.parse(json, 'json')
  if ('value' in asIs) return { object: asIs.value, json }
  return { object: await fitObject(schema, inner.value), json: inner.value }
}
