import type { ReactNode } from 'react'
import { classNames } from './class-names.js'

/** The container of an ordinary page, which scrolls as a whole. */
export function Page({
  isNarrow = false,
  children,
}: {
  readonly isNarrow?: boolean
  readonly children: ReactNode
}) {
  return (
    <div className="h-full overflow-y-auto">
      <div
        className={classNames(
          'mx-auto w-full px-4 py-5 sm:px-8 sm:py-7',
          isNarrow ? 'max-w-3xl' : 'max-w-6xl',
        )}
      >
        {children}
      </div>
    </div>
  )
}
