import { classNames } from './class-names.js'
import { CopyButton } from './copy-button.js'
import { shorten } from './shorten.js'

/** A word of code in a sentence. */
export function InlineCode({ children }: { readonly children: string }) {
  return (
    <code className="rounded bg-sunken px-1 py-px font-mono text-[0.92em] text-text wrap-anywhere">
      {children}
    </code>
  )
}

/** A block of code or JSON, which can be copied, also where it is too long to be shown whole. It scrolls in itself; the keyboard reaches it. */
export function Code({
  text,
  label,
  isWrapped = false,
  className,
}: {
  readonly text: string
  /** What it is: “Input of the tool”. */
  readonly label: string
  readonly isWrapped?: boolean
  readonly className?: string
}) {
  return (
    <div className={classNames('relative rounded-md border border-line bg-sunken', className)}>
      <pre
        tabIndex={0}
        role="region"
        aria-label={label}
        className={classNames(
          'max-h-80 overflow-auto py-2 pr-10 pl-3 font-mono text-xs',
          isWrapped && 'whitespace-pre-wrap wrap-anywhere',
        )}
      >
        {shorten(text)}
      </pre>
      <div className="absolute top-1 right-1 rounded bg-sunken">
        <CopyButton text={text} label={`Copy: ${label}`} />
      </div>
    </div>
  )
}
