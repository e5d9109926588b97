import { createPolicyTable, createProxy, type ProxyConfig, type ProxyOptions } from '@signet/proxy'
import { serve, type RunningServer } from '@signet/server'
import {
  createLogRecorder,
  createTestAuth,
  tokenWith,
  type LogLine,
} from '@signet/test-support/application/application'
import { RawClient } from '@signet/test-support/http/raw-client'

/** What the proxy of a test lets through. */
const POLICY = createPolicyTable([
  {
    prefix: '/api',
    lines: [
      { method: 'ALL', path: '/things/:thingId', access: 'agents:read:{thingId}', owner: 'none' },
      { method: 'POST', path: '/deploy', closed: 'It acts for all.' },
    ],
  },
])

/** A good token for the things of the upstream, and for threads. */
export const TOKEN = tokenWith('agents:read', 'memory:read')
/** The header with it. */
export const AUTHORIZATION = `Authorization: Bearer ${TOKEN}`
/** A route of the upstream. */
export const THING = '/api/things/a'

/** A request to a route of the upstream. */
export interface ThingRequest {
  readonly method?: string
  readonly path?: string
  readonly body?: RequestInit['body']
  readonly type?: string
  readonly signal?: AbortSignal
  /** Default: `TOKEN`. */
  readonly token?: string
}

/** A response that has been read to its end, or as far as it came. */
export interface ThingResponse {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** Of the error in it; undefined where it is none. */
  readonly code: unknown
  /** Whether it ended as it was said to. */
  readonly isWhole: boolean
}

/** A proxy that serves over HTTP before the upstream of a test. */
export class StandingProxy {
  readonly log: LogLine[]
  readonly server: RunningServer
  readonly #close: () => Promise<void>
  readonly #scrape: () => Promise<{ readonly text: string }>
  readonly #clients: RawClient[] = []

  private constructor(
    proxy: ReturnType<typeof createProxy>,
    server: RunningServer,
    log: LogLine[],
  ) {
    this.server = server
    this.log = log
    this.#close = () => proxy.close()
    this.#scrape = () => proxy.metrics.scrape()
  }

  static async before(
    upstream: string,
    config: ProxyConfig = {},
    options: ProxyOptions = {},
  ): Promise<StandingProxy> {
    const { logger, lines } = createLogRecorder()
    const proxy = createProxy(
      { auth: createTestAuth(), ...config },
      {
        policy: POLICY,
        upstream,
        logger,
        ...options,
      },
    )
    return new StandingProxy(proxy, await serve(proxy.answer, { port: 0 }), lines)
  }

  get url(): string {
    return `http://127.0.0.1:${this.server.port}`
  }

  /** A connection that sends bytes. It is closed with the proxy. */
  connect(): RawClient {
    const client = new RawClient(this.server.port)
    this.#clients.push(client)
    return client
  }

  /** Asks for a thing with a good token, and reads what comes. It is bounded by 20 seconds. */
  async ask(request: ThingRequest = {}): Promise<ThingResponse> {
    const { path = THING, body, method = body === undefined ? 'GET' : 'POST', signal } = request
    const { type = 'application/octet-stream', token = TOKEN } = request
    const headers = {
      authorization: `Bearer ${token}`,
      ...(body !== undefined && { 'content-type': type }),
    }
    const limit = AbortSignal.timeout(20_000)
    const init: RequestInit & { duplex: 'half' } = {
      method,
      headers,
      body,
      duplex: 'half',
      redirect: 'manual',
      signal: signal === undefined ? limit : AbortSignal.any([limit, signal]),
    }
    const response = await fetch(this.url + path, init)
    let text = ''
    let isWhole = true
    try {
      for await (const piece of response.body?.pipeThrough(new TextDecoderStream()) ?? [])
        text += piece
    } catch (error) {
      if (limit.aborted) throw error
      isWhole = false
    }
    const { status, headers: answered } = response
    return { status, headers: answered, text, code: codeIn(text), isWhole }
  }

  /** How often requests ended with a code. */
  async countOf(code: string): Promise<number> {
    const { text } = await this.#scrape()
    const lines = text.split('\n').filter((line) => line.includes(`code="${code}"}`))
    return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0)
  }

  async stop(): Promise<void> {
    for (const client of this.#clients) client.destroy()
    await this.server.close(0)
    await this.#close()
  }
}

function codeIn(text: string): unknown {
  try {
    return Object(JSON.parse(text)).code
  } catch {
    return undefined
  }
}
