import { isJsonObject } from '@signet/auth/internal'
import type { JSONValue, LanguageModelV4ToolResultOutput } from '@ai-sdk/provider'

/** What a tool came to as a model is told it. */
export type ToldOutput = LanguageModelV4ToolResultOutput

type ToldItem = Extract<ToldOutput, { type: 'content' }>['value'][number]

/** Most characters of a result that has pictures: they fill their room in base64, and must be stored with an answer. */
export const MAX_PICTURE_CHARACTERS = 3_000_000
/** So many items of a result with pictures are told. */
const MAX_ITEMS = 100

const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/u
const PICTURE_TYPES: ReadonlySet<unknown> = new Set([
  'image',
  'image-data',
  'media',
  'file',
  'file-data',
])

/**
 * The items of a result that may have pictures: of one of MCP, `{ content: […] }`, of `{ type: 'content', value: […] }`
 * of the AI SDK, or of a list of such items.
 */
function itemsOf(output: unknown): readonly unknown[] | undefined {
  if (Array.isArray(output)) return output
  if (!isJsonObject(output)) return undefined
  const items = output['type'] === 'content' ? output['value'] : output['content']
  return Array.isArray(items) ? items : undefined
}

/** The media type of an item that says it is a picture. */
function pictureType(item: unknown): string | undefined {
  if (!isJsonObject(item) || !PICTURE_TYPES.has(item['type'])) return undefined
  const mediaType = item['mimeType'] ?? item['mediaType']
  return typeof mediaType === 'string' && mediaType.startsWith('image/') ? mediaType : undefined
}

/** Whether a tool returned pictures, by its shape alone: of what it is, `tellOutput` makes sure. Never throws. */
export function hasPictures(returned: unknown): boolean {
  try {
    return (
      itemsOf(returned)
        ?.slice(0, MAX_ITEMS)
        .some((item) => pictureType(item)) ?? false
    )
  } catch {
    return false
  }
}

function tellItem(item: unknown): ToldItem {
  const mediaType = pictureType(item)
  if (mediaType !== undefined && isJsonObject(item)) {
    const { data: given } = item
    const data = isJsonObject(given) ? given['data'] : given
    if (typeof data === 'string' && BASE64.test(data)) {
      return { type: 'file', data: { type: 'data', data }, mediaType }
    }
    return { type: 'text', text: '[A picture that is too large, or cannot be read]' }
  }
  const isText = isJsonObject(item) && item['type'] === 'text' && typeof item['text'] === 'string'
  return { type: 'text', text: isText ? String(item['text']) : JSON.stringify(item) }
}

/**
 * What a tool returned as the model is told it: pictures as pictures, all else as a text or as JSON.
 * @param output - plain JSON
 */
export function tellOutput(output: JSONValue | undefined): ToldOutput {
  if (typeof output === 'string') return { type: 'text', value: output }
  if (!hasPictures(output)) return { type: 'json', value: output ?? null }
  const value = (itemsOf(output) ?? []).slice(0, MAX_ITEMS).map(tellItem)
  const more = isJsonObject(output) ? output['structuredContent'] : undefined
  if (more !== undefined) value.push({ type: 'text', text: JSON.stringify(more) })
  return { type: 'content', value }
}
