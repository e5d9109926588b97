import type { LanguageModelV4CallOptions } from '@ai-sdk/provider'
import type { JsonSchema } from '../schema/json-schema.js'
import { toStrictSchema } from '../schema/strict-schema.js'
import type { ModelObject } from './model-object.js'
import { REHEARSAL_PROVIDER } from './rehearsal.js'

type ProviderOptions = NonNullable<LanguageModelV4CallOptions['providerOptions']>

/** By the schema as it was given: undefined stands for one that cannot be strict. */
const strictSchemas = new WeakMap<JsonSchema, { readonly strict: JsonSchema | undefined }>()

function strictSchema(schema: JsonSchema): JsonSchema | undefined {
  const known = strictSchemas.get(schema) ?? { strict: toStrictSchema(schema) }
  strictSchemas.set(schema, known)
  return known.strict
}

/**
 * Keeps providers of the AI SDK from claiming that a schema is strict, which they do unless they are told otherwise.
 * What the caller says themselves stays.
 */
function withoutStrict(model: ModelObject, given: ProviderOptions = {}): ProviderOptions {
  const names = new Set(['openaiCompatible', 'openai', model.provider.split('.')[0] ?? ''])
  const told = [...names]
    .filter((name) => /^[a-z\d]+$/iu.test(name))
    .map((name) => [name, { strictJsonSchema: false, ...given[name] }])
  return { ...given, ...Object.fromEntries(told) }
}

/**
 * How a model is asked for an object: by the strict rules where the schema can keep them. Else the schema goes out as
 * it is, and strict is not claimed. The rehearsal model, which knows no such rules, gets each schema as it is.
 */
export function askForObject(
  model: ModelObject,
  schema: JsonSchema,
  providerOptions: ProviderOptions | undefined,
): Pick<LanguageModelV4CallOptions, 'responseFormat' | 'providerOptions'> {
  const asIs = { responseFormat: { type: 'json', schema }, providerOptions } as const
  if (model.provider === REHEARSAL_PROVIDER) return asIs
  const strict = strictSchema(schema)
  if (strict === undefined)
    return { ...asIs, providerOptions: withoutStrict(model, providerOptions) }
  return { responseFormat: { type: 'json', schema: strict }, providerOptions }
}
