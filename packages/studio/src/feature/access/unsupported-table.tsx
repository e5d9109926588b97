import { Table } from '../../ui/table.js'
import type { UnsupportedOption } from './unsupported-option.js'

/** The options that Signet does not serve, and what to do about each. */
export function UnsupportedTable({ options }: { readonly options: readonly UnsupportedOption[] }) {
  return (
    <Table
      caption="Options that Signet does not serve, and what to do"
      // Two rows can be equal, so the position is the key.
      rows={options.map((option, index) => ({ ...option, key: String(index) }))}
      rowKey={({ key }) => key}
      columns={[
        {
          name: 'name',
          title: 'Option',
          cell: ({ name }) => (
            <span className="font-mono text-xs font-medium wrap-anywhere">{name}</span>
          ),
        },
        {
          name: 'where',
          title: 'Where',
          cell: ({ where }) => <span className="wrap-anywhere">{where}</span>,
        },
        {
          name: 'remedy',
          title: 'What to do',
          cell: ({ remedy }) => <span className="wrap-anywhere">{remedy}</span>,
        },
      ]}
    />
  )
}
