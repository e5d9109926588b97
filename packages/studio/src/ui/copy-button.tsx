import { CheckIcon, ClipboardCopyIcon } from '@radix-ui/react-icons'
import { useEffect, useState } from 'react'
import { Button } from './button.js'

const SHOWN_MS = 1600

type Outcome = 'none' | 'copied' | 'failed'

const SAYS: Readonly<Record<Outcome, string>> = {
  none: '',
  copied: 'Copied',
  failed: 'The browser did not allow copying',
}

/** Copies a text and confirms it for a moment. Without `children` it shows only an icon. */
export function CopyButton({
  text,
  label,
  children,
}: {
  /** A function is called when the button is pressed. */
  readonly text: string | (() => string)
  /** What it copies: “Copy token”. */
  readonly label: string
  readonly children?: string
}) {
  const [outcome, setOutcome] = useState<Outcome>('none')
  useEffect(() => {
    if (outcome === 'none') return
    const timer = setTimeout(() => setOutcome('none'), SHOWN_MS)
    return () => clearTimeout(timer)
  }, [outcome])
  const copy = () => {
    navigator.clipboard.writeText(typeof text === 'string' ? text : text()).then(
      () => setOutcome('copied'),
      () => setOutcome('failed'),
    )
  }
  const Icon = outcome === 'copied' ? CheckIcon : ClipboardCopyIcon
  return (
    <>
      <Button
        kind={children === undefined ? 'ghost' : 'secondary'}
        size={children === undefined ? 'icon' : 'small'}
        aria-label={label}
        title={outcome === 'none' ? label : SAYS[outcome]}
        onClick={copy}
      >
        <Icon aria-hidden className={outcome === 'copied' ? 'text-success' : ''} />
        {children !== undefined && (outcome === 'copied' ? 'Copied' : children)}
      </Button>
      <span role="status" className="sr-only">
        {SAYS[outcome]}
      </span>
    </>
  )
}
