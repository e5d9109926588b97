// Where results go: JSON for programs, a page and a chart for people.
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const path = (relative) => fileURLToPath(new URL(`../../${relative}`, import.meta.url))
const PAGE = path('docs/performance.md')

/** Five digits that matter: more would be noise. */
function rounded(_name, value) {
  return typeof value === 'number' ? Number(value.toPrecision(5)) : value
}

/** As `npm run check` wants it. */
function format(file) {
  spawnSync(process.execPath, [path('node_modules/oxfmt/bin/oxfmt'), file], { stdio: 'inherit' })
}

/** Writes bench/results/<name>.json. */
export function writeResults(name, results) {
  mkdirSync(path('bench/results'), { recursive: true })
  const file = path(`bench/results/${name}.json`)
  writeFileSync(file, `${JSON.stringify(results, rounded, 2)}\n`)
  format(file)
}

/** Writes the chart of the page. */
export function writeChart(svg) {
  writeFileSync(path('docs/performance.svg'), svg)
}

/**
 * Puts text between the marks of a part of docs/performance.md, which stay; all else there is a person's.
 * @throws {Error} when the page has no such part
 */
export function writePart(name, text) {
  const page = readFileSync(PAGE, 'utf8')
  const [start, end] = [`<!-- generated: ${name} -->`, `<!-- end: ${name} -->`]
  const from = page.indexOf(start)
  const to = page.indexOf(end)
  if (from < 0 || to < from) throw new Error(`${PAGE} has no part ${name}.`)
  const head = page.slice(0, from + start.length)
  writeFileSync(PAGE, `${head}\n\n${text}\n\n${page.slice(to)}`)
  format(PAGE)
}

/** A table in Markdown. @param {readonly (readonly string[])[]} rows the first one has the names */
export function markdownTable([head, ...rows]) {
  const show = (cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [show(head), show(head.map(() => '---')), ...rows.map(show)].join('\n')
}
