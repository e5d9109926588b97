// Measures what the Studio loads, gzipped, and fails where the first load is over its budget.
import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'

const BUDGET_BYTES = 150_000
const PAGE = new URL('../dist/page/', import.meta.url)

/** What loads what, by the sources. */
const manifest = JSON.parse(readFileSync(new URL('.vite/manifest.json', PAGE), 'utf8'))

/**
 * The files that a source and what it imports at once are in.
 * @param {string} source
 * @param {Set<string>} files
 */
function collect(source, files = new Set()) {
  const { file, css = [], imports = [] } = manifest[source]
  if (files.has(file)) return files
  for (const name of [file, ...css]) files.add(name)
  for (const other of imports) collect(other, files)
  return files
}

/** @param {Iterable<string>} files */
function measure(files) {
  const sizes = [...files].map(
    (name) => gzipSync(readFileSync(new URL(name, PAGE)), { level: 9 }).length,
  )
  return sizes.reduce((sum, size) => sum + size, 0)
}

/** @param {number} bytes */
const kilobytes = (bytes) => `${(bytes / 1000).toFixed(1).padStart(6)} kB`

// Whoever opens the Studio sees the locked screen, and then the agents.
const first = new Set([
  'index.html',
  ...collect('index.html'),
  ...collect('src/feature/sign-in/sign-in-screen.tsx'),
  ...collect('src/feature/agents/page.tsx'),
])
const total = measure(first)
console.log(`${kilobytes(total)} first load, of ${kilobytes(BUDGET_BYTES).trim()}, gzipped`)
for (const [source, { isDynamicEntry }] of Object.entries(manifest)) {
  if (!isDynamicEntry) continue
  const more = [...collect(source)].filter((name) => !first.has(name))
  if (more.length > 0) console.log(`${kilobytes(measure(more))} more for ${source}`)
}
if (total > BUDGET_BYTES) {
  console.error(`The first load is over its budget of ${BUDGET_BYTES} bytes.`)
  process.exitCode = 1
}
