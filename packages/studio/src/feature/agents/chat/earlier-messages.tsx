import { useState, type RefObject } from 'react'
import { Button } from '../../../ui/button.js'

/** The button that reads the messages before the first one. */
export function EarlierMessages({
  list,
  onEarlier,
}: {
  readonly list: RefObject<HTMLElement | null>
  readonly onEarlier: () => Promise<boolean>
}) {
  const [state, setState] = useState<'ready' | 'reading' | 'failed'>('ready')
  const read = async () => {
    setState('reading')
    // At scroll position 0 a browser does not keep the visible messages in place.
    const { current } = list
    if (current !== null) current.scrollTop = Math.max(1, current.scrollTop)
    setState((await onEarlier()) ? 'ready' : 'failed')
  }
  return (
    <div className="flex flex-col items-center gap-1 [overflow-anchor:none]">
      <Button size="small" disabled={state === 'reading'} onClick={() => void read()}>
        {state === 'reading' ? 'Reading earlier messages…' : 'Show earlier messages'}
      </Button>
      {state === 'failed' && (
        <p role="alert" className="text-xs text-danger">
          The earlier messages could not be read.
        </p>
      )}
    </div>
  )
}
