import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { ModelError } from './model-error.js'
import { isModelObject, type ModelObject } from './model-object.js'
import type { ModelName } from './model-name.js'

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

function missing(packageName: string): ModelError {
  return new ModelError(
    'model_package_missing',
    `The package ${packageName} is not installed. Run npm install ${packageName}. If there is no such package, give the model as { url, id, apiKey } of an OpenAI-compatible server.`,
  )
}

/**
 * Whether the package of a provider can be found, without loading it.
 * @throws {ModelError} `model_package_missing`
 */
export function requireProvider({ provider }: ModelName): void {
  if (locate(packageOf(provider)) === undefined) throw missing(packageOf(provider))
}

async function load(packageName: string): Promise<Readonly<Record<string, unknown>>> {
  const path = locate(packageName)
  if (path === undefined) throw missing(packageName)
  try {
    return await import(pathToFileURL(path).href)
  } catch (cause) {
    throw new ModelError('model_config_invalid', `The package ${packageName} does not load.`, {
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
export async function connectProvider({ provider, modelId }: ModelName): Promise<ModelObject> {
  const packageName = packageOf(provider)
  const exported = await load(packageName)
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
    `The package ${packageName} makes no language model ${JSON.stringify(modelId)}.`,
    { cause },
  )
}
