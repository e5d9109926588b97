// node test/vectors/run.mjs FILE: runs a file of vectors on the built package, through its public API.
// Prints counts for each attack class, and last `N passed, N failed`. Exit code 1 on a failure.
import { readVectors, runVector } from './vector.mjs'

/** Whether a vector passed, whether by refusing its key, and what became of it in words. */
async function judge(vector) {
  let outcome
  try {
    outcome = await runVector(vector)
  } catch (error) {
    return { passed: false, byKey: false, detail: `threw ${error.name}: ${error.message}` }
  }
  const { verdict, code, wrong = [] } = outcome
  const byKey = verdict === 'key refused'
  if (verdict !== 'accepted') {
    return { passed: vector.expect === 'reject', byKey, detail: `${verdict} (${code})` }
  }
  const passed = vector.expect === 'accept' && wrong.length === 0
  const detail = wrong.length === 0 ? verdict : `${verdict}, but wrong: ${wrong.join()}`
  return { passed, byKey, detail }
}

const [file] = process.argv.slice(2)
if (file === undefined) {
  console.error('usage: node test/vectors/run.mjs FILE')
  process.exit(2)
}

const classes = new Map()
for (const vector of readVectors(file)) {
  const count = classes.get(vector.attack) ?? { passed: 0, failed: 0, key: 0 }
  classes.set(vector.attack, count)
  const { passed, byKey, detail } = await judge(vector)
  if (byKey) count.key++
  if (passed) {
    count.passed++
    continue
  }
  count.failed++
  console.log(`FAILED ${vector.id} (${vector.level} ${vector.expect}): ${detail}; ${vector.why}`)
}

let [passed, failed] = [0, 0]
for (const [attack, count] of [...classes].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
  passed += count.passed
  failed += count.failed
  const keys = count.key === 0 ? '' : `, of which ${count.key} by refusing the key`
  console.log(`${attack}: ${count.passed} passed, ${count.failed} failed${keys}`)
}
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
