import type { ChatMessage, ChatPart } from '@signet/client-js/react'
import { memo } from 'react'
import { CopyButton } from '../../../ui/copy-button.js'
import { answerFacts } from './answer-facts.js'
import { AnswerText, PlainText } from './markdown/answer-text.js'
import { useNear } from './near.js'
import { ReasoningView } from './reasoning-view.js'
import { ToolCallView } from './tool-call-view.js'
import { WaitingCallView } from './waiting-call-view.js'

/** One part of an answer. @param isOpen - whether the part is still growing */
function PartView({ part, isOpen }: { readonly part: ChatPart; readonly isOpen: boolean }) {
  switch (part.type) {
    case 'text':
      return part.text === '' ? null : <AnswerText text={part.text} isOpen={isOpen} />
    case 'reasoning':
      return <ReasoningView part={part} />
    case 'tool-call':
      return part.toolCall.state === 'waiting' ? (
        <WaitingCallView call={part.toolCall} />
      ) : (
        <ToolCallView call={part.toolCall} />
      )
  }
}

/** The texts of an answer, as the copy button copies them. */
function textToCopy({ parts }: ChatMessage): string {
  return parts.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n\n')
}

/**
 * An answer: its text, reasoning and tool calls in the order in which they came, and its cost. It is rendered again only
 * when it changes. Far from the visible part of the list it is plain text, which the browser can search.
 */
export const AnswerView = memo(function AnswerView({
  message,
  isOpen,
  isNear,
  time,
}: {
  readonly message: ChatMessage
  /** Whether the answer is still growing. */
  readonly isOpen: boolean
  /** Whether it is known to be near the visible part of the list. */
  readonly isNear: boolean
  /** The duration of the answer, in ms. */
  readonly time: number | undefined
}) {
  const { parts, text, usage } = message
  const [element, wasNear] = useNear(isNear)
  const facts = isOpen ? [] : answerFacts(usage, time)
  return (
    <article
      ref={element}
      aria-label="Answer"
      // A screen reader does not announce an earlier answer again when it is rendered in full.
      aria-live={isNear ? undefined : 'off'}
      className="chat-message flex flex-col gap-2.5"
    >
      {wasNear ? (
        parts.map((part, index) => (
          <PartView key={index} part={part} isOpen={isOpen && index === parts.length - 1} />
        ))
      ) : (
        <PlainText text={text} />
      )}
      {isOpen && <span aria-hidden className="h-4 w-1.5 animate-pulse rounded-sm bg-accent" />}
      {!isOpen && text !== '' && (
        <footer className="flex h-7 items-center gap-2 text-xs text-faint">
          {facts.length > 0 && <span className="tabular-nums">{facts.join(' · ')}</span>}
          <CopyButton text={() => textToCopy(message)} label="Copy the answer" />
        </footer>
      )}
    </article>
  )
})
