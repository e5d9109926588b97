import type { NewRevocation, RevocationEntry, RevocationList } from '@signet/auth'

/** What has been revoked, as far as this process knows, and how more is. */
export interface Revocations extends RevocationList {
  /**
   * Resolves once what is known is recent enough to judge a token by; waits a bounded time for that, and not at
   * all where it is.
   * @throws {RequestError} `storage_unavailable` where it is not
   */
  untilCurrent(): void | Promise<void>
  /**
   * Reads on, so that all counts that was appended anywhere before this was called. Waits a bounded time.
   *
   * @returns up to which entry has been read; undefined where nothing is shared, and all counts already
   * @throws {RequestError} `storage_unavailable` where it cannot be read
   */
  readOn(): Promise<number | undefined>
  /** Begins to follow what is shared. Waits a bounded time for all that is there, and never rejects. */
  begin(): Promise<void>
  /**
   * How long ago the last read began that came to the end of what is shared, in milliseconds; before it, how long this
   * has been waited for. Undefined where nothing is shared.
   */
  ageMs(): number | undefined
  /**
   * Revokes. When this resolves it is durable, as far as anything here is, and counts in this process.
   * @throws an error whose `code` is `storage_unavailable` or `storage_failed`
   */
  append(revocation: NewRevocation): Promise<RevocationEntry>
  /** Ends what runs beside requests. Nobody is let in any more once what is known is too old. */
  close(): void
}
