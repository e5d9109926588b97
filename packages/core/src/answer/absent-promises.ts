import { OptionsError } from '@signet/auth'

/** What a stream of Mastra promises and one of Signet does not. */
const NAMES = [
  'text',
  'object',
  'objectStream',
  'elementStream',
  'error',
  'tripwire',
  'status',
  'content',
  'providerMetadata',
  'suspendPayload',
  'resumeSchema',
  'usedFallbackValue',
  'transport',
  'usage',
  'totalUsage',
  'finishReason',
  'toolCalls',
  'toolResults',
  'steps',
  'response',
  'request',
  'reasoning',
  'reasoningText',
  'sources',
  'files',
  'warnings',
] as const

function refuse(name: string): never {
  throw new OptionsError([
    {
      where: 'A stream',
      name,
      isKnownToMastra: true,
      isGuard: false,
      remedy: 'Await getFullOutput(), which has it, or read the chunks of fullStream.',
    },
  ])
}

/**
 * The prototype of streams: their promises that are not there throw an `OptionsError` when they are read. Were they
 * undefined, `await stream.text` would be undefined, too, and nobody would know.
 */
export const ABSENT_PROMISES: object = Object.freeze(
  Object.defineProperties(
    {},
    Object.fromEntries(NAMES.map((name) => [name, { get: () => refuse(name) }])),
  ),
)
