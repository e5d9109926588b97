import { useId, type ReactElement, type ReactNode } from 'react'
import { classNames } from './class-names.js'

/** The attributes that a field passes to its control. */
export interface ControlProps {
  readonly id: string
  readonly 'aria-describedby': string | undefined
  readonly 'aria-invalid': boolean | undefined
}

/** A control with its label, a hint, and an error about its value. */
export function Field({
  label,
  hint,
  error,
  isLabelHidden = false,
  className,
  children,
}: {
  readonly label: ReactNode
  readonly hint?: ReactNode
  /** A screen reader announces it as soon as it appears. */
  readonly error?: ReactNode
  readonly isLabelHidden?: boolean
  readonly className?: string
  readonly children: (props: ControlProps) => ReactElement
}) {
  const id = useId()
  const hasError = error !== undefined && error !== false && error !== ''
  const described = [hint !== undefined && `${id}-hint`, hasError && `${id}-error`].filter(Boolean)
  return (
    <div className={classNames('flex min-w-0 flex-col gap-1', className)}>
      <label
        htmlFor={id}
        className={classNames('text-xs font-medium text-muted', isLabelHidden && 'sr-only')}
      >
        {label}
      </label>
      {children({
        id,
        'aria-describedby': described.length > 0 ? described.join(' ') : undefined,
        'aria-invalid': hasError || undefined,
      })}
      {hint !== undefined && (
        <p id={`${id}-hint`} className="text-xs text-faint">
          {hint}
        </p>
      )}
      <p
        id={`${id}-error`}
        role="alert"
        className={classNames('text-xs text-danger', !hasError && 'sr-only')}
      >
        {hasError && error}
      </p>
    </div>
  )
}
