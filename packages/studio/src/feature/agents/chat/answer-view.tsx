import type { ChatMessage, ChatPart } from '@signet/client-js/react'
import { memo } from 'react'
import { CopyButton } from '../../../ui/copy-button.js'
import { answerFacts } from './answer-facts.js'
import { AnswerText, PlainText } from './markdown/answer-text.js'
import { useNear } from './near.js'
import { ReasoningView } from './reasoning-view.js'
import { ToolCallView } from './tool-call-view.js'

/** One piece of an answer. @param isOpen - whether more of it comes */
function PartView({ part, isOpen }: { readonly part: ChatPart; readonly isOpen: boolean }) {
  switch (part.type) {
    case 'text':
      return part.text === '' ? null : <AnswerText text={part.text} isOpen={isOpen} />
    case 'reasoning':
      return <ReasoningView part={part} />
    case 'tool-call':
      return <ToolCallView call={part.toolCall} />
  }
}

/** The texts of an answer, as they are copied. */
function textToCopy({ parts }: ChatMessage): string {
  return parts.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n\n')
}

/**
 * An answer: what it says, thinks and does, in the order in which that came, and what it cost. Drawn anew only when it
 * is another. Where it is far from what is seen, it stands as plain text, which the browser can search.
 */
export const AnswerView = memo(function AnswerView({
  message,
  isOpen,
  isNear,
  time,
}: {
  readonly message: ChatMessage
  /** Whether more of it comes. */
  readonly isOpen: boolean
  /** Whether it is known to be near to what is seen. */
  readonly isNear: boolean
  /** How long it took, in ms. */
  readonly time: number | undefined
}) {
  const { parts, text, usage } = message
  const [element, wasNear] = useNear(isNear)
  const facts = isOpen ? [] : answerFacts(usage, time)
  return (
    <article
      ref={element}
      aria-label="Answer"
      // What was said before is not read out again when it is drawn another way.
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
