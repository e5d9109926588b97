// The chart of docs/performance.md: how many times better Signet is, on a logarithmic axis.

const WIDTH = 860
const LABEL_WIDTH = 330
const VALUE_WIDTH = 60
const ROW_HEIGHT = 22
const BAR_HEIGHT = 12
const HEAD_HEIGHT = 34
const AXIS_HEIGHT = 30
/** Where the axis ends at least, as powers of ten. */
const FIRST_POWER = -1
const LAST_POWER = 2

const PLOT_START = LABEL_WIDTH
const PLOT_END = WIDTH - VALUE_WIDTH

const STYLE = `
  text { font: 12px system-ui, sans-serif; fill: #24292f }
  .head { font-weight: 600 }
  .faint { fill: #57606a }
  .grid { stroke: #d0d7de }
  .one { stroke: #57606a }
  .better { fill: #2da44e }
  .worse { fill: #d4762c }
  .spread { stroke: #24292f; stroke-opacity: 0.6 }
  .target { stroke: #8250df; stroke-width: 3 }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 }
    .faint { fill: #9198a1 }
    .grid { stroke: #3d444d }
    .one { stroke: #9198a1 }
    .better { fill: #3fb950 }
    .worse { fill: #e09b4f }
    .spread { stroke: #e6edf3 }
    .target { stroke: #c297ff }
  }`

/**
 * An axis on which all bars have their place.
 * @returns {{ powers: number[], placeOf: (ratio: number) => number }}
 */
function makeAxis(bars) {
  const ratios = bars.map(({ ratio }) => Math.log10(ratio.median))
  const first = Math.min(FIRST_POWER, ...ratios.map(Math.floor))
  const last = Math.max(LAST_POWER, ...ratios.map(Math.ceil))
  return {
    powers: Array.from({ length: last - first + 1 }, (_, index) => first + index),
    // What lies beyond the axis, the end of a spread, is put at its end.
    placeOf(ratio) {
      const power = Math.min(last, Math.max(first, Math.log10(ratio)))
      const share = (power - first) / (last - first)
      return Number((PLOT_START + share * (PLOT_END - PLOT_START)).toFixed(1))
    },
  }
}

const escape = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
const digits = (value) => (value >= 100 ? value.toFixed(0) : value.toPrecision(2))

function line(kind, x1, y1, x2, y2) {
  return `<line class="${kind}" x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}"/>`
}

function drawBar({ label, ratio, target }, top, placeOf) {
  const middle = top + ROW_HEIGHT / 2
  const [one, end] = [placeOf(1), placeOf(ratio.median)]
  const kind = ratio.median >= 1 ? 'better' : 'worse'
  const barTop = middle - BAR_HEIGHT / 2
  const width = Math.max(1, Math.abs(end - one)).toFixed(1)
  return [
    `<text x="${LABEL_WIDTH - 10}" y="${middle + 4}" text-anchor="end">${escape(label)}</text>`,
    `<rect class="${kind}" x="${Math.min(one, end)}" y="${barTop}" width="${width}" height="${BAR_HEIGHT}" rx="2"/>`,
    line('spread', placeOf(ratio.min), middle, placeOf(ratio.max), middle),
    target === undefined
      ? ''
      : line('target', placeOf(target), barTop - 3, placeOf(target), barTop + BAR_HEIGHT + 3),
    `<text x="${PLOT_END + 8}" y="${middle + 4}">${digits(ratio.median)} ×</text>`,
  ].join('\n')
}

function drawGrid({ powers, placeOf }, top, bottom) {
  return powers
    .map((power) => {
      const x = placeOf(10 ** power)
      const name = `<text class="faint" x="${x}" y="${bottom + 18}" text-anchor="middle">${10 ** power} ×</text>`
      return line(power === 0 ? 'one' : 'grid', x, top, x, bottom) + name
    })
    .join('\n')
}

/**
 * Draws sections of bars.
 *
 * @param {readonly { title: string, bars: readonly { label: string, ratio: import('./rate-rows.mjs').Ratio, target?: number }[] }[]} sections
 * @returns {string} an SVG that is readable on light and on dark ground
 */
export function drawChart(sections) {
  const axis = makeAxis(sections.flatMap(({ bars }) => bars))
  const parts = []
  let top = 0
  for (const { title, bars } of sections) {
    parts.push(`<text class="head" x="10" y="${top + 22}">${escape(title)}</text>`)
    top += HEAD_HEIGHT
    for (const bar of bars) {
      parts.push(drawBar(bar, top, axis.placeOf))
      top += ROW_HEIGHT
    }
  }
  const height = top + AXIS_HEIGHT
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img">`,
    '<title>How many times better Signet is than what it was measured beside</title>',
    `<style>${STYLE}\n</style>`,
    drawGrid(axis, HEAD_HEIGHT, top + 4),
    ...parts,
    '</svg>\n',
  ].join('\n')
}

const isRatio = (ratio) => typeof ratio === 'object'

function barsOf(rows, columns, name) {
  return rows.flatMap(({ label, ratios, targets = {} }) =>
    columns
      .filter((column) => isRatio(ratios[column]))
      .map((column) => ({
        label: name(label, column),
        ratio: ratios[column],
        target: targets[column],
      })),
  )
}

/** The sections of the chart. @param {readonly import('./rate-rows.mjs').Row[]} rows */
export function sectionsOf(rows) {
  const lists = rows.filter(({ label }) => label.startsWith('agents list'))
  const isProxied = ({ label }) => label.startsWith('proxy: ')
  const own = rows.filter((row) => !isProxied(row))
  return [
    {
      title: 'Against Mastra',
      bars: barsOf(own, ['original'], (label) => label),
    },
    {
      title: 'Through the proxy, against the same Mastra alone',
      bars: barsOf(rows.filter(isProxied), ['original'], (label) => label),
    },
    {
      title: 'List of agents, against servers of one text',
      bars: barsOf(
        lists.slice(0, 1),
        ['hono', 'fastify', 'node:http'],
        (_, c) => `${c}, checking tokens`,
      ),
    },
    {
      title: 'With auth, against servers without',
      bars: barsOf(lists.slice(2, 3), ['hono', 'fastify', 'node:http', 'itself'], (_, column) =>
        column === 'itself' ? 'Signet with auth: false' : column,
      ),
    },
  ].filter(({ bars }) => bars.length > 0)
}
