/** A call of somebody else that waits for an approval. */
export interface Approval {
  readonly id: string
  readonly agentId: string
  readonly toolId: string
  readonly args: unknown
  /** The SHA-256 of the arguments, in hex: a decision holds for these alone. */
  readonly digest: string
  /** Who asked, by the names of their token. */
  readonly askedBy: { readonly issuer: string; readonly subject: string }
  /** ISO 8601. */
  readonly createdAt: string
  /** ISO 8601: until when it may be approved. */
  readonly expiresAt: string
}

/** What names a call of somebody else, as it was shown. */
export type ShownApproval = Pick<Approval, 'id' | 'toolId' | 'digest'>

/** A page of what the caller may approve, the newest first, and how much there is on all pages. */
export interface ApprovalPage {
  readonly approvals: readonly Approval[]
  readonly total: number
}

/** What was decided of a call. */
export interface DecidedApproval {
  readonly id: string
  readonly toolId: string
  readonly state: 'approved' | 'declined'
}
