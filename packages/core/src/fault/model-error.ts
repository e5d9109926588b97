import { isMarkedError, markError } from '@signet/auth/internal'

const MODEL_ERROR = Symbol.for('signet.core.model-error')

/**
 * Why a model cannot be had:
 * - `model_config_invalid`: the `model` option, or a variable that it reads, has no usable value
 * - `model_unknown`: the text names no provider that there can be
 * - `model_key_missing`: the provider wants an API key, and the environment has none
 * - `model_package_missing`: the package of the provider is not installed
 */
export type ModelErrorCode =
  | 'model_config_invalid'
  | 'model_unknown'
  | 'model_key_missing'
  | 'model_package_missing'

/**
 * The `model` option leads to no model. The message says what to change, for whoever runs the
 * application; it never contains a key or a URL that may hold one.
 */
export class ModelError extends Error {
  override readonly name = 'ModelError'
  readonly code: ModelErrorCode

  constructor(code: ModelErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    markError(this, MODEL_ERROR)
    this.code = code
  }

  /** Like `instanceof`, but also true for an error of another installed copy of this package. */
  static isInstance(value: unknown): value is ModelError {
    return isMarkedError(value, MODEL_ERROR)
  }
}
