import { isNonBlank } from '@signet/auth/internal'

/** What servers say in place of OpenAI's words, in small letters. */
const WORDS: ReadonlyMap<string, string> = new Map([
  ...[
    'end',
    'end_turn',
    'eos',
    'eos_token',
    'stop_sequence',
    'stop_token',
    'complete',
    'completed',
  ].map((word) => [word, 'stop'] as const),
  ...['tool_call', 'tool_use', 'tool-calls', 'tool', 'function_calls'].map(
    (word) => [word, 'tool_calls'] as const,
  ),
  ...['max_tokens', 'max_length', 'model_length', 'truncated'].map(
    (word) => [word, 'length'] as const,
  ),
])

/** Why a model ended, in OpenAI's words where it is known what is meant; null where nothing is said. */
export function readFinishReason(value: unknown): string | null {
  if (!isNonBlank(value)) return null
  const word = value.trim().toLowerCase()
  return WORDS.get(word) ?? word
}
