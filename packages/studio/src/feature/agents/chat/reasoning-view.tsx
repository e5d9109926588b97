import { ChevronRightIcon } from '@radix-ui/react-icons'
import type { ChatTextPart } from '@signet/client-js/react'
import { memo, useState } from 'react'

/** The reasoning of a model, folded. */
export const ReasoningView = memo(function ReasoningView({
  part,
}: {
  readonly part: ChatTextPart
}) {
  const [isUnfolded, setIsUnfolded] = useState(false)
  return (
    <details
      className="group/thought text-muted"
      onToggle={({ currentTarget }) => setIsUnfolded(currentTarget.open)}
    >
      <summary className="flex w-fit list-none items-center gap-2 rounded-md pe-2 text-sm hover:text-text [&::-webkit-details-marker]:hidden">
        <ChevronRightIcon
          aria-hidden
          className="text-faint transition-transform group-open/thought:rotate-90"
        />
        {part.state === 'streaming' ? 'Thinking…' : 'Reasoning'}
      </summary>
      {isUnfolded && (
        <p dir="auto" className="plain-text mt-1 ms-1.5 border-s-2 border-line ps-3.5 text-sm">
          {part.text}
        </p>
      )}
    </details>
  )
})
