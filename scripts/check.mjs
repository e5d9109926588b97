// npm run check: format, lint, layers, types, what nothing uses, the public API, and what is published. --fix mends
// format and lint.
import { join } from 'node:path'
import { checkPackages } from './check-packages.mjs'
import { prepare, runNode } from './prepare.mjs'

const isFixing = process.argv.includes('--fix')
const bin = (...path) => join('node_modules', ...path)

await prepare()
runNode([bin('oxfmt', 'bin', 'oxfmt'), ...(isFixing ? [] : ['--check'])])
runNode([bin('oxlint', 'bin', 'oxlint'), ...(isFixing ? ['--fix'] : []), '--deny-warnings'])
runNode([bin('typescript', 'bin', 'tsc'), '-p', 'tsconfig.test.json'])
runNode([bin('typescript', 'bin', 'tsc'), '-p', 'examples'])
runNode([bin('knip', 'bin', 'knip.js'), '--no-progress'])
// Not before: what they import is installed by `prepare`.
const { checkLayers } = await import('./check-layers.mjs')
if (!checkLayers()) process.exit(1)
const { checkApi } = await import('./check-api.mjs')
if (!(await checkApi())) process.exit(1)
if (!(await checkPackages())) process.exit(1)
console.log('Format, lint, types, layers, API and packages are in order.')
