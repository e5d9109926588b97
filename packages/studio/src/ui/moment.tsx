import { describeDistance, describeMoment } from '../text/time.js'
import { useNow } from './use-now.js'

/** A time, shown as its distance from now. Its title has the date. @param at - ISO 8601 */
export function Moment({ at }: { readonly at: string }) {
  const now = useNow(10_000)
  return (
    <time dateTime={at} title={describeMoment(at)} className="whitespace-nowrap tabular-nums">
      {describeDistance(Date.parse(at), now)}
    </time>
  )
}
