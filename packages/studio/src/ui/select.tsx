import { ChevronDownIcon } from '@radix-ui/react-icons'
import type { ComponentProps } from 'react'
import { classNames } from './class-names.js'
import { CONTROL_CLASS } from './input.js'

/** A control to choose one of a few values. */
export function Select({ className, children, ...rest }: ComponentProps<'select'>) {
  return (
    <span className={classNames('relative inline-flex min-w-0', className)}>
      <select
        className={classNames(CONTROL_CLASS, 'h-8 appearance-none pr-7 pointer-coarse:h-10')}
        {...rest}
      >
        {children}
      </select>
      <ChevronDownIcon
        aria-hidden
        className="pointer-events-none absolute top-1/2 right-2 -translate-y-1/2 text-muted"
      />
    </span>
  )
}
