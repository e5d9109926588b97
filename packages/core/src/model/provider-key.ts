import { ModelError } from '../fault/model-error.js'
import type { ModelName } from './model-name.js'

/**
 * The variables that packages of providers read their key from, one of which must be set. A provider that is not here
 * finds its credentials in other ways, too, or names no variable; its package says at the first call what it lacks.
 */
const KEY_VARIABLES: Readonly<Record<string, readonly [string, ...string[]]>> = {
  anthropic: ['ANTHROPIC_API_KEY', 'ANTHROPIC_AUTH_TOKEN'],
  cerebras: ['CEREBRAS_API_KEY'],
  cohere: ['COHERE_API_KEY'],
  deepinfra: ['DEEPINFRA_API_KEY'],
  deepseek: ['DEEPSEEK_API_KEY'],
  fireworks: ['FIREWORKS_API_KEY'],
  google: ['GOOGLE_GENERATIVE_AI_API_KEY'],
  groq: ['GROQ_API_KEY'],
  mistral: ['MISTRAL_API_KEY'],
  perplexity: ['PERPLEXITY_API_KEY'],
  togetherai: ['TOGETHER_API_KEY', 'TOGETHER_AI_API_KEY'],
  xai: ['XAI_API_KEY'],
}

/** Providers with a package of the AI SDK that reads its credentials in other ways, or that Signet connects itself. */
const OTHER_PROVIDERS = [
  'amazon-bedrock',
  'azure',
  'baseten',
  'gateway',
  'google-vertex',
  'huggingface',
  'openai',
  'vercel',
] as const

/** The providers that are known to be there, each with a package `@ai-sdk/<provider>`. */
export const KNOWN_PROVIDERS: readonly string[] = [
  ...OTHER_PROVIDERS,
  ...Object.keys(KEY_VARIABLES),
]

/**
 * Whether the environment has the key that the package of a provider reads, as far as that is known.
 * @throws {ModelError} `model_key_missing`
 */
export function requireKey({ provider }: ModelName): void {
  const variables = Object.hasOwn(KEY_VARIABLES, provider) ? KEY_VARIABLES[provider] : undefined
  if (variables === undefined || variables.some((name) => process.env[name])) return
  throw new ModelError(
    'model_key_missing',
    `${variables[0]} is not set. Set it to a key of ${provider}, for example in .env.`,
  )
}
