import { useQueryClient } from '@tanstack/react-query'
import { useRouter } from '@tanstack/react-router'
import { useEffect, useRef, useSyncExternalStore } from 'react'
import { isBlocked, subscribeBlocked } from '../api/blocked.js'
import { isServerAway, subscribeServerAway } from '../api/server-away.js'

/** Says that the server does not answer. Once it answers again, the page reads everything again. */
export function AwayBanner() {
  const isAway = useSyncExternalStore(subscribeServerAway, isServerAway)
  const isHeldBack = useSyncExternalStore(subscribeBlocked, isBlocked)
  const queryClient = useQueryClient()
  const router = useRouter()
  const wasAway = useRef(false)
  useEffect(() => {
    if (wasAway.current && !isAway) {
      void queryClient.invalidateQueries()
      void router.invalidate()
    }
    wasAway.current = isAway
  }, [isAway, queryClient, router])
  return (
    <div role="status" aria-live="polite">
      {isAway && !isHeldBack && (
        <p className="flex items-center gap-2 border-b border-warning-line bg-warning-soft px-3 py-1.5 text-sm text-text sm:px-4">
          <span aria-hidden className="size-2 shrink-0 animate-pulse rounded-full bg-warning" />
          <span>
            <strong className="font-medium">The server does not answer.</strong> Trying again…
            Nothing on this page is lost.
          </span>
        </p>
      )}
    </div>
  )
}
