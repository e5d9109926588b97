// Which curve a series of costs follows.

/** Where the largest costs at most so many times what the smallest does, it is flat: rounds differ by as much. */
const FLAT = 1.25

/** The sum of squared errors that is left when `costs` is put as `a + b * xs`, by least squares. */
function errorOf(xs, costs) {
  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length
  const [meanX, meanCost] = [mean(xs), mean(costs)]
  const covariance = xs.reduce((sum, x, i) => sum + (x - meanX) * (costs[i] - meanCost), 0)
  const slope = covariance / xs.reduce((sum, x) => sum + (x - meanX) ** 2, 0)
  return costs.reduce((sum, cost, i) => sum + (cost - meanCost - slope * (xs[i] - meanX)) ** 2, 0)
}

/**
 * How cost grows with size: of a line over the size and one over its logarithm, the one that lies nearer.
 * @param {readonly { size: number, us: number }[]} points - by size
 * @returns {'flat' | 'logarithmic' | 'linear'}
 */
export function judgeGrowth(points) {
  const costs = points.map(({ us }) => us)
  if (costs.at(-1) <= FLAT * costs[0]) return 'flat'
  const sizes = points.map(({ size }) => size)
  const logarithms = sizes.map((size) => Math.log(size))
  return errorOf(sizes, costs) < errorOf(logarithms, costs) ? 'linear' : 'logarithmic'
}
