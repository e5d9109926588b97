/** The middle of some numbers. */
export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}

/**
 * How one series relates to another, round by round: a machine that was slow in one round was slow for both.
 * @returns {{ median: number, min: number, max: number }}
 */
export function ratioOf(series, base) {
  const ratios = series.map((value, index) => value / base[index])
  return { median: median(ratios), min: Math.min(...ratios), max: Math.max(...ratios) }
}
