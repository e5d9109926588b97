/** A JSON Schema document. */
export type JsonSchema = Readonly<Record<string, unknown>>

/**
 * A schema that can say itself as JSON Schema, such as one of zod 4.2 or later. What it would make of
 * a value, such as defaults and transforms, is not done: the value is what the schema takes.
 */
export interface StandardSchema<Value = unknown> {
  readonly '~standard': {
    readonly types?: { readonly input: Value } | undefined
    readonly jsonSchema: { input(options: { readonly target: 'draft-07' }): JsonSchema }
  }
}

/** A schema in a form that can be sent. */
export type SchemaInput<Value = unknown> = JsonSchema | StandardSchema<Value>

function isStandard(schema: SchemaInput): schema is StandardSchema {
  return '~standard' in schema
}

/** The schema as JSON Schema (draft 7). */
export function toJsonSchema(schema: SchemaInput): JsonSchema {
  return isStandard(schema) ? schema['~standard'].jsonSchema.input({ target: 'draft-07' }) : schema
}
