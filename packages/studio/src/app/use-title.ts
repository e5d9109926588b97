import { useEffect } from 'react'
import { usePlace } from './use-place.js'

/** Sets the title of the browser's tab to the place that is shown. */
export function useTitle(): void {
  const name = usePlace()?.name
  useEffect(() => {
    document.title = name === undefined ? 'Signet Studio' : `${name} · Signet Studio`
  }, [name])
}
