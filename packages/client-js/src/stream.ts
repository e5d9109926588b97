import type { AgentChunk } from './chunk.js'

/**
 * An answer that is read piece by piece, once: either by iterating over it or with `processDataStream`.
 * Whoever stops early stops the agent too. It is the `Response` itself, with its status and headers.
 */
export interface AgentStream extends Response, AsyncIterable<AgentChunk> {
  /**
   * Calls `onChunk` with each chunk, and waits for it before the next.
   *
   * @throws {MastraClientError} `stream_cut` where the connection ended before the answer did
   * @throws whatever `onChunk` throws; the agent is then stopped
   */
  processDataStream(options: { readonly onChunk: (chunk: AgentChunk) => unknown }): Promise<void>
}

/** Makes a stream of the answer that it begins with and of the chunks that follow. */
export function createStream(response: Response, chunks: AsyncGenerator<AgentChunk>): AgentStream {
  return Object.assign(response, {
    [Symbol.asyncIterator]: () => chunks,
    async processDataStream({ onChunk }: { readonly onChunk: (chunk: AgentChunk) => unknown }) {
      for await (const chunk of chunks) await onChunk(chunk)
    },
  })
}
