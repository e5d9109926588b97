// npm test: runs every test, or those named: npm test -- packages/auth. With --fast, without the test files that
// start a process, a browser or a database.
import { join } from 'node:path'
import { prepare, root, runNode } from './prepare.mjs'

const FAST = '--fast'
const args = process.argv.slice(2)

/** What has vitest leave out the slow files. */
async function leaveOutSlow() {
  // Only now: before the installation there is no parser.
  const { slowTests } = await import('./slow-tests.mjs')
  const files = slowTests(root)
  console.log(`Left out: ${files.length} test files that start a process, a browser or a database.`)
  return files.map((file) => `--exclude=${file}`)
}

await prepare()
runNode([
  join('node_modules', 'vitest', 'vitest.mjs'),
  'run',
  ...args.filter((arg) => arg !== FAST),
  ...(args.includes(FAST) ? await leaveOutSlow() : []),
])
