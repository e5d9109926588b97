import { useState } from 'react'
import { grants } from '../../api/permission.js'
import { useIdentity } from '../../api/use-identity.js'
import { Button } from '../../ui/button.js'
import { Dialog } from '../../ui/dialog.js'
import { Field } from '../../ui/field.js'
import { Input } from '../../ui/input.js'
import { Refusal } from '../../ui/refusal.js'
import { Select } from '../../ui/select.js'
import { ScopePicker } from '../../scope/scope-picker.js'
import { useCatalogue } from '../../scope/use-catalogue.js'
import { KEY_LIFETIMES, wishProblems, type KeyWish, type CreatedKey } from './api-key.js'
import { useCreateKey } from './use-keys.js'

const FIRST: KeyWish = { name: '', scopes: [], expiresInDays: 90 }

/** The form that creates a key. */
export function KeyForm({
  onClose,
  onCreated,
}: {
  readonly onClose: () => void
  readonly onCreated: (key: CreatedKey) => void
}) {
  const catalogue = useCatalogue()
  const held = useIdentity()?.permissions
  const [wish, setWish] = useState(FIRST)
  const [isTried, setIsTried] = useState(false)
  const creating = useCreateKey()
  const problems = isTried ? wishProblems(wish) : {}
  const create = () => {
    setIsTried(true)
    if (Object.keys(wishProblems(wish)).length > 0) return
    creating.mutate({ ...wish, name: wish.name.trim() }, { onSuccess: onCreated })
  }
  return (
    <Dialog
      isOpen
      onClose={onClose}
      isWide
      title="New API key"
      description="A key is for a program that calls the server. It never allows more than you are allowed, and it stops working when you lose access."
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" disabled={creating.isPending} onClick={create}>
            {creating.isPending ? 'Creating…' : 'Create key'}
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <div className="grid gap-4 sm:grid-cols-[2fr_1fr]">
          <Field label="Name" error={problems.name}>
            {(props) => (
              <Input
                {...props}
                value={wish.name}
                placeholder="nightly report"
                onChange={({ target }) => setWish({ ...wish, name: target.value })}
              />
            )}
          </Field>
          <Field label="Expires after">
            {(props) => (
              <Select
                {...props}
                className="w-full"
                value={String(wish.expiresInDays)}
                onChange={({ target }) =>
                  setWish({
                    ...wish,
                    expiresInDays: target.value === 'null' ? null : Number(target.value),
                  })
                }
              >
                {KEY_LIFETIMES.map(({ days, name }) => (
                  <option key={name} value={String(days)}>
                    {name}
                  </option>
                ))}
              </Select>
            )}
          </Field>
        </div>
        <fieldset>
          <legend className="mb-1.5 text-xs font-medium text-muted">Scopes</legend>
          <ScopePicker
            catalogue={catalogue}
            scopes={wish.scopes}
            onChange={(scopes) => setWish({ ...wish, scopes })}
            canGrant={(scope) => held === undefined || grants(held, scope)}
          />
          <p role="alert" className="mt-1 text-xs text-danger">
            {problems.scopes}
          </p>
        </fieldset>
        {creating.error !== null && <Refusal error={creating.error} />}
      </div>
    </Dialog>
  )
}
