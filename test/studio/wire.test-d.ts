// Checked by the compiler alone: an assignment fails where two types differ. The Studio imports nothing of the server, so
// it has types of its own for what the server sends. They must be the types of the server.
import type { ApprovalView } from '../../packages/server/src/routes/agent/inbox.js'
import type { Approval } from '../../packages/studio/src/feature/approvals/approval.js'
import type { ApiKeyView } from '../../packages/server/src/api-key/view.js'
import type { AuditView } from '../../packages/server/src/observe/audit/audit-view.js'
import type { AuditRecord } from '../../packages/studio/src/feature/audit/record.js'
import type { ApiKey } from '../../packages/studio/src/feature/keys/api-key.js'

type Same<Left, Right> =
  (<Type>() => Type extends Left ? 1 : 2) extends <Type>() => Type extends Right ? 1 : 2
    ? true
    : false

export const isSameRecord: Same<AuditView, AuditRecord> = true
export const isSameApproval: Same<ApprovalView, Approval> = true
export const isSameKey: Same<ApiKeyView, ApiKey> = true

/** The twin: `Same` tells a member that may be missing from one that may not. */
export const isSameWithLess: Same<AuditView, Partial<AuditRecord>> = false
