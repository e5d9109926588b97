import type { ChatMessage } from '@signet/client-js/react'
import { CopyButton } from '../../ui/copy-button.js'
import { answerFacts } from './answer-facts.js'
import { Markdown } from './markdown.js'
import { ToolCallView } from './tool-call-view.js'

/** An answer: the tools it called, its text, what it cost. */
export function AnswerView({
  message,
  isOpen,
  time,
}: {
  readonly message: ChatMessage
  /** Whether more of it comes. */
  readonly isOpen: boolean
  /** How long it took, in ms. */
  readonly time: number | undefined
}) {
  const { text, toolCalls, usage } = message
  const facts = isOpen ? [] : answerFacts(usage, time)
  return (
    <article aria-label="Answer" className="group flex flex-col gap-2.5">
      {toolCalls.map((call) => (
        <ToolCallView key={call.toolCallId} call={call} />
      ))}
      {text !== '' && <Markdown text={text} />}
      {isOpen && <span aria-hidden className="h-4 w-1.5 animate-pulse rounded-sm bg-accent" />}
      {!isOpen && text !== '' && (
        <footer className="flex h-7 items-center gap-2 text-xs text-faint">
          {facts.length > 0 && <span className="tabular-nums">{facts.join(' · ')}</span>}
          <CopyButton text={text} label="Copy the answer" />
        </footer>
      )}
    </article>
  )
}
