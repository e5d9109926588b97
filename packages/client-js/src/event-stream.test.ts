import { describe, expect, it, vi, type Mock } from 'vitest'
import { readChunks } from './event-stream.js'

const encoder = new TextEncoder()

/** A body that comes in these pieces, and then ends, fails or stays open. */
function streamOf(
  pieces: readonly (string | Uint8Array)[],
  end: 'close' | 'hang' | Error = 'close',
): { readonly body: ReadableStream<Uint8Array>; readonly cancel: Mock<() => void> } {
  const rest = [...pieces]
  const cancel = vi.fn<() => void>()
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        const piece = rest.shift()
        if (piece !== undefined) {
          controller.enqueue(typeof piece === 'string' ? encoder.encode(piece) : piece)
        } else if (end instanceof Error) controller.error(end)
        else if (end === 'close') controller.close()
        return end === 'hang' && piece === undefined ? new Promise(() => undefined) : undefined
      },
      cancel,
    },
    { highWaterMark: 0 },
  )
  return { body, cancel }
}

const EVENTS = { 'content-type': 'text/event-stream; charset=utf-8' }

async function readAll(
  body: BodyInit | null,
  headers: Record<string, string> = EVENTS,
  signal?: AbortSignal,
): Promise<unknown[]> {
  const chunks: unknown[] = []
  for await (const chunk of readChunks({ response: new Response(body, { headers }), signal })) {
    chunks.push(chunk)
  }
  return chunks
}

const cut = expect.objectContaining({ name: 'MastraClientError', code: 'stream_cut', status: 0 })
const invalid = expect.objectContaining({ code: 'response_invalid' })

describe('readChunks', () => {
  const text = 'data: {"a":"Ü 🌧"}\n\ndata: [1]\n\ndata: [DONE]\n\n'
  const expected = [{ a: 'Ü 🌧' }, [1]]

  it('reads the chunks until [DONE]', async () => {
    expect(await readAll(text)).toStrictEqual(expected)
  })

  it('reads them however they are cut into pieces, also within a letter', async () => {
    const bytes = encoder.encode(text)
    for (const size of [1, 2, 3, 5, 7]) {
      const count = Math.ceil(bytes.length / size)
      const pieces = Array.from({ length: count }, (_, index) =>
        bytes.subarray(index * size, (index + 1) * size),
      )
      expect(await readAll(streamOf(pieces).body)).toStrictEqual(expected)
    }
  })

  it.each(['\r\n', '\r'])('reads lines that end with %j, in any pieces', async (lineEnd) => {
    const other = text.replace('{"a"', '{\ndata: "a"').replaceAll('\n', lineEnd)
    expect(await readAll(streamOf([`${other}:\n`]).body)).toStrictEqual(expected)
    expect(await readAll(streamOf([...`${other}:\n`]).body)).toStrictEqual(expected)
  })

  it('reads past comments, names, ids and empty events, and joins lines of one event', async () => {
    const events = ': ping\n\nevent: x\nid: 7\ndata:{"a":\ndata: 1}\n\n\n\ndata: [DONE]\n\n'
    expect(await readAll(events)).toStrictEqual([{ a: 1 }])
  })

  it('stops at [DONE] of a connection that stays open', async () => {
    const { body, cancel } = streamOf([text], 'hang')
    expect(await readAll(body)).toStrictEqual(expected)
    expect(cancel).toHaveBeenCalledOnce()
  })

  it('gives the chunks that came before it was cut off, and then says so', async () => {
    const chunks: unknown[] = []
    const { body } = streamOf(['data: 1\n\ndata: 2\n', '\ndata: 3\n'])
    const reading = async () => {
      const response = new Response(body, { headers: EVENTS })
      for await (const chunk of readChunks({ response, signal: undefined })) chunks.push(chunk)
    }
    await expect(reading()).rejects.toThrow(cut)
    expect(chunks).toStrictEqual([1, 2])
  })

  it.each([
    ['nothing came', []],
    ['[DONE] has no end', ['data: [DONE]']],
    ['[DONE] has half an end', ['data: [DONE]\n']],
    ['[DONE] is in a chunk', ['data: "[DONE]"\n\n']],
  ])('says that it was cut off where %s', async (_case, pieces) => {
    await expect(readAll(streamOf(pieces).body)).rejects.toThrow(cut)
  })

  it('says that it was cut off where the connection failed, and why', async () => {
    const cause = new Error('ECONNRESET')
    await expect(readAll(streamOf(['data: 1\n\n'], cause).body)).rejects.toMatchObject({
      code: 'stream_cut',
      cause,
    })
  })

  it('refuses an answer that is no stream of events: a page, say', async () => {
    await expect(readAll('<html>', { 'content-type': 'text/html' })).rejects.toThrow(invalid)
    await expect(readAll('{}', { 'content-type': 'application/json' })).rejects.toThrow(invalid)
    await expect(readAll(null)).rejects.toThrow(invalid)
  })

  it('refuses an event that is not JSON, quotes nothing of it, and cancels the rest', async () => {
    const { body, cancel } = streamOf(['data: MARKER\n\n'], 'hang')
    const error: unknown = await readAll(body).catch((reason: unknown) => reason)
    expect(error).toEqual(invalid)
    expect(String(error)).not.toContain('MARKER')
    expect(cancel).toHaveBeenCalledOnce()
  })

  it('cancels the answer when its reader stops', async () => {
    const { body, cancel } = streamOf([text], 'hang')
    const response = new Response(body, { headers: EVENTS })
    const chunks = readChunks({ response, signal: undefined })
    await chunks.next()
    await chunks.return(undefined)
    expect(cancel).toHaveBeenCalledOnce()
  })

  it('throws the reason of a signal that has fired, not that it was cut off', async () => {
    const reason = new Error('no longer wanted')
    const { body } = streamOf(['data: 1\n\n'], new Error('aborted'))
    await expect(readAll(body, EVENTS, AbortSignal.abort(reason))).rejects.toBe(reason)
  })
})
