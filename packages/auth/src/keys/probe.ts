import { locateKeySet, metadataUrl } from './discovery.js'
import { DEFAULT_LIMITS, fetchJson, readAddress, type FetchedJson } from './fetch-json.js'
import { keyFaultOf } from './key-fault.js'
import { readKeySet, type IgnoredKey } from './key-set.js'

/** What came of fetching keys once. */
export interface KeyProbe {
  /** What was asked. `introspection`: the endpoint that says which opaque tokens are active, which has no keys. Default: `keys`. */
  readonly kind?: 'keys' | 'introspection' | undefined
  /** What was fetched last: the key set, or the metadata that names it; or the introspection endpoint. */
  readonly url: string
  /** Why the keys cannot be had, without what was read; undefined where they can. */
  readonly problem: string | undefined
  /** What to do about the problem. */
  readonly remedy: string | undefined
  /** How many keys of the set can be used. */
  readonly usableKeys: number
  /** The entries of the set that are left out. */
  readonly ignored: readonly IgnoredKey[]
  /** How far the clock here is ahead of that of the key server; undefined where it does not say. */
  readonly clockAheadSeconds: number | undefined
}

/** How keys are fetched. */
export interface ProbeOptions {
  /** Default: the global `fetch`. */
  readonly fetch?: typeof globalThis.fetch | undefined
  /** The clock, in milliseconds since 1970. Default: `Date.now`. */
  readonly now?: (() => number) | undefined
}

/** The answer of a cache is as old as it says (RFC 9111 section 5.1), and `Date` is of its origin. */
function clockAhead({ date, ageSeconds }: FetchedJson, now: number): number | undefined {
  const sentAt = date === undefined ? Number.NaN : Date.parse(date)
  return Number.isNaN(sentAt) ? undefined : Math.round((now - sentAt) / 1000) - ageSeconds
}

function failed(url: URL, error: unknown): KeyProbe {
  const { problem, remedy } = keyFaultOf(error)
  return {
    url: url.href,
    problem,
    remedy,
    usableKeys: 0,
    ignored: [],
    clockAheadSeconds: undefined,
  }
}

async function probe(url: URL, options: ProbeOptions): Promise<KeyProbe> {
  const { fetch = globalThis.fetch, now = Date.now } = options
  try {
    const fetched = await fetchJson(url, { ...DEFAULT_LIMITS, fetch })
    const clockAheadSeconds = clockAhead(fetched, now())
    try {
      const { size, ignored } = readKeySet(fetched.value)
      return {
        url: url.href,
        problem: undefined,
        remedy: undefined,
        usableKeys: size,
        ignored,
        clockAheadSeconds,
      }
    } catch (error) {
      return { ...failed(url, error), clockAheadSeconds }
    }
  } catch (error) {
    return failed(url, error)
  }
}

/**
 * Fetches a key set once, by the rules of verification, and tells what came of it. Nothing is kept.
 * @throws {ConfigurationError} `option_invalid` for an address that keys are not fetched from
 */
export async function probeKeySet(
  url: string | URL,
  options: ProbeOptions = {},
): Promise<KeyProbe> {
  return await probe(readAddress(url), options)
}

/**
 * The same for an issuer whose metadata names the key set.
 * @throws {ConfigurationError} `option_invalid` for an issuer that is not an address
 */
export async function probeDiscovery(
  issuer: string,
  options: ProbeOptions = {},
): Promise<KeyProbe> {
  const { fetch = globalThis.fetch } = options
  const metadata = metadataUrl(issuer)
  let url: URL
  try {
    url = await locateKeySet(issuer, { ...DEFAULT_LIMITS, fetch })
  } catch (error) {
    return failed(metadata, error)
  }
  return await probe(url, options)
}
