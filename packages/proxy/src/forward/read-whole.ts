import type { Readable } from 'node:stream'
import { upstreamError } from '../upstream/upstream.js'

/**
 * Reads a response to its end.
 * @param limit - in bytes; of a longer one nothing is kept
 * @returns undefined where it is longer
 * @throws {RequestError} `upstream_unavailable` or `upstream_timeout` where it is broken off
 */
export async function readWhole(body: Readable, limit: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      size += chunk.length
      // Leaving the loop destroys the body.
      if (size > limit) return undefined
      chunks.push(chunk)
    }
  } catch (error) {
    throw upstreamError(error)
  }
  return Buffer.concat(chunks, size)
}
