import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { extractToken } from '../../text/credential.js'
import { requestJson } from '../../api/request.js'
import { currentToken, getSession } from '../../session/session.js'
import { useIdentity } from '../../api/use-identity.js'
import { Button } from '../../ui/button.js'
import { Dialog } from '../../ui/dialog.js'
import { Field } from '../../ui/field.js'
import { Input, TextArea } from '../../ui/input.js'
import { Notice } from '../../ui/notice.js'
import { Refusal } from '../../ui/refusal.js'
import { Section } from '../../ui/section.js'
import { Select } from '../../ui/select.js'
import { readKind, REVOCATION_KINDS, revocationBody, type RevocationDraft } from './revocation.js'

const EMPTY: RevocationDraft = { kind: 'token', value: '', issuer: '' }

/** The form that revokes tokens before they expire. */
export function RevokeSection() {
  const [draft, setDraft] = useState(EMPTY)
  const [isAsking, setIsAsking] = useState(false)
  const identity = useIdentity()
  const revoking = useMutation({
    mutationFn: (revoked: RevocationDraft) =>
      requestJson<{ kind: string }>({
        method: 'POST',
        path: ['auth', 'revocations'],
        body: revocationBody(revoked),
      }),
    onSettled: () => setIsAsking(false),
    onSuccess: () => setDraft({ ...EMPTY, kind: draft.kind }),
    gcTime: 0,
  })
  const { kind, value, issuer } = draft
  const { name, label, placeholder, effect } = REVOCATION_KINDS[kind]
  const asked = { ...draft, value: kind === 'token' ? extractToken(value) : value }
  const isOwn =
    kind === 'token'
      ? asked.value !== '' && asked.value === currentToken(getSession())
      : kind === 'subject' && value.trim() === identity?.id
  const change = (next: RevocationDraft) => {
    setDraft(next)
    revoking.reset()
  }
  return (
    <Section
      title="Revoke tokens"
      description="End access before it expires: one token, every token of a subject, or a session."
    >
      <form
        className="flex max-w-2xl flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault()
          if (value.trim() !== '') setIsAsking(true)
        }}
      >
        <div className="grid gap-3 sm:grid-cols-2">
          <Field label="What">
            {(props) => (
              <Select
                {...props}
                className="w-full"
                value={kind}
                onChange={({ target }) => change({ ...EMPTY, kind: readKind(target.value) })}
              >
                {Object.entries(REVOCATION_KINDS).map(([each, { name }]) => (
                  <option key={each} value={each}>
                    {name}
                  </option>
                ))}
              </Select>
            )}
          </Field>
          {kind !== 'token' && (
            <Field label="Issuer" hint="Leave empty for the issuer of your own token.">
              {(props) => (
                <Input
                  {...props}
                  value={issuer}
                  placeholder="https://issuer.example"
                  onChange={({ target }) => change({ ...draft, issuer: target.value })}
                />
              )}
            </Field>
          )}
        </div>
        <Field label={label} hint={effect}>
          {(props) =>
            kind === 'token' ? (
              <TextArea
                {...props}
                isMono
                rows={3}
                value={value}
                placeholder={placeholder}
                onChange={({ target }) => change({ ...draft, value: target.value })}
              />
            ) : (
              <Input
                {...props}
                isMono
                value={value}
                placeholder={placeholder}
                onChange={({ target }) => change({ ...draft, value: target.value })}
              />
            )
          }
        </Field>
        {isOwn && (
          <Notice tone="warning">
            This is your own token. You will need another one to sign in again.
          </Notice>
        )}
        {revoking.error !== null && <Refusal error={revoking.error} />}
        {revoking.isSuccess && (
          <Notice tone="success" title="Revoked.">
            Every instance of the server refuses it within seconds.
          </Notice>
        )}
        <div>
          <Button type="submit" disabled={value.trim() === '' || revoking.isPending}>
            Revoke…
          </Button>
        </div>
      </form>
      <Dialog
        isOpen={isAsking}
        onClose={() => setIsAsking(false)}
        title={`Revoke: ${name.toLowerCase()}?`}
        actions={
          <>
            <Button onClick={() => setIsAsking(false)}>Cancel</Button>
            <Button
              kind="danger"
              disabled={revoking.isPending}
              onClick={() => revoking.mutate(asked)}
            >
              Revoke
            </Button>
          </>
        }
      >
        <p>
          {effect} You cannot undo this.
          {kind === 'subject' && (
            <>
              {' '}
              The subject is <span className="font-mono text-xs">{value.trim()}</span>.
            </>
          )}
        </p>
      </Dialog>
    </Section>
  )
}
