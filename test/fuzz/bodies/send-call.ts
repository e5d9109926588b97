import { Agent, request, type IncomingMessage } from 'node:http'
import { Violation } from '../fuzzer.js'

/** A request. */
export interface SentCall {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer | undefined
}

/** Its answer, read to the end. */
export interface CallAnswer {
  readonly status: number
  readonly type: string
  readonly text: string
}

/** How long an answer may take, on a machine that does much else. */
const ANSWER_MS = 60_000

const agent = new Agent({ keepAlive: true, maxSockets: 16 })

async function readAnswer(message: IncomingMessage): Promise<CallAnswer> {
  const chunks: Buffer[] = []
  for await (const chunk of message) chunks.push(chunk as Buffer)
  return {
    status: message.statusCode ?? 0,
    type: message.headers['content-type'] ?? '',
    text: Buffer.concat(chunks).toString(),
  }
}

function sendOnce(port: number, call: SentCall): Promise<CallAnswer> {
  return new Promise((resolve, reject) => {
    const { method, path, headers, body } = call
    const length = body === undefined ? {} : { 'content-length': String(body.length) }
    const options = {
      host: '127.0.0.1',
      port,
      agent,
      method,
      path,
      headers: { ...headers, ...length },
      signal: AbortSignal.timeout(ANSWER_MS),
    }
    request(options, (message) => void readAnswer(message).then(resolve, reject))
      .on('error', reject)
      .end(body)
  })
}

/** What a client sees of a connection that the server has closed, or of one that was kept alive too long. */
const CLOSED: ReadonlySet<unknown> = new Set(['ECONNRESET', 'EPIPE'])
const MAX_TRIES = 3

/** Sends a request. @throws {Violation} where no whole answer comes */
export async function sendCall(port: number, call: SentCall): Promise<CallAnswer> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await sendOnce(port, call)
    } catch (error) {
      const code: unknown = Reflect.get(Object(error), 'code')
      if (CLOSED.has(code) && attempt < MAX_TRIES) continue
      throw new Violation('each request is answered', { cause: String(error), code })
    }
  }
}
