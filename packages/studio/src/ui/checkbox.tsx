import type { ComponentProps, ReactNode } from 'react'
import { classNames } from './class-names.js'

/** A checkbox with its label. */
export function Checkbox({
  label,
  hint,
  className,
  ...rest
}: Omit<ComponentProps<'input'>, 'type'> & {
  readonly label: ReactNode
  readonly hint?: ReactNode
}) {
  return (
    <label className={classNames('flex items-start gap-2 py-0.5', className)}>
      <input
        type="checkbox"
        className="mt-0.5 size-4 shrink-0 rounded accent-(--accent-fill)"
        {...rest}
      />
      <span className="min-w-0">
        {label}
        {hint !== undefined && <span className="block text-xs text-faint">{hint}</span>}
      </span>
    </label>
  )
}
