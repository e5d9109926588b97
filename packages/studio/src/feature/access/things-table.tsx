import { Empty } from '../../ui/empty.js'
import { Table } from '../../ui/table.js'
import type { AccessAnswer, ActionVerdict } from './access-answer.js'
import { ActionCell } from './action-cell.js'

interface Thing {
  readonly id: string
  readonly about: string
  readonly actions: Readonly<Partial<Record<(typeof ACTIONS)[number], ActionVerdict>>>
}

const ACTIONS = ['read', 'execute', 'write', 'approve'] as const
const TITLE = { read: 'Read', execute: 'Execute', write: 'Change', approve: 'Approve' } as const

function thingsOf({ agents, tools, workflows = [] }: AccessAnswer): readonly Thing[] {
  return [
    ...agents.map(({ id, actions, tools }) => ({
      id,
      about: tools.length === 0 ? 'agent without tools' : `agent with ${tools.join(', ')}`,
      actions,
    })),
    ...tools.map(({ id, actions }) => ({ id, about: 'tool', actions })),
    ...workflows.map(({ id, actions }) => ({ id, about: 'workflow', actions })),
  ]
}

/** The agents, tools and workflows, with the allowed actions of each. */
export function ThingsTable({ answer }: { readonly answer: AccessAnswer }) {
  if (answer.unlisted !== undefined) {
    return <Empty title="Agents and tools are not listed">{answer.unlisted}</Empty>
  }
  return (
    <Table
      caption="Agents, tools and workflows, and which actions are allowed"
      rows={thingsOf(answer)}
      rowKey={({ id, about }) => `${about} ${id}`}
      columns={[
        {
          name: 'thing',
          title: 'Agent, tool or workflow',
          cell: ({ id, about }) => (
            <>
              <p className="font-mono text-xs font-medium">{id}</p>
              <p className="text-xs text-faint">{about}</p>
            </>
          ),
        },
        ...ACTIONS.map((action) => ({
          name: action,
          title: TITLE[action],
          cell: ({ actions }: Thing) => <ActionCell verdict={actions[action]} />,
        })),
      ]}
    />
  )
}
