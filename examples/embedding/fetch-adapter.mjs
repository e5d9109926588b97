// Between node:http and the Fetch standard. A server that has Fetch requests already, such as Hono, Next.js, Deno or
// Bun, needs none of this: it returns `app.fetch(request)`.
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

/**
 * Makes a Fetch request of a request of node:http.
 * @param {import('node:http').IncomingMessage} message
 * @param {AbortSignal} signal - aborted when the client leaves, which ends the work for the request
 */
function requestOf(message, signal) {
  const { method = 'GET', url = '/', rawHeaders } = message
  const headers = new Headers()
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    headers.append(rawHeaders[index] ?? '', rawHeaders[index + 1] ?? '')
  }
  const body = method === 'GET' || method === 'HEAD' ? null : Readable.toWeb(message)
  return new Request(`http://localhost${url}`, { method, headers, body, signal, duplex: 'half' })
}

/**
 * Answers a request of node:http by a function from a Fetch request to a Fetch response.
 * @param {import('node:http').IncomingMessage} message
 * @param {import('node:http').ServerResponse} response
 * @param {(request: Request) => Promise<Response>} answer
 */
export async function answerByFetch(message, response, answer) {
  const client = new AbortController()
  response.once('close', () => {
    if (!response.writableFinished) client.abort()
  })
  try {
    const { status, headers, body } = await answer(requestOf(message, client.signal))
    response.writeHead(status, [...headers].flat())
    // A stream is sent as it comes, and ends early where the client leaves.
    if (body === null) response.end()
    else await pipeline(Readable.fromWeb(body), response)
  } catch (error) {
    if (client.signal.aborted) return
    console.error(error)
    if (response.headersSent) response.destroy()
    else response.writeHead(400).end()
  }
}
