import { isDeepStrictEqual } from 'node:util'
import {
  MemoryRevocationList,
  type NewRevocation,
  type RevocableToken,
  type RevocationEntry,
  type RevocationLog,
} from '@signet/auth'
import { latestNow, measureAge, waitAtMost } from '@signet/auth/internal'
import type { Logger } from '@signet/core'
import { RequestError } from '../error/error.js'
import { applyRevocation } from './apply.js'
import type { Revocations } from './revocations.js'

/** How many entries are asked for at once. */
const PAGE = 1000
/** How soon a hint is followed: what comes in a storm of them is read together. */
const HASTE_MS = 10
/** How long a request waits for a read. */
const WAIT_MS = 5000

/** What is followed, and how. */
export interface FollowerOptions {
  readonly log: RevocationLog
  /** From one read to the next, in milliseconds. */
  readonly pollMs: number
  /** How long what was read last is trusted, in milliseconds. */
  readonly staleAfterMs: number
  /** Told whenever something new is revoked, once it counts. */
  readonly onNew: () => void
  readonly logger: Logger
}

/**
 * Follows a log of revocations: reads all of it at the start, or at the first request, and then on from its last entry, again
 * and again. One read is in flight at a time. A read that fails is tried again at the next turn, for ever;
 * how long one may take is the log's to bound.
 */
export class RevocationFollower implements Revocations {
  readonly #options: FollowerOptions
  readonly #list = new MemoryRevocationList()
  readonly #waitedMs = measureAge()
  /** The entry that was read last, in its place. Undefined before the first. */
  #last: RevocationEntry | undefined
  /** How long ago the last read began that came to the end of the log. */
  #currentMs: (() => number) | undefined
  /** How many reads of a page have begun, and which of them came to the end of the log last. */
  #begunReads = 0
  #endRead = 0
  #hasFailed = false
  #reading: Promise<void> | undefined
  #timer: NodeJS.Timeout | undefined
  /** Whether the next read is already to come as soon as it can. */
  #isHastened = false
  #unsubscribe: (() => void) | undefined
  #hasBegun = false
  #isClosed = false

  constructor(options: FollowerOptions) {
    this.#options = options
  }

  isRevoked(token: RevocableToken): boolean {
    return this.#list.isRevoked(token)
  }

  async begin(): Promise<void> {
    this.#begin()
    await waitAtMost(this.#read(), WAIT_MS)
  }

  untilCurrent(): void | Promise<void> {
    this.#begin()
    return this.#isCurrent() ? undefined : this.#becomeCurrent()
  }

  async #becomeCurrent(): Promise<void> {
    // Where the last read failed, the next one will tell: meanwhile nobody is kept waiting.
    if (!this.#hasFailed && !this.#isClosed) await waitAtMost(this.#read(), WAIT_MS)
    if (this.#isCurrent()) return
    throw new RequestError(
      'storage_unavailable',
      'The server does not know yet which tokens are revoked.',
    )
  }

  async readOn(): Promise<number> {
    const before = this.#begunReads
    this.#begin()
    const isReadOn = () => this.#endRead > before
    // A read that is in flight may have begun before, and miss something: then the next one tells.
    for (let turn = 0; turn < 2 && !isReadOn() && !this.#isClosed; turn++) {
      await waitAtMost(this.#read(), WAIT_MS)
    }
    if (isReadOn()) return this.#last?.sequence ?? 0
    throw new RequestError(
      'storage_unavailable',
      'The server does not know yet which tokens are revoked.',
    )
  }

  ageMs(): number {
    return (this.#currentMs ?? this.#waitedMs)()
  }

  async append(revocation: NewRevocation): Promise<RevocationEntry> {
    const entry = await this.#options.log.append(revocation)
    // Read again later, in its place: what others appended before it is still to come.
    applyRevocation(this.#list, entry)
    this.#options.onNew()
    return entry
  }

  close(): void {
    this.#isClosed = true
    clearTimeout(this.#timer)
    this.#unsubscribe?.()
  }

  #isCurrent(): boolean {
    const { staleAfterMs } = this.#options
    return this.#currentMs !== undefined && this.#currentMs() <= staleAfterMs
  }

  #begin(): void {
    if (this.#hasBegun || this.#isClosed) return
    this.#hasBegun = true
    this.#unsubscribe = this.#options.log.onAppend?.(() => this.#hasten())
    void this.#read()
  }

  /** Reads to the end of the log, or waits for the read that does. Never rejects. */
  #read(): Promise<void> {
    clearTimeout(this.#timer)
    this.#reading ??= this.#readToEnd().finally(() => {
      this.#reading = undefined
      this.#schedule()
    })
    return this.#reading
  }

  async #readToEnd(): Promise<void> {
    // A hint from here on tells of what this read may miss.
    this.#isHastened = false
    try {
      let isMore = true
      while (isMore && !this.#isClosed) isMore = await this.#readPage()
      if (this.#hasFailed) this.#options.logger.info('The log of revocations can be read again.')
      this.#hasFailed = false
    } catch (error) {
      if (!this.#hasFailed && !this.#isClosed) {
        const message =
          'The log of revocations cannot be read. The server tries again until it can.'
        this.#options.logger.warn(message, { error })
      }
      this.#hasFailed = true
    }
  }

  /** Reads on, and says whether there may be more. */
  async #readPage(): Promise<boolean> {
    const begunMs = measureAge()
    const read = ++this.#begunReads
    const entries = await this.#readEntries()
    if (entries === undefined) return true
    for (const entry of entries) {
      applyRevocation(this.#list, entry)
      this.#last = entry
    }
    if (entries.length > 0) this.#options.onNew()
    if (entries.length >= PAGE) return true
    this.#currentMs = begunMs
    this.#endRead = read
    return false
  }

  /**
   * What follows the entry that was read last. That one is read again with it: where the log does not have it any
   * more, it is another log, such as one from a backup, and is read from its start.
   */
  async #readEntries(): Promise<readonly RevocationEntry[] | undefined> {
    const last = this.#last
    if (last === undefined) return await this.#options.log.readAfter(0, PAGE)
    const [first, ...others] = await this.#options.log.readAfter(last.sequence - 1, PAGE + 1)
    if (isDeepStrictEqual(first, last)) return others
    // Only with an append is anything forgotten, so that a later entry is there.
    const { forgetAt = Infinity } = last.revocation
    const isForgotten = first?.sequence !== last.sequence && forgetAt * 1000 < latestNow()
    if (first !== undefined && isForgotten) return [first, ...others]
    this.#last = undefined
    const message =
      'The log of revocations was replaced, as after a restore, and is read again. Restart every instance.'
    this.#options.logger.error(message)
    return undefined
  }

  #schedule(): void {
    if (this.#isClosed) return
    const { pollMs } = this.#options
    clearTimeout(this.#timer)
    const delay = this.#isHastened ? Math.min(HASTE_MS, pollMs) : pollMs
    this.#timer = setTimeout(() => void this.#read(), delay)
    this.#timer.unref()
  }

  /** Brings the next read forward. A hint that comes before it changes nothing: a storm does not put it off. */
  #hasten(): void {
    if (this.#isHastened) return
    this.#isHastened = true
    if (this.#reading === undefined) this.#schedule()
  }
}
