import type { LanguageModelV3StreamPart } from '@ai-sdk/provider'
import type { Plan } from './plan.js'

/** Most pieces that a text is streamed in. */
const MAX_PIECES = 1000

/**
 * A text cut into words, each with the space behind it, or into runs of as many words as make no more than 1,000
 * pieces; joined they are the text again.
 */
function cutWords(text: string): readonly string[] {
  const words = text.match(/^\s+|\S+\s*/gu) ?? []
  const perPiece = Math.ceil(words.length / MAX_PIECES)
  if (perPiece <= 1) return words
  return Array.from({ length: Math.ceil(words.length / perPiece) }, (_, piece) =>
    words.slice(piece * perPiece, (piece + 1) * perPiece).join(''),
  )
}

function contentParts({ content }: Plan): readonly LanguageModelV3StreamPart[] {
  if (content.type === 'text') {
    const id = 'text_1'
    return [
      { type: 'text-start', id },
      ...cutWords(content.text).map((delta) => ({ type: 'text-delta' as const, id, delta })),
      { type: 'text-end', id },
    ]
  }
  const { toolCallId: id, toolName, input } = content
  return [
    { type: 'tool-input-start', id, toolName },
    ...cutWords(input).map((delta) => ({ type: 'tool-input-delta' as const, id, delta })),
    { type: 'tool-input-end', id },
    content,
  ]
}

/** The parts of a stream that tells a plan, in their order. */
export function planParts(plan: Plan, modelId: string): readonly LanguageModelV3StreamPart[] {
  const { finishReason, usage, providerMetadata } = plan
  return [
    { type: 'stream-start', warnings: [] },
    { type: 'response-metadata', modelId },
    ...contentParts(plan),
    { type: 'finish', finishReason, usage, providerMetadata },
  ]
}
