import { EyeClosedIcon, EyeOpenIcon } from '@radix-ui/react-icons'
import { useEffect, useState, type RefObject } from 'react'
import { Button } from '../../../ui/button.js'
import { classNames } from '../../../ui/class-names.js'
import { Field } from '../../../ui/field.js'
import { Input } from '../../../ui/input.js'

/**
 * Takes a secret. It lives in this one control and nowhere else: React would write it into the document
 * as an attribute, so its value is never handed to React. It is not a password field, because a browser
 * offers to keep what is typed into one. It is emptied when the page is left.
 */
export function SecretField({
  input,
  hint,
  error,
  onEdit,
  onEnter,
}: {
  /** The control; whoever needs the secret reads it from there, at the moment of need. */
  readonly input: RefObject<HTMLInputElement | null>
  readonly hint: string
  readonly error: string | undefined
  /** After each change of the value, which is not told. */
  readonly onEdit: () => void
  readonly onEnter: () => void
}) {
  const [isShown, setIsShown] = useState(false)
  useEffect(() => {
    const control = input.current
    const empty = () => {
      if (control !== null) control.value = ''
    }
    // The browser keeps pages that were left, to go back to them.
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
