import { measureAge } from '../lib/age.js'
import { AuthError, ConfigurationError } from '../error.js'
import type { TokenHeader } from '../jws/compact.js'
import type { OptionNames } from '../option/closed-options.js'
import { refuseUnknown } from '../option/options-error.js'
import type { KeySource, VerificationKey } from './key-source.js'
import { fetchJson, readAddress, type FetchedJson } from './fetch-json.js'
import { ignoredWords } from './ignored-keys.js'
import { KeyFaultError, keyFaultOf, shownAddress } from './key-fault.js'
import { keyIdOf, readKeySet, type IgnoredKey, type KeySet } from './key-set.js'
import { RefetchBucket } from './refetch-bucket.js'

/** How a key set is fetched and kept. The defaults suit every issuer known. */
export interface RemoteKeySetOptions {
  /** How long a set is in force before it is fetched again. Default: 600 (10 minutes). */
  readonly freshSeconds?: number | undefined
  /** How long after that its keys still serve while the issuer does not answer. Default: 3600 (1 hour). */
  readonly staleSeconds?: number | undefined
  /** Longest time for one fetch. Default: 5000 (5 seconds). */
  readonly timeoutMs?: number | undefined
  /** Largest document. Default: 262,144 (256 KiB). */
  readonly maxBytes?: number | undefined
  /** Default: the global `fetch`. */
  readonly fetch?: typeof globalThis.fetch | undefined
  /**
   * A clock that nobody sets, in milliseconds since whenever. Default: `performance.now`. A set is as old as this clock
   * says, or `Date.now` where that is more, as after the machine was suspended.
   */
  readonly now?: (() => number) | undefined
  /** Is told which entries of a set are left out, each time that another set is fetched; of a set without keys an empty list. Default: nobody is. */
  readonly onIgnored?: ((url: URL, ignored: readonly IgnoredKey[]) => void) | undefined
}

const OPTIONS: OptionNames<RemoteKeySetOptions> = {
  freshSeconds: true,
  staleSeconds: true,
  timeoutMs: true,
  maxBytes: true,
  fetch: true,
  now: true,
  onIgnored: true,
}

/** A key set at an address. */
export interface RemoteKeySet extends KeySource {
  readonly generation: number
  isTrusted(): boolean
  keepFresh(): void
  /**
   * Fetches the set now, or waits for the fetch that is running.
   * @throws {AuthError} `keys_unavailable`
   */
  refresh(): Promise<void>
}

/** `max-age` may shorten the time that a set is in force, but not below this. */
const MIN_FRESH_SECONDS = 60
/** Fetches because of an unknown `kid`: so many in so long. */
const REFETCHES = 5
const REFETCH_SPAN_MS = 30_000
/** For how long a `kid` that a fetch did not bring is known to be unknown. */
const UNKNOWN_MS = 30_000
const MAX_UNKNOWN = 1000
/** The break after a fetch that failed. */
const RETRY_MS = 1000

/** A set in force, and how long it is, in milliseconds. */
interface Current {
  readonly set: KeySet
  readonly text: string
  readonly ageMs: () => number
  readonly freshMs: number
  readonly trustedMs: number
}

function unavailable(message: string, cause?: unknown): AuthError {
  return new AuthError('keys_unavailable', message, { cause })
}

/** Names the fault, the address and what to do: for the log and for whoever explains a token, and never for the wire. */
function unfetched(url: URL | undefined, isFetched: boolean, cause: unknown): AuthError {
  const { problem, remedy } = keyFaultOf(cause)
  const place = url === undefined ? '' : ` from ${shownAddress(url)}`
  const what = isFetched
    ? `The key set was fetched${place}`
    : `The key set cannot be fetched${place}`
  return unavailable(`${what}. ${problem} ${remedy}`, cause)
}

/**
 * Reads a set that was fetched. An empty one ends the use of all keys; one of which nothing can be used is a mistake, and the set in
 * force serves on, as where nothing can be fetched.
 * @throws {ConfigurationError | KeyFaultError}
 */
function readFetchedSet(value: unknown): KeySet {
  const set = readKeySet(value)
  if (set.size > 0 || set.ignored.length === 0) return set
  throw new KeyFaultError(
    'no_usable_key',
    `The key set has no usable key. ${ignoredWords(set.ignored)}`,
  )
}

/** What a header asks for, as far as it can be unknown. */
function askedName(header: TokenHeader): string {
  const keyId = keyIdOf(header)
  return typeof keyId === 'string' ? `kid ${keyId}` : `alg ${String(header.alg)}`
}

/** A key set that is found by `locate` and kept as its options say. */
class FetchedKeySet implements RemoteKeySet {
  readonly #locate: () => URL | Promise<URL>
  readonly #options: Required<RemoteKeySetOptions>
  readonly #bucket = new RefetchBucket(REFETCHES, REFETCH_SPAN_MS)
  /** When each name was found to be unknown. */
  readonly #unknown = new Map<string, number>()
  #current: Current | undefined
  /** The one fetch that is running. */
  #flight: Promise<void> | undefined
  #retryAt = -Infinity
  /** What kept the last fetch from bringing keys. */
  #failure = ''
  generation = 0

  constructor(locate: () => URL | Promise<URL>, options: RemoteKeySetOptions) {
    this.#locate = locate
    this.#options = {
      freshSeconds: options.freshSeconds ?? 600,
      staleSeconds: options.staleSeconds ?? 3600,
      timeoutMs: options.timeoutMs ?? 5000,
      maxBytes: options.maxBytes ?? 262_144,
      fetch: options.fetch ?? globalThis.fetch,
      now: options.now ?? (() => performance.now()),
      onIgnored: options.onIgnored ?? (() => undefined),
    }
  }

  isTrusted(): boolean {
    return this.#trusted() !== undefined
  }

  find(header: TokenHeader): readonly VerificationKey[] | Promise<readonly VerificationKey[]> {
    const current = this.#trusted()
    if (current === undefined) return this.#findFirst(header)
    this.keepFresh()
    const keys = current.set.find(header)
    if (keys instanceof Promise || keys.length > 0) return keys
    return this.#findUnknown(header, this.#options.now())
  }

  keepFresh(): void {
    const current = this.#current
    if (current !== undefined && current.ageMs() >= current.freshMs) this.#refreshInBackground()
  }

  async refresh(): Promise<void> {
    this.#flight ??= this.#start()
    await this.#flight
  }

  /** The set in force, unless it is too old. */
  #trusted(): Current | undefined {
    const current = this.#current
    return current !== undefined && current.ageMs() < current.trustedMs ? current : undefined
  }

  /** Nothing that is in force: everybody waits for one fetch. */
  async #findFirst(header: TokenHeader): Promise<readonly VerificationKey[]> {
    if (this.#flight === undefined && this.#options.now() < this.#retryAt) {
      throw unavailable(
        `The last fetch failed less than ${RETRY_MS / 1000} s ago: ${this.#failure}`,
      )
    }
    const isJoined = this.#flight !== undefined
    await this.refresh()
    const keys = await this.#select(header)
    // A fetch that was running may have begun before the key was there.
    return keys.length > 0 || !isJoined ? keys : this.#findUnknown(header, this.#options.now())
  }

  /** The set in force does not have the key: it may be a new one, or made up. */
  async #findUnknown(header: TokenHeader, askedAt: number): Promise<readonly VerificationKey[]> {
    const name = askedName(header)
    const since = this.#unknown.get(name)
    if (since !== undefined && askedAt < since + UNKNOWN_MS) return []
    if (this.#flight !== undefined) {
      // It may have begun before the key was there, so what it brings is not the last word.
      await this.#flight.catch(() => undefined)
      const keys = await this.#select(header)
      if (keys.length > 0) return keys
    }
    if (this.#flight === undefined && !this.#bucket.take(this.#options.now())) {
      throw unavailable(
        'Tokens name keys that the key set does not have, and the key set was fetched too often for them. Try again in ${REFETCH_SPAN_MS / 1000} s.',
      )
    }
    await this.refresh()
    const keys = await this.#select(header)
    if (keys.length === 0) this.#remember(name)
    return keys
  }

  async #select(header: TokenHeader): Promise<readonly VerificationKey[]> {
    return (await this.#current?.set.find(header)) ?? []
  }

  #remember(name: string): void {
    this.#unknown.delete(name)
    this.#unknown.set(name, this.#options.now())
    const [oldest] = this.#unknown.keys()
    if (this.#unknown.size > MAX_UNKNOWN && oldest !== undefined) this.#unknown.delete(oldest)
  }

  #refreshInBackground(): void {
    if (this.#flight !== undefined || this.#options.now() < this.#retryAt) return
    this.refresh().catch(() => undefined)
  }

  #start(): Promise<void> {
    const flight = this.#fetch().finally(() => {
      this.#flight = undefined
    })
    // Whoever waits is told; where nobody does, a failure is not an unhandled one.
    flight.catch(() => undefined)
    return flight
  }

  async #fetch(): Promise<void> {
    let url: URL | undefined
    let isFetched = false
    try {
      url = await this.#locate()
      const fetched = await fetchJson(url, this.#options)
      isFetched = true
      this.#accept(url, fetched, readFetchedSet(fetched.value))
    } catch (cause) {
      this.#retryAt = this.#options.now() + RETRY_MS
      const error = unfetched(url, isFetched, cause)
      this.#failure = error.message
      throw error
    }
  }

  #accept(url: URL, { text, maxAgeSeconds }: FetchedJson, set: KeySet): void {
    const { now, freshSeconds, staleSeconds, onIgnored } = this.#options
    const asked = Math.max(maxAgeSeconds ?? freshSeconds, MIN_FRESH_SECONDS)
    const freshMs = Math.min(asked, freshSeconds) * 1000
    if (text !== this.#current?.text) {
      this.generation++
      this.#unknown.clear()
      if (set.ignored.length > 0 || set.size === 0) onIgnored(url, set.ignored)
    }
    const trustedMs = freshMs + staleSeconds * 1000
    this.#current = { set, text, ageMs: measureAge(now), freshMs, trustedMs }
    this.#retryAt = -Infinity
  }
}

/** A key set whose address is found when it is needed. */
export function createLocatedKeySet(
  locate: () => URL | Promise<URL>,
  options: RemoteKeySetOptions = {},
): RemoteKeySet {
  for (const name of ['freshSeconds', 'staleSeconds', 'timeoutMs', 'maxBytes'] as const) {
    const value = options[name]
    if (value !== undefined && !(Number.isFinite(value) && value >= 0)) {
      throw new ConfigurationError(
        'option_invalid',
        `The option ${name} of a key set must be a number of at least 0.`,
      )
    }
  }
  refuseUnknown('A key set', options, OPTIONS)
  return new FetchedKeySet(locate, options)
}

/**
 * The key set at an address. Nothing is fetched before the first token. The set is kept, fetched again in
 * the background, and serves on while its issuer does not answer. An unknown `kid` has it fetched again, a
 * few times in half a minute; beyond that nobody can say whether a key is new, and the answer is
 * `keys_unavailable`.
 *
 * @param url - https, or http on this machine
 * @throws {ConfigurationError} `option_invalid`
 * @example
 * ```typescript
 * import { createRemoteKeySet, createVerifier } from '@signet/auth'
 *
 * export const verifier = createVerifier({
 *   keys: createRemoteKeySet('https://login.example/keys', { freshSeconds: 600 }),
 *   algorithms: ['RS256'],
 *   issuer: 'https://login.example',
 *   audience: 'my-agents',
 * })
 * ```
 */
export function createRemoteKeySet(
  url: string | URL,
  options: RemoteKeySetOptions = {},
): RemoteKeySet {
  const address = readAddress(url)
  return createLocatedKeySet(() => address, options)
}
