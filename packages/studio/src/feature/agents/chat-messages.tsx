import type { ChatMessage, ChatStatus } from '@signet/client-js/react'
import { useEffect, useRef, type ReactNode } from 'react'
import { AnswerView } from './answer-view.js'

/** How near to its end a list still counts as being there, in px. */
const NEAR_PX = 80

/** What was said. It follows the answer for as long as the reader is at its end. */
export function ChatMessages({
  messages,
  status,
  times,
  children,
}: {
  readonly messages: readonly ChatMessage[]
  readonly status: ChatStatus
  /** How long answers took, in ms, by the ids of their messages. */
  readonly times: ReadonlyMap<string, number>
  /** Behind the last message. */
  readonly children?: ReactNode
}) {
  const list = useRef<HTMLDivElement>(null)
  const isAtEnd = useRef(true)
  useEffect(() => {
    if (status === 'submitted') isAtEnd.current = true
    if (isAtEnd.current) list.current?.scrollTo({ top: list.current.scrollHeight })
  }, [messages, status])
  const isAnswering = status === 'submitted' || status === 'streaming'
  return (
    <div
      ref={list}
      tabIndex={0}
      role="log"
      aria-label="Conversation"
      aria-busy={isAnswering}
      className="h-full overflow-y-auto focus-visible:-outline-offset-2"
      onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) => {
        isAtEnd.current = scrollHeight - scrollTop - clientHeight < NEAR_PX
      }}
    >
      <div className="mx-auto flex max-w-3xl flex-col gap-5 px-4 py-6 sm:px-6">
        {messages.map((message, index) =>
          message.role === 'user' ? (
            <article key={message.id} aria-label="You" className="flex justify-end">
              <p className="max-w-[85%] rounded-lg bg-active px-3 py-2 text-base whitespace-pre-wrap wrap-anywhere">
                {message.text}
              </p>
            </article>
          ) : (
            <AnswerView
              key={message.id}
              message={message}
              isOpen={isAnswering && index === messages.length - 1}
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
    </div>
  )
}
