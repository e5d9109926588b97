import { TrashIcon } from '@radix-ui/react-icons'
import { Button } from '../../ui/button.js'
import { Field } from '../../ui/field.js'
import { Input } from '../../ui/input.js'
import { VerdictLine } from '../sign-in/verdict-line.js'
import { verdictOf, type HeaderRow, type RowProblems } from './header-rows.js'

/** The controls of one header: name, value, verdict, and removal. */
export function HeaderRowFields({
  row,
  problems,
  now,
  isFresh,
  onChange,
  onRemove,
}: {
  readonly row: HeaderRow
  readonly problems: RowProblems
  /** In ms since 1970. */
  readonly now: number
  /** Whether it was just added. It then takes the focus. */
  readonly isFresh: boolean
  readonly onChange: (row: HeaderRow) => void
  readonly onRemove: () => void
}) {
  return (
    <li className="grid grid-cols-[1fr_auto] items-start gap-x-2 gap-y-2 border-line not-first:border-t not-first:pt-3 sm:grid-cols-[11rem_1fr_auto]">
      <Field label="Name" error={problems.name}>
        {(props) => (
          <Input
            {...props}
            list="header-names"
            autoFocus={isFresh}
            placeholder="Authorization"
            value={row.name}
            onChange={(event) => onChange({ ...row, name: event.target.value })}
          />
        )}
      </Field>
      <Button
        kind="ghost"
        size="icon"
        className="mt-5.5 sm:order-last"
        aria-label={`Remove the header ${row.name}`}
        onClick={onRemove}
      >
        <TrashIcon aria-hidden />
      </Button>
      <div className="col-span-2 min-w-0 sm:col-span-1">
        <Field label="Value" error={problems.value}>
          {(props) => (
            <Input
              {...props}
              isMono
              placeholder="Bearer <your-jwt>"
              value={row.value}
              onChange={(event) => onChange({ ...row, value: event.target.value })}
            />
          )}
        </Field>
        <div className="mt-1">
          <VerdictLine verdict={verdictOf(row, now)} />
        </div>
      </div>
    </li>
  )
}
