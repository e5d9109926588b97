import { isObject } from '@signet/auth/internal'

/** A text as a system message, as Mastra and the AI SDK have it. */
export interface SystemMessage {
  readonly role: 'system'
  readonly content: string
}

/** The system prompt of an agent: a text, a message, or several, which are joined by an empty line. */
export type Instructions = string | SystemMessage | readonly (string | SystemMessage)[]

function readOne(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  if (!isObject(value)) return undefined
  // Options for a provider are not passed on, so that a message that has them is not what it seems.
  const { role, content, providerOptions, ...others } = value as Readonly<Record<string, unknown>>
  const isPlain = providerOptions === undefined && Object.keys(others).length === 0
  return role === 'system' && typeof content === 'string' && isPlain ? content : undefined
}

/**
 * The system prompt as one text.
 * @param value - `Instructions`, or whatever a program without types gives
 * @returns undefined for anything else
 */
export function readInstructions(value: unknown): string | undefined {
  if (!Array.isArray(value)) return readOne(value)
  const texts = value.map(readOne)
  return texts.includes(undefined) ? undefined : texts.join('\n\n')
}
