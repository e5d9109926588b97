import type { ChatMessage, ChatStatus } from '@signet/client-js/react'
import { useEffect, useRef, useState } from 'react'

/** The durations of the answers that this page received, by the ids of their messages, in ms. */
export function useAnswerTimes(
  status: ChatStatus,
  messages: readonly ChatMessage[],
): ReadonlyMap<string, number> {
  const [times, setTimes] = useState<ReadonlyMap<string, number>>(new Map())
  const startedAt = useRef<number>(undefined)
  const last = messages.at(-1)
  useEffect(() => {
    if (status === 'submitted') startedAt.current = performance.now()
    if (status !== 'ready' && status !== 'error') return
    const start = startedAt.current
    startedAt.current = undefined
    if (start === undefined || last?.role !== 'assistant') return
    const time = performance.now() - start
    setTimes((before) => new Map(before).set(last.id, time))
  }, [status, last])
  return times
}
