import { useState } from 'react'
import { Button } from '../../ui/button.js'
import { Empty } from '../../ui/empty.js'
import { Field } from '../../ui/field.js'
import { Input } from '../../ui/input.js'
import { Select } from '../../ui/select.js'
import type { AccessAnswer } from './access-answer.js'
import { RoutesTable } from './routes-table.js'
import { countVerdicts, filterRoutes, type RouteFilter } from './routes.js'

const ALL: RouteFilter = { text: '', allowed: 'all' }

function readAllowed(text: string): RouteFilter['allowed'] {
  return text === 'yes' || text === 'no' ? text : 'all'
}

/** The table of the routes, with its filter. */
export function RoutesPanel({ answer: { routes, roles } }: { readonly answer: AccessAnswer }) {
  const [filter, setFilter] = useState(ALL)
  const shown = filterRoutes(routes, filter)
  const { yes, some, no } = countVerdicts(routes)
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap items-end gap-3">
        <Field label="Find a route" className="w-64 max-sm:w-auto max-sm:flex-1">
          {(props) => (
            <Input
              {...props}
              type="search"
              value={filter.text}
              placeholder="memory delete"
              onChange={({ target }) => setFilter({ ...filter, text: target.value })}
            />
          )}
        </Field>
        <Field label="Allowed">
          {(props) => (
            <Select
              {...props}
              value={filter.allowed}
              onChange={({ target }) =>
                setFilter({ ...filter, allowed: readAllowed(target.value) })
              }
            >
              <option value="all">All</option>
              <option value="yes">Yes</option>
              <option value="no">No</option>
            </Select>
          )}
        </Field>
        <p role="status" className="text-xs text-muted max-sm:w-full sm:pb-1.5">
          {shown.length === routes.length ? '' : `${shown.length} shown. `}
          {yes} of {routes.length} routes are allowed
          {some > 0 && `, ${some} for some ids`}, and {no} are not.
        </p>
      </div>
      {shown.length === 0 ? (
        <Empty
          title="No matching route"
          actions={<Button onClick={() => setFilter(ALL)}>Show all</Button>}
        />
      ) : (
        <RoutesTable routes={shown} roles={roles} />
      )}
    </div>
  )
}
