import { isObject } from '@signet/auth/internal'
import type { LanguageModel } from 'ai'

/** A model that can be called: what is left of the AI SDK's `LanguageModel` without names. */
export type ModelObject = Exclude<LanguageModel, string>

/** Whether a value is a model of the AI SDK, by its version and what it can do. */
export function isModelObject(value: unknown): value is ModelObject {
  if (!isObject(value)) return false
  const isVersioned =
    'specificationVersion' in value && 'doGenerate' in value && 'doStream' in value
  return isVersioned && ['v2', 'v3', 'v4'].includes(String(value.specificationVersion))
}
