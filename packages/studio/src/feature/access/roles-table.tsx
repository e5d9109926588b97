import { Badge } from '../../ui/badge.js'
import { Table } from '../../ui/table.js'
import type { AccessAnswer } from './access-answer.js'

/** The role table in force. */
export function RolesTable({ roles }: { readonly roles: AccessAnswer['roles'] }) {
  return (
    <Table
      caption="Roles and what each grants"
      rows={Object.entries(roles)}
      rowKey={([name]) => name}
      columns={[
        {
          name: 'role',
          title: 'Role',
          cell: ([name]) => <span className="font-medium">{name}</span>,
        },
        {
          name: 'grants',
          title: 'Grants',
          cell: ([, grants]) => (
            <span className="flex flex-wrap gap-1">
              {grants.map((grant) => (
                <Badge key={grant} isMono tone={grant === '*' ? 'warning' : 'neutral'}>
                  {grant === '*' ? '* (everything)' : grant}
                </Badge>
              ))}
              {grants.length === 0 && <span className="text-faint">nothing</span>}
            </span>
          ),
        },
      ]}
    />
  )
}
