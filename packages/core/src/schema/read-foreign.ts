import type { InputIssue } from '../error.js'
import { toIssues } from '../issue.js'
import { isSchemaObject, type JsonSchema } from './json-schema.js'
import type { Problem } from './problem.js'
import { readJson } from './read-json.js'
import { readBy, sayable, TAKEN, type ReadSchema, type UnreadSchema } from './readable-schema.js'

/** Marks what `jsonSchema()` and its kind make. */
export const AI_SDK_SCHEMA: symbol = Symbol.for('vercel.ai.schema')

/** What a validator of the AI SDK, or of a library below it, says is wrong. */
function issuesIn(error: unknown): readonly InputIssue[] {
  for (let at = error, count = 0; isSchemaObject(at) && count < 5; at = at['cause'], count++) {
    const issues = Array.isArray(at) ? at : at['issues']
    if (Array.isArray(issues)) return toIssues(issues.map(toProblem))
  }
  return [{ field: 'root', message: 'It does not fit the schema.' }]
}

export function readAiSdk(schema: object): ReadSchema | UnreadSchema {
  const json: unknown = Reflect.get(schema, 'jsonSchema')
  const validate: unknown = Reflect.get(schema, 'validate')
  if (!isSchemaObject(json) || 'then' in json) {
    return {
      remedy: `Its JSON Schema is a promise. Await the promise, and give its value. ${TAKEN}`,
    }
  }
  if (typeof validate !== 'function') return readJson(json, 'application')
  return readBy(
    sayable(json),
    () => json,
    async (value) => {
      const result: unknown = await validate(value)
      if (isSchemaObject(result) && result['success'] === true) return { value: result['value'] }
      const error = isSchemaObject(result) ? result['error'] : undefined
      return { issues: issuesIn(error), mayQuote: true }
    },
  )
}

function toProblem(issue: unknown): Problem {
  const { path, message } = isSchemaObject(issue) ? issue : {}
  const names = (Array.isArray(path) ? path : []).map((segment: unknown) =>
    isSchemaObject(segment) ? segment['key'] : segment,
  )
  return {
    path: names.map(String),
    message: typeof message === 'string' ? message : 'It does not fit.',
  }
}

/** Its own JSON Schema: by the standard, or as ArkType has it. */
function standardJson(schema: object, standard: JsonSchema, io: 'input' | 'output'): unknown {
  const make = isSchemaObject(standard['jsonSchema']) ? standard['jsonSchema'][io] : undefined
  try {
    if (typeof make === 'function')
      return Reflect.apply(make, standard['jsonSchema'], [{ target: 'draft-07' }])
    const own: unknown = Reflect.get(schema, 'toJsonSchema')
    return typeof own === 'function' ? Reflect.apply(own, schema, []) : undefined
  } catch {
    return undefined
  }
}

export function readStandard(schema: object, standard: JsonSchema): ReadSchema | UnreadSchema {
  const { validate } = standard
  const input = standardJson(schema, standard, 'input')
  const output = standardJson(schema, standard, 'output') ?? input
  if (typeof validate !== 'function' || !isSchemaObject(input) || !isSchemaObject(output)) {
    const vendor =
      typeof standard['vendor'] === 'string' ? standard['vendor'].slice(0, 40) : 'its library'
    return {
      remedy: `The schema of ${vendor} does not give its JSON Schema, so a model would not know what to send. Wrap it in jsonSchema(…, { validate }) of the AI SDK. ${TAKEN}`,
    }
  }
  return readBy(
    sayable(input),
    () => output,
    async (value) => {
      const result: unknown = await Reflect.apply(validate, standard, [value])
      if (!isSchemaObject(result)) throw new TypeError('The schema did not return a result.')
      const { issues } = result
      if (issues === undefined) return { value: result['value'] }
      return {
        issues: toIssues((Array.isArray(issues) ? issues : []).map(toProblem)),
        mayQuote: true,
      }
    },
  )
}
