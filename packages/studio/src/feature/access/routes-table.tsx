import { Badge } from '../../ui/badge.js'
import { Table } from '../../ui/table.js'
import type { AccessAnswer, RouteVerdict } from './access-answer.js'
import { rolesFor } from './routes.js'
import { VerdictBadge } from './verdict-badge.js'

function Needs({ route }: { readonly route: RouteVerdict }) {
  if (route.access === 'public') return <span className="text-faint">nothing</span>
  if (route.access === 'authenticated') return <span className="text-muted">a good token</span>
  return (
    <span className="flex flex-wrap gap-1">
      {route.permissions.map((permission) => (
        <Badge key={permission} isMono>
          {permission}
        </Badge>
      ))}
    </span>
  )
}

/** The routes: what each needs, which roles are allowed to call it, and whether it is allowed in this answer. */
export function RoutesTable({
  routes,
  roles,
}: {
  readonly routes: readonly RouteVerdict[]
  readonly roles: AccessAnswer['roles']
}) {
  const all = Object.keys(roles).length
  return (
    <Table
      caption="Routes and who is allowed to call them"
      rows={routes}
      rowKey={({ method, path }) => `${method} ${path}`}
      columns={[
        {
          name: 'route',
          title: 'Route',
          cell: ({ method, path, summary }) => (
            <>
              <p className="font-mono text-xs wrap-anywhere">
                <span className="mr-2 inline-block w-11 font-semibold text-muted">{method}</span>
                <span>{path}</span>
              </p>
              <p className="text-xs text-faint">{summary}</p>
            </>
          ),
        },
        { name: 'needs', title: 'Needs', cell: (route) => <Needs route={route} /> },
        {
          name: 'roles',
          title: 'Roles',
          cell: (route) => {
            if (route.access === 'public') return <span className="text-faint">everyone</span>
            const names = rolesFor(route, roles)
            if (names.length === all) return <span className="text-muted">every role</span>
            return names.length === 0 ? <span className="text-faint">none</span> : names.join(', ')
          },
        },
        {
          name: 'allowed',
          title: 'Allowed',
          cell: ({ allowed, reason }) => (
            <div className="flex flex-col items-start gap-0.5">
              <VerdictBadge allowed={allowed} />
              <span className="text-xs text-faint wrap-anywhere">{reason}</span>
            </div>
          ),
        },
      ]}
    />
  )
}
