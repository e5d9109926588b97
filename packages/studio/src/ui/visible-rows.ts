/** Rows of a list, the last one included. */
export interface Rows {
  readonly first: number
  readonly last: number
}

/** How many rows are kept ready above and below what is seen, so that a small movement shows no gap. */
const AROUND = 8

/** The rows of a list that are seen, and a few around them. All lengths in px. */
export function visibleRows(top: number, height: number, rowHeight: number): Rows {
  const first = Math.floor(Math.max(0, top) / rowHeight) - AROUND
  const last = Math.ceil((Math.max(0, top) + height) / rowHeight) - 1 + AROUND
  return { first: Math.max(0, first), last }
}
