import {
  CheckCircledIcon,
  CrossCircledIcon,
  ExclamationTriangleIcon,
  InfoCircledIcon,
} from '@radix-ui/react-icons'
import type { ReactNode } from 'react'
import { classNames } from './class-names.js'
import { TONE_CLASS, type Tone } from './tone.js'

const ICON = {
  neutral: InfoCircledIcon,
  accent: InfoCircledIcon,
  success: CheckCircledIcon,
  warning: ExclamationTriangleIcon,
  danger: CrossCircledIcon,
} as const

/** A message to the reader, with what they can do about it. A screen reader announces the tone `danger` at once. */
export function Notice({
  tone = 'neutral',
  title,
  actions,
  className,
  children,
}: {
  readonly tone?: Tone
  readonly title?: ReactNode
  readonly actions?: ReactNode
  readonly className?: string
  readonly children?: ReactNode
}) {
  const Icon = ICON[tone]
  return (
    <div
      role={tone === 'danger' ? 'alert' : 'status'}
      className={classNames(
        'flex gap-2.5 rounded-md border px-3 py-2.5',
        TONE_CLASS[tone],
        className,
      )}
    >
      <Icon aria-hidden className="mt-0.5 shrink-0" />
      <div className="min-w-0 flex-1 text-sm wrap-anywhere">
        {title !== undefined && <p className="font-medium">{title}</p>}
        {children !== undefined && <div className="text-text">{children}</div>}
        {actions !== undefined && <div className="mt-2 flex flex-wrap gap-2">{actions}</div>}
      </div>
    </div>
  )
}
