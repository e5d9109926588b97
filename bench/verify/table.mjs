/** A ratio with its spread, such as `0.97 0.91..1.02`. */
export function showRatio({ median, min, max }) {
  return `${digits(median)} ${digits(min)}..${digits(max)}`
}

/** Three digits that matter, whatever the size of the number. */
function digits(value) {
  if (value >= 100) return value.toFixed(0)
  return value >= 10 ? value.toFixed(1) : value.toFixed(2)
}

/**
 * Lines of a table with aligned columns.
 * @param {readonly (readonly string[])[]} rows the first one has the names
 */
export function layOut(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)))
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
