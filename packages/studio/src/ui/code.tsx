import { classNames } from './class-names.js'
import { CopyButton } from './copy-button.js'
import { shorten } from './shorten.js'

/** Code within a sentence. */
export function InlineCode({ children }: { readonly children: string }) {
  return (
    <code className="rounded bg-sunken px-1 py-px font-mono text-[0.92em] text-text wrap-anywhere">
      {children}
    </code>
  )
}

/**
 * A block of code or JSON with a copy button, which copies all of it, also where only its beginning is shown. The block
 * scrolls, and the keyboard can reach it.
 */
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
