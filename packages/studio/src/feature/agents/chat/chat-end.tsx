import { ReloadIcon } from '@radix-ui/react-icons'
import { Button } from '../../../ui/button.js'
import { Refusal } from '../../../ui/refusal.js'

/** Says how the last answer failed or was stopped, and lets the reader ask again. */
export function ChatEnd({
  error,
  isFailed,
  isStopped,
  isUnanswered,
  canRetry,
  onRetry,
}: {
  readonly error: unknown
  readonly isFailed: boolean
  readonly isStopped: boolean
  /** Whether the last question was stored without an answer. The question itself says so. */
  readonly isUnanswered: boolean
  readonly canRetry: boolean
  readonly onRetry: () => void
}) {
  const retry = canRetry && (
    <Button size="small" onClick={onRetry}>
      <ReloadIcon aria-hidden />
      Retry
    </Button>
  )
  if (isFailed) return <Refusal error={error} actions={retry} />
  if (!isStopped) return isUnanswered ? <p className="flex justify-end">{retry}</p> : null
  return (
    <p role="status" className="flex items-center gap-3 text-muted">
      You stopped this answer. Your question is stored, but the answer is not.
      {retry}
    </p>
  )
}
