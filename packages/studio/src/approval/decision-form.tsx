import { CheckIcon, Cross2Icon } from '@radix-ui/react-icons'
import { useState } from 'react'
import { Button } from '../ui/button.js'
import { Field } from '../ui/field.js'
import { Input } from '../ui/input.js'

/** What the reader decides of a call. */
export interface Decision {
  readonly isApproved: boolean
  /** Why it is declined; the model is told. */
  readonly reason?: string
}

/** The longest reason that a server takes, in characters. */
const MAX_REASON = 2000

/** Lets the reader say why a call is declined, or nothing. */
function ReasonForm({
  toolName,
  isPending,
  onDecline,
  onBack,
}: {
  readonly toolName: string
  readonly isPending: boolean
  readonly onDecline: (reason: string) => void
  readonly onBack: () => void
}) {
  const [reason, setReason] = useState('')
  return (
    <form
      className="flex flex-wrap items-end gap-2"
      onSubmit={(event) => {
        event.preventDefault()
        onDecline(reason.trim())
      }}
    >
      <Field label="Reason (optional)" hint="The model reads it." className="flex-1 basis-52">
        {(props) => (
          <Input
            {...props}
            // The reader has just asked for it.
            autoFocus
            dir="auto"
            maxLength={MAX_REASON}
            value={reason}
            onChange={({ target }) => setReason(target.value)}
          />
        )}
      </Field>
      <div className="flex gap-2 sm:pb-5">
        <Button type="submit" kind="danger" disabled={isPending} aria-label={`Decline ${toolName}`}>
          Decline
        </Button>
        <Button onClick={onBack} disabled={isPending}>
          Cancel
        </Button>
      </div>
    </form>
  )
}

/** The buttons that approve or decline a call. */
export function DecisionForm({
  toolName,
  isPending,
  canApprove = true,
  canGiveReason,
  onDecide,
}: {
  readonly toolName: string
  readonly isPending: boolean
  /** Default: true. */
  readonly canApprove?: boolean
  /** Whether somebody is told why a call is declined. */
  readonly canGiveReason: boolean
  readonly onDecide: (decision: Decision) => void
}) {
  const [isDeclining, setIsDeclining] = useState(false)
  if (isDeclining) {
    return (
      <ReasonForm
        toolName={toolName}
        isPending={isPending}
        onBack={() => setIsDeclining(false)}
        onDecline={(reason) => onDecide({ isApproved: false, ...(reason !== '' && { reason }) })}
      />
    )
  }
  return (
    <div className="flex flex-wrap gap-2">
      {canApprove && (
        <Button
          kind="primary"
          disabled={isPending}
          aria-label={`Approve ${toolName}`}
          onClick={() => onDecide({ isApproved: true })}
        >
          <CheckIcon aria-hidden />
          Approve
        </Button>
      )}
      <Button
        disabled={isPending}
        aria-label={`Decline ${toolName}`}
        onClick={() => (canGiveReason ? setIsDeclining(true) : onDecide({ isApproved: false }))}
      >
        <Cross2Icon aria-hidden />
        {canGiveReason ? 'Decline…' : 'Decline'}
      </Button>
    </div>
  )
}
