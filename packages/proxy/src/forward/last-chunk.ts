import { isObject, ownMember } from '@signet/auth/internal'
import { publicError } from '@signet/server/internal'
import type { StreamForm } from './chunk-filter.js'

/** What the chunks of a route say that they come from. */
export type ChunkSource = 'AGENT' | 'WORKFLOW'

/** A streamed response as far as it came. */
interface BrokenStream {
  readonly form: StreamForm
  /** Whether it is a stream of messages for the AI SDK: it says so in a header. */
  readonly isUi: boolean
  /** How its first complete pieces begin; undefined where none came. */
  readonly begin: Buffer | undefined
  /** By its route; undefined for one whose chunks may be of any kind. */
  readonly source: ChunkSource | undefined
}

/** So much of the begin is looked at, in bytes: more than the first chunk of an answer has. */
export const BEGIN_BYTES = 4096

/** The first chunk as an object; undefined for what is not one. */
function firstChunk(begin: Buffer, form: StreamForm): object | undefined {
  const text = begin.toString('utf8')
  const [first = ''] =
    form === 'records'
      ? text.split('\u001e', 1)
      : text
          .split(/\r?\n/)
          .filter((line) => line.startsWith('data:'))
          .map((line) => line.slice('data:'.length))
  try {
    const value: unknown = JSON.parse(first)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** The run and the source of the chunks; undefined for chunks of another kind. */
function senderOf({ form, begin, source }: BrokenStream) {
  if (begin === undefined) return source === undefined ? undefined : { runId: '', from: source }
  const chunk = firstChunk(begin, form)
  const [runId, from] = [ownMember(chunk, 'runId'), ownMember(chunk, 'from')]
  return typeof runId === 'string' && typeof from === 'string' ? { runId, from } : undefined
}

function endOf(chunk: object, form: StreamForm): Buffer {
  const text = JSON.stringify(chunk)
  return Buffer.from(form === 'records' ? `${text}\u001e` : `data: ${text}\n\ndata: [DONE]\n\n`)
}

/**
 * The last of a stream that is broken off, as a server of Signet says it: a chunk of the type `error` with the code. In a
 * stream for the AI SDK, it is an `error` with `errorText`.
 * @returns undefined where the stream has chunks of another kind, in which an error could be read as something else
 */
export function lastChunk(stream: BrokenStream, error: unknown): Buffer | undefined {
  const { form, isUi } = stream
  const { code, message } = publicError(error)
  if (isUi && form === 'events') return endOf({ type: 'error', errorText: message }, form)
  const sender = senderOf(stream)
  if (sender === undefined) return undefined
  const payload = { error: { name: 'Error', message, code } }
  return endOf({ type: 'error', ...sender, payload }, form)
}
