// Ends a test run with its slowest files, and with one plain line of counts, which any reader of a log understands.

/** How many of the slowest files are named. */
const SLOWEST = 10

/** @param {readonly import('vitest/node').TestModule[]} modules */
function slowest(modules) {
  return modules
    .map((module) => ({ name: module.relativeModuleId, ms: module.diagnostic().duration }))
    .toSorted((first, second) => second.ms - first.ms)
    .slice(0, SLOWEST)
    .map(({ name, ms }) => `${(ms / 1000).toFixed(1).padStart(7)} s  ${name}`)
}

/** @implements {import('vitest/reporters').Reporter} */
export default class CountReporter {
  onTestRunEnd(modules) {
    const counts = { passed: 0, failed: 0, skipped: 0 }
    for (const module of modules) {
      for (const test of module.children.allTests()) {
        const { state } = test.result()
        if (state in counts) counts[state]++
      }
      // A file that does not even load has no tests to count, but has failed.
      if (module.state() === 'failed' && module.errors().length > 0) counts.failed++
    }
    const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : ''
    process.once('exit', () => {
      if (modules.length > SLOWEST)
        console.log(['The slowest files:', ...slowest(modules)].join('\n'))
      console.log(`${counts.passed} passed, ${counts.failed} failed${skipped}`)
    })
  }
}
