import { BOUNDS } from '../bounds.js'
import { InputError } from '../error.js'
import type { MemoryContent } from './storage.js'

/** Most bytes of one stored message, as the JSON of its type and content in UTF-8: as many as a request has by default. */
export const MAX_MESSAGE_BYTES: number = BOUNDS.messageBytes.limit
/** Most parts of one stored message. */
export const MAX_MESSAGE_PARTS: number = BOUNDS.savedParts.limit
/** What a message that is larger is told. */
export const MESSAGE_TOO_LARGE: string = `A stored message has at most ${MAX_MESSAGE_PARTS} parts and ${MAX_MESSAGE_BYTES} bytes of JSON.`

/** A message that is to be stored, as far as its size is concerned. */
interface Sized {
  readonly content: MemoryContent | { readonly parts: readonly unknown[] }
}

function isTooLarge({ content }: Sized): boolean {
  return (
    content.parts.length > MAX_MESSAGE_PARTS ||
    Buffer.byteLength(JSON.stringify({ type: 'text', content })) > MAX_MESSAGE_BYTES
  )
}

/**
 * Refuses a question that could not be stored, before a model is asked.
 * @throws {InputError}
 */
export function requireStorable(question: readonly Sized[]): void {
  if (!question.some(isTooLarge)) return
  throw new InputError('The messages cannot be stored.', [
    { field: 'messages', message: MESSAGE_TOO_LARGE },
  ])
}
