import {
  createContext,
  use,
  useEffect,
  useMemo,
  useRef,
  useState,
  type ReactNode,
  type RefObject,
} from 'react'

/** Within this distance of the visible part an element counts as near: twice the height of the list. */
const MARGIN = '200% 0px'

type Watch = (element: Element, onNear: () => void) => () => void

const NearContext = createContext<Watch>(() => () => undefined)

/** Tells the elements of a scrolling list when they come near its visible part. */
export function NearProvider({
  list,
  children,
}: {
  readonly list: RefObject<Element | null>
  readonly children: ReactNode
}) {
  const watch = useMemo((): Watch => {
    const waiting = new Map<Element, () => void>()
    let observer: IntersectionObserver | undefined
    const tell = (entries: readonly IntersectionObserverEntry[]) => {
      for (const { isIntersecting, target } of entries) if (isIntersecting) waiting.get(target)?.()
    }
    return (element, onNear) => {
      observer ??= new IntersectionObserver(tell, { root: list.current, rootMargin: MARGIN })
      waiting.set(element, onNear)
      observer.observe(element)
      return () => {
        waiting.delete(element)
        observer?.unobserve(element)
      }
    }
  }, [list])
  return <NearContext value={watch}>{children}</NearContext>
}

/** Whether an element of the list is or was near its visible part. @param isNear - whether that is known */
export function useNear(isNear: boolean): readonly [RefObject<HTMLElement | null>, boolean] {
  const watch = use(NearContext)
  const element = useRef<HTMLElement>(null)
  const [wasNear, setWasNear] = useState(isNear)
  if (isNear && !wasNear) setWasNear(true)
  useEffect(() => {
    if (wasNear || element.current === null) return
    return watch(element.current, () => setWasNear(true))
  }, [wasNear, watch])
  return [element, wasNear]
}
