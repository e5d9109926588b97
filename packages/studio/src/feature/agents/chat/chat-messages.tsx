import { ArrowDownIcon } from '@radix-ui/react-icons'
import type { ChatMessage, ChatStatus } from '@signet/client-js/react'
import { memo, useRef, type ReactNode } from 'react'
import { Button } from '../../../ui/button.js'
import { AnswerView } from './answer-view.js'
import { EarlierMessages } from './earlier-messages.js'
import { NearProvider } from './near.js'
import { useEnd } from './use-end.js'

/** How many of the last messages are rendered at first: those that are visible when the list is at its end. */
const LAST = 3

const UNANSWERED = {
  failed: 'The answer failed.',
  stopped: 'The answer was stopped.',
} as const

const Question = memo(function Question({
  text,
  unanswered,
}: Pick<ChatMessage, 'text' | 'unanswered'>) {
  return (
    <article aria-label="You" className="chat-message flex flex-col items-end gap-1">
      <p dir="auto" className="plain-text max-w-[85%] rounded-lg bg-active px-3 py-2 text-base">
        {text}
      </p>
      {unanswered !== undefined && <p className="text-xs text-muted">{UNANSWERED[unanswered]}</p>}
    </article>
  )
})

/** The messages of a chat. The list follows the answer until the reader scrolls up. */
export function ChatMessages({
  messages,
  status,
  times,
  onEarlier,
  children,
}: {
  readonly messages: readonly ChatMessage[]
  readonly status: ChatStatus
  /** The durations of answers, in ms, by the ids of their messages. */
  readonly times: ReadonlyMap<string, number>
  /** Reads the messages before the first one; undefined if there are none. */
  readonly onEarlier: (() => Promise<boolean>) | undefined
  /** Shown after the last message. */
  readonly children?: ReactNode
}) {
  const list = useRef<HTMLDivElement>(null)
  const content = useRef<HTMLDivElement>(null)
  const end = useEnd(list, content, status === 'submitted')
  const isAnswering = status === 'submitted' || status === 'streaming'
  return (
    <div className="relative h-full">
      <div
        ref={list}
        tabIndex={0}
        role="log"
        aria-label="Conversation"
        aria-busy={isAnswering}
        className="h-full overflow-y-auto focus-visible:-outline-offset-2"
      >
        <NearProvider list={list}>
          <div ref={content} className="mx-auto flex max-w-3xl flex-col gap-5 px-4 py-6 sm:px-6">
            {onEarlier !== undefined && <EarlierMessages list={list} onEarlier={onEarlier} />}
            {messages.map((message, index) =>
              message.role === 'user' ? (
                <Question key={message.id} text={message.text} unanswered={message.unanswered} />
              ) : (
                <AnswerView
                  key={message.id}
                  message={message}
                  isOpen={isAnswering && index === messages.length - 1}
                  isNear={index >= messages.length - LAST}
                  time={times.get(message.id)}
                />
              ),
            )}
            {status === 'submitted' && (
              <p role="status" className="animate-pulse text-muted">
                Waiting for the answer…
              </p>
            )}
            {children}
          </div>
        </NearProvider>
      </div>
      {end.isAway && (
        <div className="pointer-events-none absolute inset-x-0 bottom-2 flex justify-center">
          <Button
            size="icon"
            aria-label="Go to the newest message"
            className="pointer-events-auto rounded-full shadow-raised"
            onClick={end.go}
          >
            <ArrowDownIcon aria-hidden />
          </Button>
        </div>
      )}
    </div>
  )
}
