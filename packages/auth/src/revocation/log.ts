/** What is revoked. Times are in seconds since 1970. */
export type Revocation = RevocationTarget & {
  /** When it may be forgotten: once every token that it names has expired. Default: never. */
  readonly forgetAt?: number | undefined
}

/** One token by its `jti` or its digest, a session, or all that a subject, or that everybody, was given until a time. */
export type RevocationTarget =
  | { readonly kind: 'token-id'; readonly issuer: string; readonly tokenId: string }
  /** `digest` is as `tokenDigest` gives it. */
  | { readonly kind: 'token'; readonly digest: string }
  | { readonly kind: 'session'; readonly issuer: string; readonly sessionId: string }
  /** Tokens issued at or before `at` are revoked. */
  | {
      readonly kind: 'subject'
      readonly issuer: string
      readonly subject: string
      readonly at: number
    }
  /** Tokens of every issuer, and API keys, issued at or before `at` are revoked. */
  | { readonly kind: 'all'; readonly at: number }

type SubjectRevocation = Extract<Revocation, { readonly kind: 'subject' }>
type FullRevocation = Extract<Revocation, { readonly kind: 'all' }>

/**
 * What is to be revoked. A subject without `at`, or everybody, loses what it was given until the moment of the append,
 * which the log reckons when no other append can come between.
 */
export type NewRevocation =
  | Exclude<Revocation, SubjectRevocation | FullRevocation>
  | (Omit<SubjectRevocation, 'at'> & { readonly at?: number | undefined })
  | (Omit<FullRevocation, 'at'> & { readonly at?: number | undefined })

/** An entry of the log. */
export interface RevocationEntry {
  /** Grows from entry to entry: what has been read up to one need never be read again. */
  readonly sequence: number
  readonly revocation: Revocation
  /** Milliseconds since 1970. */
  readonly createdAt: number
}

/**
 * Revocations in the order in which they were made, shared by every instance of a server. Each method may
 * throw an error whose `code` is `storage_unavailable` or `storage_failed`.
 */
export interface RevocationLog {
  /** Appends an entry; durable when the promise resolves, and before any entry of a higher sequence is read. */
  append(revocation: NewRevocation): Promise<RevocationEntry>
  /** The next entries, in their order, of a sequence above this one: as many as there are, at most `limit`. */
  readAfter(sequence: number, limit: number): Promise<readonly RevocationEntry[]>
  /** The sequence of the last entry; 0 where there is none. */
  lastSequence(): Promise<number>
  /**
   * Calls back soon after another instance has appended, as far as that can be told: only a hint, that may
   * come too often or not at all. Returns what ends it.
   */
  readonly onAppend?: ((listener: () => void) => () => void) | undefined
}
