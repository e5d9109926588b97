// npm run check: format, lint, types. --fix mends format and lint.
import { join } from 'node:path'
import { prepare, runNode } from './prepare.mjs'

const isFixing = process.argv.includes('--fix')
const bin = (...path) => join('node_modules', ...path)

prepare()
runNode([bin('oxfmt', 'bin', 'oxfmt'), ...(isFixing ? [] : ['--check'])])
runNode([bin('oxlint', 'bin', 'oxlint'), ...(isFixing ? ['--fix'] : []), '--deny-warnings'])
runNode([bin('typescript', 'bin', 'tsc'), '-p', 'tsconfig.test.json'])
console.log('Format, lint and types are in order.')
