// Measures the files that the Studio loads, gzipped, and fails if the first load is over its budget.
import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'

const BUDGET_BYTES = 150_000
const PAGE = new URL('../dist/page/', import.meta.url)

/** Which files each source needs. */
const manifest = JSON.parse(readFileSync(new URL('.vite/manifest.json', PAGE), 'utf8'))

/**
 * Collects the files of a source and of its static imports.
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

// A reader who opens the Studio sees the sign-in screen, and then the agents.
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
