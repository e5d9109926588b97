import type { ActionVerdict } from './access-answer.js'
import { VerdictBadge } from './verdict-badge.js'

/** Whether an action is allowed, and why. */
export function ActionCell({ verdict }: { readonly verdict: ActionVerdict | undefined }) {
  if (verdict === undefined) return <span className="text-faint">–</span>
  return (
    <div className="flex flex-col items-start gap-0.5">
      <VerdictBadge allowed={verdict.allowed ? 'yes' : 'no'} />
      <span className="text-xs text-faint wrap-anywhere">{verdict.reason}</span>
    </div>
  )
}
