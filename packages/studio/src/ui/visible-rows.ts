/** A range of rows of a list. Both ends are included. */
export interface Rows {
  readonly first: number
  readonly last: number
}

/** How many rows are rendered above and below the visible ones, so that a small scroll does not show a gap. */
const AROUND = 8

/** The visible rows of a list, and a few around them. All lengths are in px. */
export function visibleRows(top: number, height: number, rowHeight: number): Rows {
  const first = Math.floor(Math.max(0, top) / rowHeight) - AROUND
  const last = Math.ceil((Math.max(0, top) + height) / rowHeight) - 1 + AROUND
  return { first: Math.max(0, first), last }
}
