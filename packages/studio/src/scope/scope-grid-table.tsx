import { Fragment } from 'react'
import { classNames } from '../ui/class-names.js'
import { coveredBy } from './scope.js'
import { ScopeBox } from './scope-box.js'
import { ACTIONS, type GridGroup } from './scope-grid.js'

/** A table of checkboxes, one for each scope: resources in rows, actions in columns. */
export function ScopeGridTable({
  groups,
  scopes,
  canGrant,
  onToggle,
}: {
  readonly groups: readonly GridGroup[]
  readonly scopes: readonly string[]
  readonly canGrant: (scope: string) => boolean
  readonly onToggle: (scope: string) => void
}) {
  return (
    <div className="rounded-md border border-line">
      <table className="w-full border-collapse text-sm">
        <caption className="sr-only">Scopes to choose from</caption>
        <thead>
          <tr className="border-b border-line bg-sunken text-xs text-muted">
            <th scope="col" className="rounded-tl-md px-2.5 py-1 text-left font-medium">
              Resource
            </th>
            {ACTIONS.map((action) => (
              <th
                key={action}
                scope="col"
                className="w-14 py-1 text-center font-medium last:rounded-tr-md sm:w-16"
              >
                {action}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {groups.map(({ name, rows }, group) => (
            <Fragment key={name}>
              {rows.map((row, index) => (
                <tr
                  key={row.name}
                  className={classNames(index === 0 && group > 0 && 'border-t border-line')}
                >
                  <th
                    scope="row"
                    className={classNames(
                      'py-0.5 pr-2 text-left font-normal wrap-anywhere',
                      row.isId ? 'pl-5 font-mono text-xs text-muted' : 'pl-2.5',
                    )}
                  >
                    {row.name}
                  </th>
                  {ACTIONS.map((action) => {
                    const scope = row.scopes[action]
                    return (
                      <td key={action} className="px-1">
                        {scope !== undefined && (
                          <ScopeBox
                            scope={scope}
                            isPicked={scopes.includes(scope)}
                            cover={coveredBy(scopes, scope)}
                            isOutOfReach={!canGrant(scope)}
                            onToggle={() => onToggle(scope)}
                          />
                        )}
                      </td>
                    )
                  })}
                </tr>
              ))}
            </Fragment>
          ))}
        </tbody>
      </table>
    </div>
  )
}
