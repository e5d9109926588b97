import { useEffect, useLayoutEffect, useRef, useState, type RefObject } from 'react'

/** Within this distance a list counts as at its end, in px. */
const NEAR_PX = 40

/** The state of a list that follows its end. */
export interface End {
  /** Whether the reader has left the end. */
  readonly isAway: boolean
  /** Scrolls to the end, and follows it again. */
  readonly go: () => void
}

/**
 * Keeps a list at its end while it grows, until the reader scrolls up, and again once the reader is back at the end.
 * @param isAsked - whether the reader has just sent a question; the list then scrolls to its end
 */
export function useEnd(
  list: RefObject<HTMLElement | null>,
  content: RefObject<HTMLElement | null>,
  isAsked: boolean,
): End {
  const isFollowing = useRef(true)
  /** The last scroll position, in px. Scrolling up from it leaves the end, however fast the list grows. */
  const last = useRef(0)
  const [isAway, setIsAway] = useState(false)
  const follow = () => {
    const { current } = list
    if (!isFollowing.current || current === null) return
    current.scrollTop = current.scrollHeight
    last.current = current.scrollTop
  }
  const go = () => {
    isFollowing.current = true
    setIsAway(false)
    follow()
  }
  // The list starts at its end, before the first paint.
  useLayoutEffect(follow, [])
  useEffect(() => {
    if (isAsked) go()
  }, [isAsked])
  useEffect(() => {
    const { current: element } = list
    if (element === null || content.current === null) return
    last.current = element.scrollTop
    const onScroll = () => {
      const { scrollTop, scrollHeight, clientHeight } = element
      const isUp = scrollTop < last.current
      last.current = scrollTop
      const below = scrollHeight - scrollTop - clientHeight
      // Rendering may move the list up a little, but then it is at its end.
      if (below < 2) isFollowing.current = true
      else if (isUp) isFollowing.current = false
      else if (below < NEAR_PX) isFollowing.current = true
      setIsAway(!isFollowing.current && below >= NEAR_PX)
    }
    element.addEventListener('scroll', onScroll, { passive: true })
    const observer = new ResizeObserver(follow)
    observer.observe(content.current)
    observer.observe(element)
    return () => {
      element.removeEventListener('scroll', onScroll)
      observer.disconnect()
    }
  }, [])
  return { isAway, go }
}
