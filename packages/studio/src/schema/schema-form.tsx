import { useState, type ReactNode } from 'react'
import { Button } from '../ui/button.js'
import { Checkbox } from '../ui/checkbox.js'
import { Field } from '../ui/field.js'
import { Input, TextArea } from '../ui/input.js'
import { Select } from '../ui/select.js'
import {
  fieldsOf,
  JSON_FIELD,
  readFields,
  readJson,
  type Entries,
  type SchemaField,
} from './fields.js'

function FieldControl({
  field: { name, kind, description, isRequired, choices },
  entry,
  problem,
  onChange,
}: {
  readonly field: SchemaField
  readonly entry: string | boolean | undefined
  readonly problem: string | undefined
  readonly onChange: (entry: string | boolean) => void
}) {
  if (kind === 'boolean') {
    return (
      <Checkbox
        label={name}
        checked={entry === true}
        onChange={({ target }) => onChange(target.checked)}
      />
    )
  }
  const text = typeof entry === 'string' ? entry : ''
  return (
    <Field label={isRequired ? name : `${name} (optional)`} hint={description} error={problem}>
      {(props) =>
        kind === 'choice' ? (
          <Select {...props} value={text} onChange={({ target }) => onChange(target.value)}>
            <option value="">Choose …</option>
            {choices.map((choice) => (
              <option key={choice}>{choice}</option>
            ))}
          </Select>
        ) : (
          <Input
            {...props}
            dir="auto"
            inputMode={kind === 'number' ? 'decimal' : 'text'}
            value={text}
            onChange={({ target }) => onChange(target.value)}
          />
        )
      }
    </Field>
  )
}

/** A form for the JSON that a schema asks for: a control for each member, or one for the whole as JSON. */
export function SchemaForm({
  schema,
  label,
  submit,
  isPending,
  actions,
  onSubmit,
}: {
  /** A JSON Schema; undefined where it is not known. */
  readonly schema: unknown
  /** What is entered. */
  readonly label: string
  /** The words of the button. */
  readonly submit: string
  readonly isPending: boolean
  /** Buttons beside it. */
  readonly actions?: ReactNode
  readonly onSubmit: (value: unknown) => void
}) {
  const fields = fieldsOf(schema)
  const [entries, setEntries] = useState<Entries>({})
  const [problems, setProblems] = useState<Readonly<Record<string, string>>>({})
  const set = (name: string, entry: string | boolean) => {
    setEntries({ ...entries, [name]: entry })
    setProblems({})
  }
  const json = String(entries[JSON_FIELD] ?? '')
  return (
    <form
      aria-label={label}
      className="flex flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault()
        const reading = fields === undefined ? readJson(json) : readFields(fields, entries)
        if (reading.problems !== undefined) setProblems(reading.problems)
        else onSubmit(reading.value)
      }}
    >
      {fields === undefined ? (
        <Field label={`${label}, as JSON`} error={problems[JSON_FIELD]}>
          {(props) => (
            <TextArea
              {...props}
              isMono
              rows={4}
              value={json}
              onChange={({ target }) => set(JSON_FIELD, target.value)}
            />
          )}
        </Field>
      ) : (
        fields.map((field) => (
          <FieldControl
            key={field.name}
            field={field}
            entry={entries[field.name]}
            problem={problems[field.name]}
            onChange={(entry) => set(field.name, entry)}
          />
        ))
      )}
      <div className="flex flex-wrap gap-2">
        <Button type="submit" kind="primary" disabled={isPending}>
          {submit}
        </Button>
        {actions}
      </div>
    </form>
  )
}
