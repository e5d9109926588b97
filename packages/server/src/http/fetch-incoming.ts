import type { Incoming } from './incoming.js'
import { targetOf } from './target.js'

/** Reads a stream up to `limit` bytes, and no further. */
async function readBytes(
  body: ReadableStream<Uint8Array>,
  limit: number,
  onBytes?: (bytes: number) => void,
): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.byteLength
    onBytes?.(chunk.byteLength)
    if (size > limit) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks, size)
}

/** A request that comes as one of the Fetch standard, as to an application that another server embeds. */
export function fetchIncoming(request: Request): Incoming {
  const { method, headers, signal } = request
  const { path, query, url } = targetOf(new URL(request.url))
  return {
    fault: undefined,
    method,
    path,
    query,
    url,
    header: (name) => headers.get(name) ?? undefined,
    headers,
    raw: url === request.url ? request : new Request(url, { method, headers, signal }),
    get isClientGone() {
      return signal.aborted
    },
    signal,
    hasBody: request.body !== null && headers.get('content-length') !== '0',
    readBody: async (limit, onBytes) =>
      request.body === null ? new Uint8Array() : await readBytes(request.body, limit, onBytes),
    body: request.body,
  }
}
