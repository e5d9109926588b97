import { EyeClosedIcon, EyeOpenIcon } from '@radix-ui/react-icons'
import { useEffect, useState, type RefObject } from 'react'
import { Button } from '../../../ui/button.js'
import { classNames } from '../../../ui/class-names.js'
import { Field } from '../../../ui/field.js'
import { Input } from '../../../ui/input.js'

/**
 * Takes a secret. Only this control holds it: React never gets the value, because it would write it into the document as
 * an attribute. The control is not a password field, because a browser offers to store passwords. It is emptied when the
 * reader leaves the page.
 */
export function SecretField({
  input,
  hint,
  error,
  onEdit,
  onEnter,
}: {
  /** The control. Read the secret from it only when it is needed. */
  readonly input: RefObject<HTMLInputElement | null>
  readonly hint: string
  readonly error: string | undefined
  /** Called after each change, without the value. */
  readonly onEdit: () => void
  readonly onEnter: () => void
}) {
  const [isShown, setIsShown] = useState(false)
  useEffect(() => {
    const control = input.current
    const empty = () => {
      if (control !== null) control.value = ''
    }
    // The browser keeps pages in its back/forward cache.
    addEventListener('pagehide', empty)
    return () => {
      removeEventListener('pagehide', empty)
      empty()
    }
  }, [input])
  return (
    <Field label="Secret" hint={hint} error={error}>
      {(props) => (
        <span className="relative block">
          <Input
            {...props}
            ref={input}
            isMono
            autoCapitalize="off"
            autoCorrect="off"
            data-1p-ignore=""
            data-lpignore="true"
            className={classNames('pr-9', !isShown && '[-webkit-text-security:disc]')}
            placeholder="MASTRA_JWT_SECRET"
            onChange={onEdit}
            onKeyDown={(event) => {
              if (event.key !== 'Enter') return
              event.preventDefault()
              onEnter()
            }}
          />
          <Button
            kind="ghost"
            size="icon"
            aria-label="Show the secret"
            aria-pressed={isShown}
            title={isShown ? 'Hide the secret' : 'Show the secret'}
            onClick={() => setIsShown(!isShown)}
            className="absolute top-0.5 right-0.5"
          >
            {isShown ? <EyeOpenIcon aria-hidden /> : <EyeClosedIcon aria-hidden />}
          </Button>
        </span>
      )}
    </Field>
  )
}
