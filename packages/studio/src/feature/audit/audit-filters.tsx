import { useState } from 'react'
import { Button } from '../../ui/button.js'
import { classNames } from '../../ui/class-names.js'
import { Field } from '../../ui/field.js'
import { Input } from '../../ui/input.js'
import { Select } from '../../ui/select.js'
import {
  countFilters,
  NO_FILTER,
  PERIODS,
  readAllowed,
  readPeriod,
  type AuditFilter,
} from './filter.js'

const TEXTS = [
  { name: 'subject', label: 'Subject', placeholder: 'alice' },
  { name: 'action', label: 'Action', placeholder: 'agents:execute' },
  { name: 'resource', label: 'Resource', placeholder: 'weather-agent' },
  { name: 'code', label: 'Code', placeholder: 'token_expired' },
  { name: 'requestId', label: 'Request', placeholder: 'id' },
  { name: 'address', label: 'Address', placeholder: '127.0.0.1' },
] as const

/** The controls of the filters. Records must match whole values. */
export function AuditFilters({
  filter,
  onChange,
}: {
  readonly filter: AuditFilter
  readonly onChange: (filter: AuditFilter) => void
}) {
  // With all filters shown, a narrow screen would have no room for records.
  const [isWhole, setIsWhole] = useState(false)
  const isEmpty = countFilters(filter) === 0
  return (
    <div
      role="search"
      aria-label="Filter the audit"
      className="grid grid-cols-2 items-end gap-x-3 gap-y-2.5 sm:grid-cols-4 xl:grid-cols-8"
    >
      <Field label="Time">
        {(props) => (
          <Select
            {...props}
            className="w-full"
            value={filter.minutes}
            onChange={({ target }) => onChange({ ...filter, minutes: readPeriod(target.value) })}
          >
            {PERIODS.map(({ minutes, name }) => (
              <option key={minutes} value={minutes}>
                {name}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <Field label="Decision">
        {(props) => (
          <Select
            {...props}
            className="w-full"
            value={filter.allowed}
            onChange={({ target }) => onChange({ ...filter, allowed: readAllowed(target.value) })}
          >
            <option value="">Any</option>
            <option value="true">Allowed</option>
            <option value="false">Refused</option>
          </Select>
        )}
      </Field>
      {TEXTS.map(({ name, label, placeholder }) => (
        <Field key={name} label={label} className={classNames(!isWhole && 'max-sm:hidden')}>
          {(props) => (
            <Input
              {...props}
              value={filter[name]}
              placeholder={placeholder}
              onChange={({ target }) => onChange({ ...filter, [name]: target.value })}
            />
          )}
        </Field>
      ))}
      <div className={classNames('col-span-full flex gap-2', isEmpty && 'sm:hidden')}>
        <Button
          kind="ghost"
          size="small"
          aria-expanded={isWhole}
          className="sm:hidden"
          onClick={() => setIsWhole(!isWhole)}
        >
          {isWhole ? 'Fewer filters' : 'More filters'}
        </Button>
        {!isEmpty && (
          <Button kind="ghost" size="small" onClick={() => onChange(NO_FILTER)}>
            Clear filters
          </Button>
        )}
      </div>
    </div>
  )
}
