import { isObject } from '@signet/auth/internal'
import type { ModelConfig, OpenAICompatibleModel } from './model-config.js'
import { ModelError } from '../fault/model-error.js'
import { readModelName, type ModelName } from './model-name.js'
import { isModelObject, type ModelObject } from './model-object.js'
import { connectServer, namedServer, openAIServer, OPENAI_COMPATIBLE } from './openai-compatible.js'
import { requireKey } from './provider-key.js'
import { connectProvider, requireProvider } from './provider-package.js'
import { createRehearsalModel } from '../rehearsal/create-rehearsal-model.js'
import { liftTimeLimits } from './time-limit.js'

/** The names of a model. */
export interface ModelDescription {
  /** Such as `openai`; a model object may say more, such as `openai.chat`. */
  readonly provider: string
  /** The model's name at its provider. */
  readonly modelId: string
  /** The version of the AI SDK's model contract, such as `v4`. */
  readonly modelVersion: string
}

/** The version of models that are made on the first call, with the packages of this AI SDK. */
const PACKAGE_VERSION = 'v4'

const REHEARSAL = createRehearsalModel()
const OPENAI = 'openai'

function isServer(config: unknown): config is OpenAICompatibleModel {
  return isObject(config) && 'url' in config && 'id' in config
}

function refuse(): never {
  throw new ModelError(
    'model_config_invalid',
    'The model must be an AI SDK model, a text such as provider/model, or { url, id, apiKey }.',
  )
}

/**
 * Finds the model that a configuration stands for. A model object stays as it is. Packages of
 * providers are loaded, and variables of the environment are read, now and not before.
 *
 * @throws {ModelError} with the reason in its `code`
 */
export async function resolveModel(config: ModelConfig): Promise<ModelObject> {
  const model = await findModel(config)
  if (model !== REHEARSAL) await liftTimeLimits()
  return model
}

function requireRehearsal(config: string, { modelId }: ModelName): void {
  if (modelId === REHEARSAL.modelId) return
  throw new ModelError(
    'model_unknown',
    `The model ${JSON.stringify(config)} does not exist. The only model of the provider ${REHEARSAL.provider} is ${REHEARSAL.provider}/${REHEARSAL.modelId}.`,
  )
}

async function findModel(config: ModelConfig): Promise<ModelObject> {
  if (isModelObject(config)) return config
  if (isServer(config)) return connectServer(namedServer(config))
  if (typeof config !== 'string') return refuse()
  const name = readModelName(config)
  if (name.provider === REHEARSAL.provider) {
    requireRehearsal(config, name)
    return REHEARSAL
  }
  return name.provider === OPENAI
    ? connectServer(openAIServer(name.modelId))
    : connectProvider(name)
}

/**
 * Names the model that a configuration stands for, without loading it: no package, key or server is
 * looked at, so the model may still turn out not to be there.
 *
 * @throws {ModelError} `model_config_invalid` or `model_unknown` for what can be no model
 */
export function describeModel(config: ModelConfig): ModelDescription {
  if (isModelObject(config)) {
    const { provider, modelId, specificationVersion } = config
    return { provider, modelId, modelVersion: specificationVersion }
  }
  if (isServer(config)) {
    return { provider: OPENAI_COMPATIBLE, modelId: config.id, modelVersion: PACKAGE_VERSION }
  }
  if (typeof config !== 'string') return refuse()
  const { provider, modelId } = readModelName(config)
  const isOwn = provider === REHEARSAL.provider
  const modelVersion = isOwn ? REHEARSAL.specificationVersion : PACKAGE_VERSION
  return { provider, modelId, modelVersion }
}

/**
 * Looks whether a configuration can lead to a model, without loading a package or asking a server: for the start, so
 * that nobody has to ask the agent first. Whether a key is the right one only its server knows.
 *
 * @throws {ModelError} with the reason in its `code`
 */
export function checkModel(config: ModelConfig): void {
  const { provider } = describeModel(config)
  if (isModelObject(config)) return
  if (isServer(config)) namedServer(config)
  if (typeof config !== 'string') return
  const name = readModelName(config)
  if (provider === REHEARSAL.provider) requireRehearsal(config, name)
  else if (provider === OPENAI) openAIServer(name.modelId)
  else {
    requireProvider(name)
    requireKey(name)
  }
}
