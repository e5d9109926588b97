import type { AgentDetails } from '@signet/client-js'
import { useAgent } from '@signet/client-js/react'
import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { askServer, isServerAway, subscribeServerAway } from '../../../api/server-away.js'
import { InlineCode } from '../../../ui/code.js'
import { Notice } from '../../../ui/notice.js'
import { Skeleton } from '../../../ui/skeleton.js'
import { ChatEnd } from './chat-end.js'
import { ChatMessages } from './chat-messages.js'
import { Composer } from './composer.js'
import { placeOf } from './drafts.js'
import { Greeting } from './greeting.js'
import type { MemoryUse } from './memory-use.js'
import { takeQuestion } from './opening-question.js'
import { useAnswerTimes } from './use-answer-times.js'
import { useChatWaitingCalls, WaitingCallsProvider } from './waiting-calls.js'

/** A conversation with an agent. */
export function Chat({
  agentId,
  agent,
  memory,
  threadId,
  onReload,
}: {
  readonly agentId: string
  readonly agent: AgentDetails | undefined
  readonly memory: MemoryUse
  /** Undefined where the agent does not remember the chat. */
  readonly threadId: string | undefined
  /** Reads the thread again after reading it failed. */
  readonly onReload: () => void
}) {
  const chat = useAgent(agentId, threadId === undefined ? {} : { threadId })
  const { messages, status, send, retry, stop } = chat
  const queryClient = useQueryClient()
  const times = useAnswerTimes(status, messages)
  const waitingCalls = useChatWaitingCalls(agentId, threadId, chat)
  const [isStopped, setIsStopped] = useState(false)
  const isAnswering = status === 'submitted' || status === 'streaming'

  useEffect(() => {
    if (status !== 'ready' || threadId === undefined) return
    const question = takeQuestion(threadId)
    if (question !== undefined) void send(question)
  }, [status, threadId, send])

  // An answer moves its thread to the top of the list.
  useEffect(() => {
    if (status === 'ready') void queryClient.invalidateQueries({ queryKey: ['threads'] })
  }, [status, queryClient])

  // The answer may have failed because the server cannot be reached.
  useEffect(() => {
    if (status === 'error') void askServer()
  }, [status])

  const isUnread = messages.length === 0 && status === 'error'
  useEffect(() => {
    if (!isUnread) return
    return subscribeServerAway(() => {
      if (!isServerAway()) onReload()
    })
  }, [isUnread, onReload])

  const ask = async (work: () => Promise<boolean>) => {
    setIsStopped(false)
    return await work()
  }
  const isEmpty = messages.length === 0
  return (
    <div className="flex h-full flex-col">
      {memory.kind !== 'remembers' && (
        <Notice
          tone={memory.kind === 'refused' ? 'warning' : 'neutral'}
          className="m-3 mb-0 sm:mx-6"
        >
          {memory.text}
          {memory.kind === 'refused' && (
            <>
              {' '}
              It needs <InlineCode>{memory.missing}</InlineCode>.
            </>
          )}
        </Notice>
      )}
      <div className="min-h-0 flex-1">
        {isEmpty && status === 'loading' && (
          <div className="mx-auto max-w-3xl p-6">
            <Skeleton label="Reading the thread" lines={6} />
          </div>
        )}
        {isEmpty && status === 'ready' && <Greeting agentId={agentId} agent={agent} />}
        {(!isEmpty || status === 'error') && (
          <WaitingCallsProvider value={waitingCalls}>
            <ChatMessages
              messages={messages}
              status={status}
              times={times}
              onEarlier={chat.hasEarlier ? chat.loadEarlier : undefined}
            >
              <ChatEnd
                error={chat.error}
                isFailed={status === 'error'}
                isStopped={isStopped && !isAnswering}
                isUnanswered={status === 'ready' && messages.at(-1)?.unanswered !== undefined}
                canRetry={!isAnswering && status !== 'loading'}
                onRetry={isUnread ? onReload : () => void ask(retry)}
              />
            </ChatMessages>
          </WaitingCallsProvider>
        )}
      </div>
      <Composer
        label="Write a message"
        place={placeOf(agentId, threadId)}
        isBusy={isAnswering || status === 'loading'}
        canStop={isAnswering}
        onSend={(text) => ask(() => send(text))}
        onStop={() => {
          stop()
          setIsStopped(true)
        }}
      />
    </div>
  )
}
