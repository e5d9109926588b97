import type { ReactNode } from 'react'
import { classNames } from './class-names.js'

/** A column of a table. */
export interface Column<Row> {
  readonly name: string
  readonly title: ReactNode
  readonly cell: (row: Row) => ReactNode
  readonly isNumeric?: boolean
  /** Hides the title, for a column such as the actions of a row. */
  readonly isTitleHidden?: boolean
  readonly className?: string
}

/**
 * A table. On a narrow screen each row becomes a card of titles and values. The roles are explicit, because a table with
 * another `display` loses its implicit ones.
 */
export function Table<Row>({
  caption,
  columns,
  rows,
  rowKey,
  rowClass,
}: {
  /** Says what the table lists. Only screen readers announce it. */
  readonly caption: string
  readonly columns: readonly Column<Row>[]
  readonly rows: readonly Row[]
  readonly rowKey: (row: Row) => string
  readonly rowClass?: (row: Row) => string
}) {
  return (
    <div className="overflow-x-auto rounded-lg border border-line bg-surface shadow-raised">
      <table role="table" className="w-full border-collapse text-sm max-sm:block">
        <caption className="sr-only">{caption}</caption>
        <thead role="rowgroup" className="max-sm:sr-only">
          <tr role="row">
            {columns.map(({ name, title, isNumeric, isTitleHidden }) => (
              <th
                key={name}
                role="columnheader"
                scope="col"
                className={classNames(
                  'h-8 border-b border-line bg-sunken px-3 text-xs font-medium whitespace-nowrap text-muted',
                  isNumeric ? 'text-right' : 'text-left',
                )}
              >
                <span className={isTitleHidden ? 'sr-only' : ''}>{title}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup" className="max-sm:block">
          {rows.map((row) => (
            <tr
              key={rowKey(row)}
              role="row"
              className={classNames(
                'border-line not-last:border-b max-sm:block max-sm:px-3 max-sm:py-2 sm:hover:bg-hover',
                rowClass?.(row),
              )}
            >
              {columns.map(({ name, title, cell, isNumeric, isTitleHidden, className }) => (
                <td
                  key={name}
                  role="cell"
                  className={classNames(
                    'px-3 py-2 align-top max-sm:flex max-sm:gap-3 max-sm:px-0 max-sm:py-0.5',
                    isNumeric && 'tabular-nums sm:text-right',
                    className,
                  )}
                >
                  {!isTitleHidden && (
                    <span aria-hidden className="w-24 shrink-0 text-xs text-faint sm:hidden">
                      {title}
                    </span>
                  )}
                  <div className="min-w-0 max-sm:flex-1">{cell(row)}</div>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
