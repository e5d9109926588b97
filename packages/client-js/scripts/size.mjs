// Measures the client as a page loads it, minified and gzipped, and fails where it is over its budget.
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

const BUDGET_BYTES = 7000

/** @param {string} entry - a built file of this package */
async function measure(entry) {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(`../dist/${entry}`, import.meta.url))],
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2023',
    external: ['react'],
    write: false,
  })
  return gzipSync(outputFiles[0].contents, { level: 9 }).length
}

const client = await measure('index.js')
const withReact = await measure('react/index.js')
console.log(`@signet/client-js: ${client} of ${BUDGET_BYTES} bytes, minified and gzipped`)
console.log(`@signet/client-js/react: ${withReact} bytes, without React`)
if (client > BUDGET_BYTES) process.exitCode = 1
