import { Checkbox } from '../../../ui/checkbox.js'

/** A checkbox for each role that the server knows or that the claims name. */
export function RoleBoxes({
  known,
  roles,
  onChange,
}: {
  readonly known: Readonly<Record<string, readonly string[]>>
  readonly roles: readonly string[]
  readonly onChange: (roles: readonly string[]) => void
}) {
  const names = [...new Set([...Object.keys(known), ...roles])]
  return (
    <fieldset>
      <legend className="mb-1 text-xs font-medium text-muted">Roles</legend>
      <div className="grid gap-x-4 sm:grid-cols-2">
        {names.map((name) => (
          <Checkbox
            key={name}
            label={name}
            hint={Object.hasOwn(known, name) ? undefined : 'The server may not know it.'}
            title={known[name]?.join(' ')}
            checked={roles.includes(name)}
            onChange={(event) =>
              onChange(
                event.target.checked ? [...roles, name] : roles.filter((each) => each !== name),
              )
            }
          />
        ))}
      </div>
    </fieldset>
  )
}
