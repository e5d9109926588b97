/** A call of somebody else that waits for an approval: a member of `GET /approvals`. */
export interface Approval {
  readonly id: string
  readonly agentId: string
  readonly toolId: string
  readonly args: unknown
  /** The SHA-256 of the arguments, in hex. */
  readonly digest: string
  readonly askedBy: { readonly issuer: string; readonly subject: string }
  /** ISO 8601. */
  readonly createdAt: string
  /** ISO 8601. */
  readonly expiresAt: string
}

/** A page of approvals. */
export interface ApprovalPage {
  readonly approvals: readonly Approval[]
  /** How many there are on all pages. */
  readonly total: number
}
