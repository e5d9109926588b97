import { CallCard } from '../../approval/call-card.js'
import { DecisionForm, type Decision } from '../../approval/decision-form.js'
import { InlineCode } from '../../ui/code.js'
import { Moment } from '../../ui/moment.js'
import { Refusal } from '../../ui/refusal.js'
import { useNow } from '../../ui/use-now.js'
import type { Approval } from './approval.js'
import { useDecide } from './use-approvals.js'

/** A call that waits for the reader: who asks for what, until when, and the decision. */
export function ApprovalCard({
  approval,
  onDecided,
}: {
  readonly approval: Approval
  readonly onDecided: (approval: Approval, decision: Decision) => void
}) {
  const { toolId, agentId, args, askedBy, createdAt, expiresAt } = approval
  const isExpired = useNow() >= Date.parse(expiresAt)
  const deciding = useDecide(approval)
  return (
    <CallCard
      toolName={toolId}
      args={args}
      state={isExpired ? 'expired' : 'waits for you'}
      tone={isExpired ? 'neutral' : 'warning'}
      facts={
        <p>
          <InlineCode>{askedBy.subject}</InlineCode> asked <InlineCode>{agentId}</InlineCode>{' '}
          <Moment at={createdAt} />.{' '}
          {isExpired ? 'Nobody may approve the call any more.' : 'The call expires '}
          {!isExpired && (
            <>
              <Moment at={expiresAt} />.
            </>
          )}{' '}
          <span className="text-faint">
            Issuer: <span className="wrap-anywhere">{askedBy.issuer}</span>
          </span>
        </p>
      }
    >
      {deciding.error !== null && <Refusal error={deciding.error} />}
      {!isExpired && (
        <DecisionForm
          toolName={toolId}
          isPending={deciding.isPending}
          canGiveReason={false}
          onDecide={(decision) =>
            deciding.mutate(decision, { onSuccess: () => onDecided(approval, decision) })
          }
        />
      )}
    </CallCard>
  )
}
