import { ConfigurationError } from '../error.js'
import { LOOPBACK } from '../lib/loopback.js'
import { parseStrictJson } from '../lib/strict-json.js'
import { KeyFaultError } from './key-fault.js'

const MAX_REDIRECTS = 3

/** A document from an issuer, and how long it says that it may be kept. */
export interface FetchedJson {
  readonly text: string
  readonly value: unknown
  /** `max-age` of `Cache-Control`, in seconds; undefined where there is none. */
  readonly maxAgeSeconds: number | undefined
  /** The header `Date` of the answer. */
  readonly date: string | undefined
  /** For how long the answer lay in a cache, as its header `Age` says. */
  readonly ageSeconds: number
}

/** What is sent to an address that answers a request (POST). */
interface PostedForm {
  /** Beside `accept` and `content-type`. */
  readonly headers: Readonly<Record<string, string>>
  /** As `application/x-www-form-urlencoded`. */
  readonly form: URLSearchParams
}

/** How a document is fetched. */
export interface FetchLimits {
  readonly fetch: typeof globalThis.fetch
  readonly timeoutMs: number
  readonly maxBytes: number
  /** What is posted; its response may not be a redirect, which would carry it elsewhere. Default: the document is got. */
  readonly post?: PostedForm | undefined
}

/** Limits that suit every issuer known. */
export const DEFAULT_LIMITS: Omit<FetchLimits, 'fetch'> = { timeoutMs: 5000, maxBytes: 262_144 }

/**
 * Reads the address of a document of an issuer: https, or http on this machine, without credentials.
 * @throws {ConfigurationError} `option_invalid`
 */
export function readAddress(address: string | URL): URL {
  const url = URL.canParse(String(address)) ? new URL(address) : undefined
  const isSafe =
    url?.protocol === 'https:' || (url?.protocol === 'http:' && LOOPBACK.test(url.hostname))
  if (url === undefined || !isSafe || url.username !== '' || url.password !== '') {
    throw new ConfigurationError(
      'option_invalid',
      'The address of a key set or issuer must be an https URL without credentials. http is allowed for this machine only.',
    )
  }
  return url
}

async function readText(response: Response, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength
    if (size > maxBytes) {
      throw new KeyFaultError('too_large', `The document is larger than ${maxBytes} bytes.`)
    }
    chunks.push(chunk)
  }
  // A byte order mark before the text is not part of it (RFC 8259 section 8.1 lets a reader pass over it).
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(
    Buffer.concat(chunks, size),
  )
}

/** Posts a form. What it holds is for this address alone, so a redirect is refused, also within the origin. */
async function send(
  url: URL,
  { headers, form }: PostedForm,
  limits: FetchLimits,
  signal: AbortSignal,
): Promise<Response> {
  const response = await limits.fetch(url, {
    method: 'POST',
    redirect: 'manual',
    signal,
    headers: {
      ...headers,
      accept: 'application/json',
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: form.toString(),
  })
  const isRedirect = response.status >= 300 && response.status < 400
  if (!isRedirect && !response.redirected && response.type !== 'opaqueredirect') return response
  await response.body?.cancel()
  throw new KeyFaultError('redirected', 'The response is a redirect, which is not followed.')
}

/** Follows redirects within the origin; another origin is not the one that was trusted. */
async function follow(url: URL, limits: FetchLimits, signal: AbortSignal): Promise<Response> {
  let at = url
  for (let count = 0; count <= MAX_REDIRECTS; count++) {
    const response = await limits.fetch(at, {
      redirect: 'manual',
      signal,
      headers: { accept: 'application/json' },
    })
    const location = response.headers.get('location')
    if (response.status < 300 || response.status >= 400 || location === null) return response
    await response.body?.cancel()
    at = new URL(location, at)
    if (at.origin !== url.origin) {
      const problem = `The document is redirected to another origin, ${at.origin}.`
      throw new KeyFaultError('redirected', problem)
    }
  }
  const problem = `The document is redirected more than ${MAX_REDIRECTS} times.`
  throw new KeyFaultError('redirected', problem)
}

function readAge(header: string | null): number {
  return /^\d{1,9}$/.test(header ?? '') ? Number(header) : 0
}

function readMaxAge(header: string | null): number | undefined {
  const seconds = /(?:^|,)[\t ]*max-age[\t ]*=[\t ]*"?(\d{1,9})/i.exec(header ?? '')?.[1]
  return seconds === undefined ? undefined : Number(seconds)
}

function readJson(text: string): unknown {
  // What begins with a tag is a page for people, whatever its type says.
  if (text.trimStart().startsWith('<')) {
    throw new KeyFaultError('html', 'The document is HTML or XML, and not JSON.')
  }
  return parseStrictJson(text)
}

async function read(url: URL, limits: FetchLimits, signal: AbortSignal): Promise<FetchedJson> {
  const { post } = limits
  const response =
    post === undefined ? await follow(url, limits, signal) : await send(url, post, limits, signal)
  if (response.status !== 200) {
    await response.body?.cancel()
    throw new KeyFaultError(
      response.status >= 500 ? 'server_failed' : 'status',
      `The response has the status ${response.status}.`,
    )
  }
  const text = await readText(response, limits.maxBytes)
  return {
    text,
    value: readJson(text),
    maxAgeSeconds: readMaxAge(response.headers.get('cache-control')),
    date: response.headers.get('date') ?? undefined,
    ageSeconds: readAge(response.headers.get('age')),
  }
}

function failure(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}

/**
 * Fetches JSON within limits of time and size.
 * @throws {Error} that says why, without what was read
 */
export async function fetchJson(url: URL, limits: FetchLimits): Promise<FetchedJson> {
  const controller = new AbortController()
  const timer = setTimeout(
    () =>
      controller.abort(
        new KeyFaultError('too_slow', `The response took longer than ${limits.timeoutMs} ms.`),
      ),
    limits.timeoutMs,
  )
  try {
    // Not every fetch that an application gives obeys its signal.
    return await Promise.race([read(url, limits, controller.signal), failure(controller.signal)])
  } finally {
    clearTimeout(timer)
  }
}
