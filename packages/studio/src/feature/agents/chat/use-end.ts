import { useEffect, useLayoutEffect, useRef, useState, type RefObject } from 'react'

/** How near to its end a list still counts as being there, in px. */
const NEAR_PX = 40

/** A list that follows its end. */
export interface End {
  /** Whether the reader has left the end. */
  readonly isAway: boolean
  /** Goes to the end, and follows it again. */
  readonly go: () => void
}

/**
 * Keeps a list at its end while that moves, until the reader scrolls up, and again once the reader is back.
 * @param isAsked - whether a question was just sent: then its end is what the reader wants to see
 */
export function useEnd(
  list: RefObject<HTMLElement | null>,
  content: RefObject<HTMLElement | null>,
  isAsked: boolean,
): End {
  const isFollowing = useRef(true)
  /** Where the list stood last, in px: whoever scrolls up from there leaves the end, however fast the list grows. */
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
  // Before the first picture: the list begins at its end.
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
      // What is drawn anew may move the list up a little, but then it is at its end.
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
