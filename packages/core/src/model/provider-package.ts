import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { nearestName } from '@signet/auth/internal'
import { ModelError } from '../fault/model-error.js'
import { isModelObject, type ModelObject } from './model-object.js'
import type { ModelName } from './model-name.js'
import { KNOWN_PROVIDERS } from './provider-key.js'

/** Where a package is found: seen from the application's folder, else from this package. */
function locate(packageName: string): string | undefined {
  const origins = [join(process.cwd(), 'package.json'), import.meta.url]
  for (const origin of origins) {
    try {
      return createRequire(origin).resolve(packageName)
    } catch {
      // Not to be seen from here.
    }
  }
  return undefined
}

function packageOf(provider: string): string {
  return `@ai-sdk/${provider}`
}

/** Names what to install for a provider that is known alone: a package of another name may be anybody's. */
function missing({ provider, modelId }: ModelName): ModelError {
  const packageName = packageOf(provider)
  const isKnown = KNOWN_PROVIDERS.includes(provider)
  const near = isKnown ? undefined : nearestName(provider, KNOWN_PROVIDERS)
  const question = near === undefined ? '' : `Did you mean ${near}/${modelId}? `
  const remedy = isKnown
    ? `Run npm install ${packageName}.`
    : `Signet does not know the provider ${provider}. Install its package if you trust it, or give the model as { url, id, apiKey } of an OpenAI-compatible server.`
  return new ModelError(
    'model_package_missing',
    `${question}The package ${packageName} is not installed. ${remedy}`,
  )
}

/**
 * Whether the package of a provider can be found, without loading it.
 * @throws {ModelError} `model_package_missing`
 */
export function requireProvider(name: ModelName): void {
  if (locate(packageOf(name.provider)) === undefined) throw missing(name)
}

async function load(name: ModelName): Promise<Readonly<Record<string, unknown>>> {
  const packageName = packageOf(name.provider)
  const path = locate(packageName)
  if (path === undefined) throw missing(name)
  try {
    return await import(pathToFileURL(path).href)
  } catch (cause) {
    throw new ModelError('model_config_invalid', `The package ${packageName} cannot be loaded.`, {
      cause,
    })
  }
}

/** How the export is called that makes models: `some-vendor` has `someVendor` or `vendor`. */
function factoryNames(provider: string): readonly string[] {
  const words = provider.split('-').filter((word) => word !== '')
  const capitalised = words.slice(1).map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
  return [[words[0], ...capitalised].join(''), words.at(-1) ?? provider]
}

/**
 * Makes a model of a provider that has a package of its own, `@ai-sdk/<provider>`. The package reads
 * its own key when the model is first called.
 *
 * @throws {ModelError} `model_package_missing` where it is not installed, `model_config_invalid`
 *   where it does not load or makes no language model
 */
export async function connectProvider(name: ModelName): Promise<ModelObject> {
  const { provider, modelId } = name
  const packageName = packageOf(provider)
  const exported = await load(name)
  const factory = factoryNames(provider)
    .map((name) => exported[name])
    .find((each) => typeof each === 'function')
  let model: unknown
  let cause: unknown
  try {
    model = factory?.(modelId)
  } catch (error) {
    cause = error
  }
  if (isModelObject(model)) return model
  throw new ModelError(
    'model_config_invalid',
    `The package ${packageName} does not have a language model ${JSON.stringify(modelId)}.`,
    { cause },
  )
}
