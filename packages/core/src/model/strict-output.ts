import type { LanguageModelV4CallOptions } from '@ai-sdk/provider'
import type { JsonSchema } from '../schema/json-schema.js'
import { toStrictSchema } from '../schema/strict-schema.js'
import { wrapSchema } from '../schema/wrap-schema.js'
import type { ModelObject } from './model-object.js'
import { REHEARSAL_PROVIDER } from '../rehearsal/create-rehearsal-model.js'

type ProviderOptions = NonNullable<LanguageModelV4CallOptions['providerOptions']>

/** By the schema as it was given. */
const toldSchemas = new WeakMap<JsonSchema, ToldSchema>()

/** A schema as a provider takes it: that of an object, and strict where it can be. */
interface ToldSchema {
  readonly schema: JsonSchema
  readonly isStrict: boolean
}

function tellSchema(given: JsonSchema): ToldSchema {
  const known = toldSchemas.get(given)
  if (known !== undefined) return known
  const schema = wrapSchema(given) ?? given
  const strict = toStrictSchema(schema)
  const told = { schema: strict ?? schema, isStrict: strict !== undefined }
  toldSchemas.set(given, told)
  return told
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
  if (model.provider === REHEARSAL_PROVIDER) {
    return { responseFormat: { type: 'json', schema }, providerOptions }
  }
  const { schema: told, isStrict } = tellSchema(schema)
  return {
    responseFormat: { type: 'json', schema: told },
    providerOptions: isStrict ? providerOptions : withoutStrict(model, providerOptions),
  }
}
