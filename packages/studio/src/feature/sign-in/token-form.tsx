import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import type { Identity } from '../../api/identity.js'
import { codeOf } from '../../text/remedy.js'
import { adoptToken, getSession } from '../../session/session.js'
import { useJudge } from '../../api/use-judge.js'
import { Button } from '../../ui/button.js'
import { Checkbox } from '../../ui/checkbox.js'
import { Field } from '../../ui/field.js'
import { TextArea } from '../../ui/input.js'
import { Refusal } from '../../ui/refusal.js'
import { useNow } from '../../ui/use-now.js'
import { tryToken } from './try-token.js'
import { VerdictLine } from './verdict-line.js'

/** Takes a token, says what is wrong with it, and signs in once the server accepts it. */
export function TokenForm({
  action,
  check,
  onDone,
}: {
  /** The label of its button. */
  readonly action: string
  /** Says why a token that the server accepts cannot be used here; undefined if it can. */
  readonly check?: (identity: Identity | undefined) => string | undefined
  readonly onDone?: () => void
}) {
  const [pasted, setPasted] = useState('')
  const [isRemembered, setIsRemembered] = useState(getSession().isRemembered)
  const [objection, setObjection] = useState<string>()
  const now = useNow()
  const judge = useJudge()
  const token = judge?.extractToken(pasted) ?? ''
  const verdict = token === '' ? undefined : judge?.judgeToken(pasted, now)
  const attempt = useMutation({
    mutationFn: tryToken,
    onSuccess(identity) {
      const objected = check?.(identity)
      setObjection(objected)
      if (objected !== undefined) return
      adoptToken(token, isRemembered)
      onDone?.()
    },
  })
  const change = (text: string) => {
    setPasted(text)
    setObjection(undefined)
    attempt.reset()
  }
  return (
    <form
      className="flex flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault()
        if (token !== '') attempt.mutate(token)
      }}
    >
      <Field
        label="Token or header"
        hint="A token, an Authorization header, a line of an .env file or a whole cURL command."
        error={objection}
      >
        {(props) => (
          <TextArea
            {...props}
            isMono
            rows={4}
            autoFocus
            value={pasted}
            onChange={(event) => change(event.target.value)}
            onKeyDown={(event) => {
              if (event.key !== 'Enter' || event.shiftKey) return
              event.preventDefault()
              event.currentTarget.form?.requestSubmit()
            }}
            placeholder="eyJhbGciOi…"
          />
        )}
      </Field>
      {/* The server knows more about a token than the browser does. */}
      {attempt.error === null && <VerdictLine verdict={verdict} />}
      {attempt.error !== null && (
        <Refusal
          error={attempt.error}
          advice={judge?.adviseRefused(codeOf(attempt.error), token, now)}
        />
      )}
      <div className="flex flex-wrap items-center justify-between gap-3">
        <Checkbox
          label="Remember in this browser"
          checked={isRemembered}
          onChange={(event) => setIsRemembered(event.target.checked)}
        />
        <Button
          type="submit"
          kind="primary"
          className="ml-auto"
          disabled={token === '' || attempt.isPending}
        >
          {attempt.isPending ? 'Asking the server…' : action}
        </Button>
      </div>
    </form>
  )
}
