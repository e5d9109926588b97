import type { ComponentProps } from 'react'
import { classNames } from './class-names.js'

/** What a button does: the main action of a page, another action, an action within text, a destructive action. */
export type ButtonKind = 'primary' | 'secondary' | 'ghost' | 'danger'

const KIND: Readonly<Record<ButtonKind, string>> = {
  primary: 'border-transparent bg-accent-fill text-white hover:bg-accent-fill-hover',
  secondary: 'border-line-strong bg-surface text-text hover:bg-hover',
  ghost: 'border-transparent bg-transparent text-muted hover:bg-hover hover:text-text',
  danger: 'border-transparent bg-danger-fill text-white hover:bg-danger-fill-hover',
}

const SIZE = {
  small: 'h-7 px-2 text-xs gap-1.5 pointer-coarse:h-9',
  medium: 'h-8 px-3 text-sm gap-2 pointer-coarse:h-10',
  icon: 'size-7 justify-center pointer-coarse:size-9',
} as const

/** The classes of a button, or of a link that looks like one. */
export function buttonClass(kind: ButtonKind, size: keyof typeof SIZE): string {
  return classNames(
    'inline-flex shrink-0 items-center justify-center rounded-md border font-medium whitespace-nowrap transition-colors select-none disabled:opacity-50',
    KIND[kind],
    SIZE[size],
  )
}

/** A button. One with `size="icon"` shows only an icon and needs an `aria-label`. */
export function Button({
  kind = 'secondary',
  size = 'medium',
  className,
  ...rest
}: ComponentProps<'button'> & {
  readonly kind?: ButtonKind
  readonly size?: keyof typeof SIZE
}) {
  return (
    <button type="button" className={classNames(buttonClass(kind, size), className)} {...rest} />
  )
}
