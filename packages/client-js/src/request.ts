import { joinSignals, untilAborted, wait } from './abort.js'
import { MastraClientError } from './error.js'
import { joinPath, type Query } from './path.js'
import { readRefusal } from './refusal.js'
import { retryDelay } from './retry.js'
import { TokenSource, type HeldToken, type TokenFunction } from './token.js'

/** Headers by their names. */
export type HeaderRecord = Readonly<Record<string, string>>

/** How a client reaches its server. */
export interface MastraClientOptions {
  /** Where the server is, such as `https://api.example`; empty for the page's own origin. */
  readonly baseUrl: string
  /** Where its API begins. Default: `/api`. */
  readonly apiPrefix?: string | undefined
  /**
   * The bearer token of every request, or a function that gives it. What the function returns is shared
   * by the requests that need it at the same time. After a refusal as `token_expired` or `token_revoked`
   * it is called once more, with `refresh: true`, and the request is sent once more.
   *
   * It is sent to `baseUrl` whatever that is: without `https` anyone on the way can read it.
   */
  readonly token?: string | TokenFunction | undefined
  /** Headers of every request, or a function that gives them. No `Authorization` beside a `token`. */
  readonly headers?: HeaderRecord | (() => HeaderRecord | Promise<HeaderRecord>) | undefined
  /** How often a GET is repeated that failed in passing. Default: 3. Nothing else ever is. */
  readonly retries?: number | undefined
  /** The first wait before it is repeated, in milliseconds; each further one is twice as long. Default: 100. */
  readonly backoffMs?: number | undefined
  /** The longest wait, in milliseconds, unless the server asks for a longer one. Default: 1000. */
  readonly maxBackoffMs?: number | undefined
  /** Ends all requests of the client. */
  readonly abortSignal?: AbortSignal | undefined
  /** Whether cookies are sent, as `fetch` has it. Default: `same-origin`. */
  readonly credentials?: 'omit' | 'same-origin' | 'include' | undefined
  /** Stands in for `fetch`. */
  readonly fetch?: typeof fetch | undefined
}

/** What every call takes last. */
export interface CallOptions {
  /** Ends the request; the call then throws the signal's reason. */
  readonly signal?: AbortSignal | undefined
}

/** One request. */
export interface ApiRequest extends CallOptions {
  /** Default: GET. */
  readonly method?: 'GET' | 'POST' | 'PATCH' | 'DELETE' | undefined
  /** The names of the path behind the prefix, not encoded. */
  readonly path: readonly string[]
  readonly query?: Query | undefined
  /** Sent as JSON. */
  readonly body?: unknown
}

/** An answer that has begun, and the signal that ends it. */
export interface OpenResponse {
  readonly response: Response
  readonly signal: AbortSignal | undefined
}

/** The API of a server. */
export interface Api {
  /**
   * Sends a request and reads its JSON. That it has the shape of `Result` is the server's word.
   * @throws {MastraClientError}
   */
  json<Result>(request: ApiRequest): Promise<Result>
  /**
   * Sends a request, once, and returns its answer as soon as it begins.
   * @throws {MastraClientError}
   */
  open(request: ApiRequest): Promise<OpenResponse>
}

/** One call of a caller, which may take several requests. */
interface Call {
  readonly request: ApiRequest
  readonly url: string
  /** Of the client and of the call. */
  readonly signal: AbortSignal | undefined
  /** Whether a new token was asked for already. */
  isRenewed: boolean
}

/** The refusals that another token may turn. */
const RENEWABLE: ReadonlySet<string> = new Set(['token_expired', 'token_revoked'])

function invalid(message: string): MastraClientError {
  return new MastraClientError('request_invalid', message)
}

function lost(cause: unknown): MastraClientError {
  return new MastraClientError('network_failed', 'The server cannot be reached.', { cause })
}

function makeHeaders(record: HeaderRecord, token: string | undefined, hasBody: boolean): Headers {
  let headers: Headers
  try {
    headers = new Headers(record)
    if (token !== undefined) {
      if (headers.has('authorization'))
        throw invalid('Give either the option token or the header Authorization.')
      headers.set('authorization', `Bearer ${token}`)
    }
  } catch (error) {
    if (MastraClientError.isInstance(error)) throw error
    // What the platform says of an illegal value quotes it, and it may be the token: it is no cause here.
    throw invalid('A header has an illegal name or value.')
  }
  if (hasBody) headers.set('content-type', 'application/json')
  return headers
}

function credentialOf(headers: Headers): string | undefined {
  return headers.get('authorization')?.replace(/^\S+[\t ]+/, '')
}

/** In a browser, a redirect is not told from another but by its type. */
function isRedirect({ type, status }: Response): boolean {
  return type === 'opaqueredirect' || (status >= 300 && status < 400)
}

async function readJson<Result>(response: Response): Promise<Result> {
  const text = await response.text().catch((cause: unknown) => {
    throw lost(cause)
  })
  try {
    return JSON.parse(text) as Result
  } catch {
    throw new MastraClientError('response_invalid', 'The response is not JSON.')
  }
}

/** A URL or a path without the slashes at its end. */
function trimSlashes(text: string): string {
  let end = text.length
  while (text.charAt(end - 1) === '/') end--
  return text.slice(0, end)
}

/** Makes the API of a server. */
export function createApi(options: MastraClientOptions): Api {
  const { token, headers = {}, credentials, apiPrefix = '/api' } = options
  const { retries = 3, backoffMs = 100, maxBackoffMs = 1000 } = options
  const base = [options.baseUrl, apiPrefix.replace(/^\/*(?=.)/, '/')].map(trimSlashes).join('')
  const tokens = typeof token === 'function' ? new TokenSource(token) : undefined
  const fixed = typeof token === 'function' ? undefined : token

  /** Sends a request once. @throws {MastraClientError} with the refusal */
  async function send(request: ApiRequest, url: string, held: HeldToken | undefined) {
    const { method = 'GET', body, signal } = request
    const json = body === undefined ? undefined : JSON.stringify(body)
    const record = typeof headers === 'function' ? await headers() : headers
    const sent = makeHeaders(record, held?.value ?? fixed, json !== undefined)
    let response: Response
    try {
      response = await (options.fetch ?? globalThis.fetch)(url, {
        method,
        headers: sent,
        body: json ?? null,
        signal: signal ?? null,
        // Followed, it would take the body and all headers but Authorization to wherever it leads.
        redirect: 'manual',
        ...(credentials && { credentials }),
      })
    } catch (cause) {
      throw lost(cause)
    }
    if (response.ok) return response
    if (isRedirect(response)) {
      throw new MastraClientError(
        'redirect_refused',
        'The server redirects. Set baseUrl to its own address.',
      )
    }
    throw await readRefusal(response, credentialOf(sent))
  }

  /**
   * Sends a request, and once more with a new token where the first was refused as too old. That is no
   * repetition, also for a POST: the server refuses a token before it reads the body.
   */
  async function sendRenewing(call: Call): Promise<Response> {
    const { request, url } = call
    const held = await tokens?.get()
    try {
      return await send(request, url, held)
    } catch (error) {
      const isRenewable = MastraClientError.isInstance(error) && RENEWABLE.has(error.code)
      if (!tokens || !held || !isRenewable || error.status !== 401) throw error
      if (call.isRenewed) throw error
      call.isRenewed = true
      const renewed = await tokens.renew(held)
      // The same again would be refused again.
      if (renewed.value === held.value) throw error
      return await send(request, url, renewed)
    }
  }

  /** Does one step of a call, and throws the reason of the signal where that has ended it. */
  async function workUntilAborted<Value>(
    signal: AbortSignal | undefined,
    step: () => Promise<Value>,
  ): Promise<Value> {
    signal?.throwIfAborted()
    try {
      return await untilAborted(step(), signal)
    } catch (error) {
      signal?.throwIfAborted()
      throw error
    }
  }

  function prepare(request: ApiRequest): Call {
    const signal = joinSignals(options.abortSignal, request.signal)
    const url = base + joinPath(request.path, request.query)
    return { request: { ...request, signal }, url, signal, isRenewed: false }
  }

  return {
    async json<Result>(request: ApiRequest): Promise<Result> {
      const call = prepare(request)
      const { signal } = call
      const isRepeatable = (request.method ?? 'GET') === 'GET'
      for (let count = 0; ; count++) {
        try {
          return await workUntilAborted(signal, async () =>
            readJson<Result>(await sendRenewing(call)),
          )
        } catch (error) {
          const delay =
            isRepeatable && !signal?.aborted
              ? retryDelay(error, count, { retries, backoffMs, maxBackoffMs })
              : undefined
          if (delay === undefined) throw error
          await wait(delay, signal)
        }
      }
    },
    async open(request) {
      const call = prepare(request)
      const { signal } = call
      return { response: await workUntilAborted(signal, () => sendRenewing(call)), signal }
    },
  }
}
