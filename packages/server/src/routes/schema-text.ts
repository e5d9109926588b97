import type { JsonSchema } from '@signet/core'

/** A schema is made once, with its tool or workflow, and is not changed. */
const texts = new WeakMap<JsonSchema, string>()

/** A schema as the wire shows it: JSON in the envelope that Mastra's clients unpack. */
export function schemaText(schema: JsonSchema | undefined): string | undefined {
  if (schema === undefined) return undefined
  const known = texts.get(schema)
  if (known !== undefined) return known
  const text = JSON.stringify({ json: schema })
  texts.set(schema, text)
  return text
}
