import { ModelError } from '../fault/model-error.js'

/** What a model's text names. */
export interface ModelName {
  /** Of `a-z 0-9 -`; `openai` where the text names none. */
  readonly provider: string
  /** The model's name at its provider; it may have slashes of its own. */
  readonly modelId: string
}

const PROVIDER = /^[a-z0-9][a-z0-9-]*$/u

const DEFAULT_PROVIDER = 'openai'

/**
 * Reads `provider/model`, or `model` alone for the default provider. Does not check that there is
 * such a provider or model.
 *
 * @throws {ModelError} `model_config_invalid` where a name is empty, `model_unknown` where the
 *   provider has other characters than a provider can have
 */
export function readModelName(text: string): ModelName {
  const slash = text.indexOf('/')
  const provider = slash === -1 ? DEFAULT_PROVIDER : text.slice(0, slash)
  const modelId = text.slice(slash + 1)
  if (modelId.trim() === '' || provider === '') {
    throw new ModelError(
      'model_config_invalid',
      `The model ${JSON.stringify(text)} has an empty provider or name. Write provider/model.`,
    )
  }
  if (!PROVIDER.test(provider)) {
    throw new ModelError(
      'model_unknown',
      `The provider ${JSON.stringify(provider)} is not legal. Use a-z, 0-9 and "-". For a model of an OpenAI-compatible server whose name has slashes, write ${DEFAULT_PROVIDER}/${text}.`,
    )
  }
  return { provider, modelId }
}
