import type { ComponentProps } from 'react'
import { classNames } from './class-names.js'

/** The classes of every control that takes text. */
export const CONTROL_CLASS =
  'w-full min-w-0 rounded-md border border-field-line bg-surface px-2.5 text-sm text-text transition-colors hover:border-muted focus-visible:outline-offset-0 disabled:opacity-60 aria-invalid:border-danger'

/** A control for one line of text. */
export function Input({
  isMono = false,
  className,
  ...rest
}: ComponentProps<'input'> & { readonly isMono?: boolean }) {
  return (
    <input
      autoComplete="off"
      spellCheck={false}
      className={classNames(
        CONTROL_CLASS,
        'h-8 pointer-coarse:h-10',
        isMono && 'font-mono text-xs',
        className,
      )}
      {...rest}
    />
  )
}

/** A control for several lines of text. */
export function TextArea({
  isMono = false,
  className,
  ...rest
}: ComponentProps<'textarea'> & { readonly isMono?: boolean }) {
  return (
    <textarea
      autoComplete="off"
      spellCheck={false}
      className={classNames(CONTROL_CLASS, 'py-1.5', isMono && 'font-mono text-xs', className)}
      {...rest}
    />
  )
}
