import { showRatio } from '../verify/table.mjs'

const number = (value) => value.toLocaleString('en')

/** Time per request at each size, such as `10: 812 µs, 1,000: 820 µs`. */
function showPoints(points) {
  return points.map(({ size, us }) => `${number(size)}: ${number(Math.round(us))} µs`).join(', ')
}

/** The table of all series. @param {readonly import('./series.mjs').Series[]} list */
export function growthRows(list) {
  return [
    ['', 'time per request by size', 'largest / smallest', 'growth'],
    ...list.map(({ label, points, ratio, growth }) => [
      label,
      showPoints(points),
      showRatio(ratio),
      growth,
    ]),
  ]
}
