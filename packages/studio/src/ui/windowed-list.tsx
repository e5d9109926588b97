import {
  useCallback,
  useEffect,
  useRef,
  useState,
  type Dispatch,
  type KeyboardEvent,
  type ReactNode,
  type SetStateAction,
} from 'react'
import { visibleRows, type Rows } from './visible-rows.js'

/** The height of a row, in rem. */
const ROW_REM = 3

function rowPx(): number {
  return ROW_REM * Number.parseFloat(getComputedStyle(document.documentElement).fontSize)
}

/** The row that a key moves to; undefined for a key that does not move. */
function rowOfKey(key: string, row: number, count: number): number | undefined {
  if (key === 'ArrowDown') return Math.min(row + 1, count - 1)
  if (key === 'ArrowUp') return Math.max(row - 1, 0)
  if (key === 'Home') return 0
  return key === 'End' ? count - 1 : undefined
}

/**
 * A long list that scrolls. It renders only the visible rows and a few around them. The tab key stops at it once: up and
 * down arrows move between rows, left and right arrows between the controls of a row.
 */
export function WindowedList({
  label,
  count,
  rows,
  onRows,
  renderRow,
}: {
  readonly label: string
  readonly count: number
  /** Which rows are rendered now. Rows beyond the end of the list are ignored. */
  readonly rows: Rows
  readonly onRows: Dispatch<SetStateAction<Rows>>
  /** Renders a row. Its first control has `tabIndex` 0 where the row `isCurrent`; all others have -1. */
  readonly renderRow: (index: number, isCurrent: boolean) => ReactNode
}) {
  const scroller = useRef<HTMLDivElement>(null)
  const list = useRef<HTMLUListElement>(null)
  const [chosen, setChosen] = useState(0)
  const isMoving = useRef(false)
  const current = Math.max(0, Math.min(chosen, count - 1))

  const look = useCallback(() => {
    const element = scroller.current
    if (element === null) return
    const next = visibleRows(element.scrollTop, element.clientHeight, rowPx())
    onRows((now) => (now.first === next.first && now.last === next.last ? now : next))
  }, [onRows])
  useEffect(() => {
    const element = scroller.current
    if (element === null) return
    // An observer reports once at the start, too.
    const observer = new ResizeObserver(look)
    observer.observe(element)
    return () => observer.disconnect()
  }, [look])

  // The new row may still be loading. Until it is there, the list itself has the focus.
  useEffect(() => {
    if (!isMoving.current) return
    const target = list.current?.querySelector<HTMLElement>(`[data-row="${current}"] a`)
    if (target) isMoving.current = false
    ;(target ?? list.current)?.focus({ preventScroll: true })
  })

  const moveTo = (row: number) => {
    const element = scroller.current
    if (element === null) return
    const [top, height] = [row * rowPx(), rowPx()]
    if (top < element.scrollTop) element.scrollTop = top
    else if (top + height > element.scrollTop + element.clientHeight) {
      element.scrollTop = top + height - element.clientHeight
    }
    isMoving.current = true
    setChosen(row)
  }
  const moveWithin = (target: HTMLElement, step: number) => {
    const row = target.closest('[data-row]')
    const parts = [...(row?.querySelectorAll<HTMLElement>('a, button') ?? [])]
    parts[parts.indexOf(target) + step]?.focus()
  }
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return
    const row = rowOfKey(event.key, current, count)
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key]
    if (row === undefined && step === undefined) return
    event.preventDefault()
    if (row !== undefined) moveTo(row)
    else if (event.target instanceof HTMLElement) moveWithin(event.target, step ?? 0)
  }

  const shown = new Set<number>(count > 0 ? [current] : [])
  for (let row = rows.first; row <= Math.min(rows.last, count - 1); row++) shown.add(row)
  return (
    <div ref={scroller} onScroll={look} className="min-h-0 flex-1 overflow-y-auto px-2">
      <ul
        ref={list}
        aria-label={label}
        tabIndex={-1}
        className="relative outline-none"
        style={{ height: `${count * ROW_REM}rem` }}
        onKeyDown={onKeyDown}
        onBlur={({ currentTarget, relatedTarget }) => {
          if (relatedTarget && !currentTarget.contains(relatedTarget)) isMoving.current = false
        }}
      >
        {[...shown]
          .sort((a, b) => a - b)
          .map((row) => (
            <li
              key={row}
              data-row={row}
              aria-setsize={count}
              aria-posinset={row + 1}
              className="absolute inset-x-0 pb-px"
              style={{ top: `${row * ROW_REM}rem`, height: `${ROW_REM}rem` }}
              onFocus={() => setChosen(row)}
            >
              {renderRow(row, row === current)}
            </li>
          ))}
      </ul>
    </div>
  )
}
