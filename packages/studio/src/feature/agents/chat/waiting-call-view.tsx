import type { SuspendedToolCall } from '@signet/client-js'
import type { ChatToolCall } from '@signet/client-js/react'
import { useMutation } from '@tanstack/react-query'
import { useRef, type ReactNode } from 'react'
import { useIsAllowed } from '../../../api/use-identity.js'
import { CallCard } from '../../../approval/call-card.js'
import { DecisionForm, type Decision } from '../../../approval/decision-form.js'
import { Code, InlineCode } from '../../../ui/code.js'
import { Moment } from '../../../ui/moment.js'
import { Refusal } from '../../../ui/refusal.js'
import type { Tone } from '../../../ui/tone.js'
import { useNow } from '../../../ui/use-now.js'
import { ResumeForm } from './resume-form.js'
import { useWaitingCalls } from './waiting-calls.js'

/** Where a waiting call stands, for the reader. */
interface Standing {
  readonly state: string
  readonly tone: Tone
  readonly facts: ReactNode
  /** What the reader can do: also nothing. */
  readonly choice: 'both' | 'decline' | 'none'
}

/** What a call waits for, where it waits for the reader. */
function purposeOf({ requiresApproval }: Pick<SuspendedToolCall, 'requiresApproval'>): string {
  return requiresApproval
    ? 'The tool runs with these arguments after you approve them.'
    : 'The tool has suspended this call. It continues with your answer.'
}

const UNKNOWN: Standing = {
  state: 'waits for a decision',
  tone: 'warning',
  facts: 'The answer continues after a decision on this call.',
  choice: 'both',
}

const READING: Standing = {
  ...UNKNOWN,
  facts: 'Asking the server who may decide on this call …',
  choice: 'none',
}

const GONE: Standing = {
  state: 'waits no more',
  tone: 'neutral',
  facts:
    'This call does not wait any more: somebody decided on it elsewhere, or it has expired. Reload the page to see the answer, or ask the agent again.',
  choice: 'none',
}

const EXPIRED: Standing = {
  state: 'expired',
  tone: 'neutral',
  facts: 'Nobody may decide on this call any more. Ask the agent again.',
  choice: 'none',
}

function Until({ at }: { readonly at: string }) {
  return (
    <>
      The call expires <Moment at={at} />.
    </>
  )
}

function standingOfOther({ toolId, state, expiresAt }: SuspendedToolCall['approval']): Standing {
  if (state === 'approved') {
    return {
      state: 'approved',
      tone: 'success',
      facts: 'Somebody else has approved this call. It runs when you continue.',
      choice: 'both',
    }
  }
  if (state === 'declined') {
    return {
      state: 'declined',
      tone: 'danger',
      facts: 'Somebody else has declined this call. The answer continues without it.',
      choice: 'decline',
    }
  }
  return {
    state: 'waits for somebody else',
    tone: 'warning',
    facts: (
      <>
        Somebody else must approve this call, with{' '}
        <InlineCode>{`tools:approve:${toolId}`}</InlineCode>, on their page Approvals. You can
        decline it. <Until at={expiresAt} />
      </>
    ),
    choice: 'decline',
  }
}

function standingOf(
  call: SuspendedToolCall,
  now: number,
  isAllowed: (permission: string) => boolean,
): Standing {
  const { approval } = call
  const { toolId, by, state, expiresAt } = approval
  if (state === 'waiting' && now >= Date.parse(expiresAt)) return EXPIRED
  if (by === 'other') return standingOfOther(approval)
  const permission = `tools:execute:${toolId}`
  if (isAllowed(permission)) {
    return {
      state: 'waits for you',
      tone: 'warning',
      facts: (
        <>
          {purposeOf(call)} <Until at={expiresAt} />
        </>
      ),
      choice: 'both',
    }
  }
  return {
    state: 'waits for you',
    tone: 'warning',
    facts: (
      <>
        Your token does not allow this call. It needs <InlineCode>{permission}</InlineCode>. Sign in
        with a token that has it, or decline the call. <Until at={expiresAt} />
      </>
    ),
    choice: 'decline',
  }
}

/** A call of an answer that waits for a decision, and the decision. The answer then continues in its place. */
export function WaitingCallView({ call }: { readonly call: ChatToolCall }) {
  const { find, knowledge, isBusy, decide } = useWaitingCalls()
  const isAllowed = useIsAllowed()
  const now = useNow()
  const card = useRef<HTMLElement>(null)
  const { toolName, toolCallId, runId = '', args, suspendPayload, resumeSchema } = call
  const isSuspended = 'suspendPayload' in call
  const deciding = useMutation({
    mutationFn: (decision: Decision & { readonly resumeData?: unknown }) => {
      // The pressed button goes, and the answer continues in the conversation.
      card.current?.closest<HTMLElement>('[role="log"]')?.focus({ preventScroll: true })
      return decide({ runId, toolCallId, ...decision })
    },
  })
  const known = find(call)
  const gone = knowledge === 'known' && !isBusy ? GONE : knowledge === 'reading' ? READING : UNKNOWN
  const standing = known === undefined ? gone : standingOf(known, now, isAllowed)
  const { state, tone, facts, choice } = standing
  const isPending = deciding.isPending || isBusy
  return (
    <CallCard
      ref={card}
      toolName={toolName}
      args={args}
      state={state}
      tone={tone}
      facts={<p>{facts}</p>}
    >
      {isSuspended && (
        <Code
          label={`Question of ${toolName}`}
          text={JSON.stringify(suspendPayload, undefined, 2) ?? 'nothing'}
          isWrapped
        />
      )}
      {deciding.error !== null && <Refusal error={deciding.error} />}
      {choice !== 'none' &&
        (!isSuspended || choice === 'decline' ? (
          <DecisionForm
            toolName={toolName}
            isPending={isPending}
            canApprove={choice === 'both'}
            canGiveReason
            onDecide={deciding.mutate}
          />
        ) : (
          <ResumeForm
            toolName={toolName}
            schema={resumeSchema}
            isPending={isPending}
            onResume={(resumeData) => deciding.mutate({ isApproved: true, resumeData })}
            onDecline={() => deciding.mutate({ isApproved: false })}
          />
        ))}
    </CallCard>
  )
}
