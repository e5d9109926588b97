import { MastraClientError } from './error.js'

/** How a request that may be repeated is repeated. */
export interface RetryOptions {
  /** How often at most, after the first time. */
  readonly retries: number
  /** The first wait, in milliseconds; each further one is twice as long. */
  readonly backoffMs: number
  /** The longest wait, in milliseconds, unless the server asks for a longer one. */
  readonly maxBackoffMs: number
}

/** A server that asks for more than this is not waited for: the caller is told, and can decide. */
const MAX_WAIT_SECONDS = 60

/** Reads `Retry-After`: seconds, or the time when (RFC 9110 section 10.2.3). */
export function retryAfterSeconds(header: string | undefined): number | undefined {
  if (header === undefined) return undefined
  if (/^\d+$/.test(header)) return Number(header)
  const time = header.endsWith('GMT') ? Date.parse(header) : NaN
  return Number.isNaN(time) ? undefined : Math.max(0, Math.ceil((time - Date.now()) / 1000))
}

/** Failures that the next moment may mend. */
function isPassing({ code, status }: MastraClientError): boolean {
  return code === 'network_failed' || code === 'stream_cut' || status === 429 || status >= 500
}

/**
 * How long to wait before a request is repeated, in milliseconds; undefined where it is not.
 * @param count - how often it has been repeated already
 */
export function retryDelay(
  error: unknown,
  count: number,
  options: RetryOptions,
): number | undefined {
  const isDue = count < options.retries && MastraClientError.isInstance(error) && isPassing(error)
  const seconds = isDue ? (error.retryAfterSeconds ?? 0) : Infinity
  if (seconds > MAX_WAIT_SECONDS) return undefined
  const backoff = Math.min(options.backoffMs * 2 ** count, options.maxBackoffMs)
  // Up to half of it by chance, so that clients that failed together do not come back together.
  return Math.max(backoff * (1 - Math.random() / 2), seconds * 1000)
}
