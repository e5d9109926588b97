import { CheckIcon, Cross2Icon, ExclamationTriangleIcon } from '@radix-ui/react-icons'
import type { Verdict } from '../../text/credential.js'
import { classNames } from '../../ui/class-names.js'
import { RemedyText } from '../../ui/remedy-text.js'

const LOOK = {
  fine: { icon: CheckIcon, colour: 'text-success' },
  warning: { icon: ExclamationTriangleIcon, colour: 'text-warning' },
  bad: { icon: Cross2Icon, colour: 'text-danger' },
} as const

/** What the browser can tell about a token. A screen reader announces each change. */
export function VerdictLine({ verdict }: { readonly verdict: Verdict | undefined }) {
  const { icon: Icon, colour } = LOOK[verdict?.level ?? 'fine']
  return (
    <div
      role="status"
      className={classNames('flex items-start gap-1.5 text-xs', colour, !verdict && 'hidden')}
    >
      <Icon aria-hidden className="mt-0.5 size-3.5 shrink-0" />
      <div className="min-w-0 flex-1 wrap-anywhere">
        {verdict?.text}{' '}
        {verdict?.remedy !== undefined && (
          <div className="text-text">
            <RemedyText remedy={verdict.remedy} command={verdict.command} />
          </div>
        )}
      </div>
    </div>
  )
}
