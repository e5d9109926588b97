import { Field } from '../../../ui/field.js'
import { Input } from '../../../ui/input.js'
import { Notice } from '../../../ui/notice.js'
import { Select } from '../../../ui/select.js'
import { CodeText } from '../../../ui/code-text.js'
import type { Catalogue } from '../../../scope/catalogue.js'
import { missingTools } from '../../../scope/missing-tools.js'
import { ScopePicker } from '../../../scope/scope-picker.js'
import { rolesOf, scopesOf, subjectOf, withClaim, withRoles, withScopes } from '../token/claims.js'
import type { Draft, DraftChange } from './draft.js'
import { LIFETIMES, lifetimeText, readLifetime } from '../token/lifetime.js'
import { RoleBoxes } from './role-boxes.js'

/** Notes about grants that may surprise the reader. */
function GrantNotes({
  draft,
  catalogue,
}: {
  readonly draft: Draft
  readonly catalogue: Catalogue
}) {
  const scopes = scopesOf(draft.claims)
  const roles = rolesOf(draft.claims)
  if (scopes.length === 0 && roles.length === 0) {
    return (
      <Notice>
        A token without roles and scopes gets the default role of the server. With a shared secret,
        the default role is member.
      </Notice>
    )
  }
  const granted = [...scopes, ...roles.flatMap((role) => catalogue.roles[role] ?? [])]
  return missingTools(granted, catalogue).map(({ agent, tools }) => (
    <Notice key={agent} tone="warning">
      <CodeText>
        {`\`${agent}\` will answer without ${tools.map((tool) => `\`${tool}\``).join(', ')}: the token does not grant that.`}
      </CodeText>
    </Notice>
  ))
}

/** The claims as a form. */
export function ClaimsForm({
  draft,
  catalogue,
  onChange,
}: {
  readonly draft: Draft
  readonly catalogue: Catalogue
  readonly onChange: (change: DraftChange) => void
}) {
  const { claims, lifetime } = draft
  const change = (next: typeof claims) => onChange({ type: 'claims', claims: next })
  return (
    <div className="flex flex-col gap-4">
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label="Subject" hint="Who is calling. Memory belongs to the subject.">
          {(props) => (
            <Input
              {...props}
              value={subjectOf(claims)}
              placeholder="alice"
              onChange={({ target }) => change(withClaim(claims, 'sub', target.value))}
            />
          )}
        </Field>
        <Field label="Expires after" hint="Counted from the moment of signing.">
          {(props) => (
            <Select
              {...props}
              className="w-full"
              value={lifetimeText(lifetime)}
              onChange={({ target }) =>
                onChange({
                  type: 'lifetime',
                  lifetime: readLifetime(target.value),
                  now: Date.now(),
                })
              }
            >
              {LIFETIMES.map(({ seconds, name }) => (
                <option key={seconds} value={seconds}>
                  {name}
                </option>
              ))}
              <option value="never">Never</option>
              {lifetime === 'written' && <option value="written">As in the JSON</option>}
            </Select>
          )}
        </Field>
      </div>
      <RoleBoxes
        known={catalogue.roles}
        roles={rolesOf(claims)}
        onChange={(roles) => change(withRoles(claims, roles))}
      />
      <fieldset>
        <legend className="mb-1.5 text-xs font-medium text-muted">Scopes</legend>
        <ScopePicker
          catalogue={catalogue}
          scopes={scopesOf(claims)}
          onChange={(scopes) => change(withScopes(claims, scopes))}
        />
      </fieldset>
      <GrantNotes draft={draft} catalogue={catalogue} />
    </div>
  )
}
