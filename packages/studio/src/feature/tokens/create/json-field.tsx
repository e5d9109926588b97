import { lazy, Suspense, useId, type ComponentType } from 'react'
import { classNames } from '../../../ui/class-names.js'
import { TextArea } from '../../../ui/input.js'

interface EditorProps {
  readonly label: string
  readonly value: string
  readonly onChange: (text: string) => void
}

function PlainEditor({ label, value, onChange }: EditorProps) {
  return (
    <TextArea
      isMono
      rows={10}
      aria-label={label}
      value={value}
      onChange={(event) => onChange(event.target.value)}
    />
  )
}

/** Falls back to a plain control if the editor cannot be loaded. */
const JsonEditor = lazy<ComponentType<EditorProps>>(() =>
  import('./json-editor.js').catch(() => ({ default: PlainEditor })),
)

/** A field for JSON. Its editor loads separately; until then the field shows the text. */
export function JsonField({
  label,
  value,
  error,
  onChange,
}: {
  readonly label: string
  readonly value: string
  readonly error: string | undefined
  readonly onChange: (text: string) => void
}) {
  const id = useId()
  return (
    <div className="flex flex-col gap-1">
      <div
        className={classNames(
          'rounded-md border bg-sunken focus-within:outline-2 focus-within:outline-accent',
          error === undefined ? 'border-line-strong' : 'border-danger',
        )}
      >
        <Suspense
          fallback={
            <pre className="min-h-40 px-3 py-2 font-mono text-xs whitespace-pre-wrap">{value}</pre>
          }
        >
          <JsonEditor label={label} value={value} onChange={onChange} />
        </Suspense>
      </div>
      <p
        id={`${id}-error`}
        role="alert"
        className={classNames('text-xs text-danger', error === undefined && 'sr-only')}
      >
        {error}
      </p>
    </div>
  )
}
