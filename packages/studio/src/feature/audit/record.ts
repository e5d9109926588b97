/** A record of the audit. Unknown values are null. */
export interface AuditRecord {
  readonly sequence: number
  /** ISO 8601. */
  readonly at: string
  readonly requestId: string | null
  readonly issuer: string | null
  readonly subject: string | null
  readonly actor: string | null
  readonly action: string
  readonly resource: string | null
  readonly allowed: boolean
  readonly code: string | null
  readonly status: number
  readonly address: string | null
  readonly durationMs: number
  readonly inputTokens: number | null
  readonly outputTokens: number | null
  /** How many requests it stands for. Requests without a valid token are counted together. */
  readonly count: number
}

/** A page of the audit: `GET /audit`. */
export interface AuditPage {
  readonly records: readonly AuditRecord[]
  /** Where the next, older page begins. */
  readonly next: number | null
}
