// Ends a test run with one plain line of counts, which any reader of a log understands.

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
    process.once('exit', () =>
      console.log(`${counts.passed} passed, ${counts.failed} failed${skipped}`),
    )
  }
}
