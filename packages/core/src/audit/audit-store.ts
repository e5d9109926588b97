/** The most characters that any text of a record or of a query has; longer ones are refused. */
export const MAX_AUDIT_CHARACTERS = 400

/** One decision about a request, or several alike of strangers. It holds no token and no message. */
export interface AuditRecord {
  /** When the request came, in milliseconds since 1970; of several, the minute. */
  readonly at: number
  /** Of several requests: undefined. */
  readonly requestId: string | undefined
  /** Who called; undefined for a stranger. */
  readonly issuer: string | undefined
  readonly subject: string | undefined
  /**
   * Who acts for the subject (RFC 8693 section 4.1), where the token says so: a name, or a JSON list of several names,
   * nearest first.
   */
  readonly actor: string | undefined
  /**
   * What was asked for: `agents:execute`; `authenticated` or `public` for a route that needs no permission;
   * `none` for no route and for several requests.
   */
  readonly action: string
  /** What it was asked of, such as the id of the agent, else the route's pattern; undefined for `none`. */
  readonly resource: string | undefined
  /** Whether the caller might; what was allowed can fail all the same. */
  readonly isAllowed: boolean
  /** Why it was refused, failed or broken off; undefined where all went well. */
  readonly code: string | undefined
  /** The HTTP status; 0 where there was none. */
  readonly status: number
  /** Of the client: of its socket, or what a trusted proxy says. */
  readonly address: string | undefined
  /** From the request to the end of the answer; of several, the sum. */
  readonly durationMs: number
  /** Tokens that the model counted; undefined where no model was asked or it does not count. */
  readonly inputTokens: number | undefined
  readonly outputTokens: number | undefined
  /** How many requests this stands for: 1, or those of a stranger's address with this code in this minute. */
  readonly count: number
}

/** A record as it was stored. */
export interface StoredAuditRecord extends AuditRecord {
  /** Grows from record to record. */
  readonly sequence: number
}

/** Which records are wanted. Everything given must hold. */
export interface AuditQuery {
  readonly subject?: string | undefined
  readonly issuer?: string | undefined
  readonly action?: string | undefined
  readonly resource?: string | undefined
  readonly code?: string | undefined
  readonly isAllowed?: boolean | undefined
  readonly requestId?: string | undefined
  readonly address?: string | undefined
  /** Both ends included, in milliseconds since 1970. */
  readonly from?: number | undefined
  readonly to?: number | undefined
  /** Only what follows the record of this sequence: the last one of the page before. */
  readonly before?: number | undefined
  /** At most so many. */
  readonly limit: number
}

/**
 * Where decisions are kept. Every method may throw an error whose `code` is `storage_unavailable` or
 * `storage_failed`; what it did is durable when its promise resolves.
 */
export interface AuditStore {
  /** Stores records, all or none. */
  append(records: readonly AuditRecord[]): Promise<void>
  /**
   * The newest first. All of them: by when they were stored. Those of a filter: by when their requests came, and of one
   * time those first that were stored last.
   */
  list(query: AuditQuery): Promise<readonly StoredAuditRecord[]>
  /** Deletes what is older; at most `limit` records at a time. Resolves to how many there were. */
  prune(before: number, limit: number): Promise<number>
}
