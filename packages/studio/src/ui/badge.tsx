import type { ReactNode } from 'react'
import { classNames } from './class-names.js'
import { TONE_CLASS, type Tone } from './tone.js'

/** A short label: a state, a role, a permission. */
export function Badge({
  tone = 'neutral',
  isMono = false,
  className,
  children,
}: {
  readonly tone?: Tone
  readonly isMono?: boolean
  readonly className?: string
  readonly children: ReactNode
}) {
  return (
    <span
      className={classNames(
        'inline-flex max-w-full items-center gap-1 rounded border px-1.5 text-xs wrap-anywhere',
        isMono && 'font-mono text-2xs',
        TONE_CLASS[tone],
        className,
      )}
    >
      {children}
    </span>
  )
}
