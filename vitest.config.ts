import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['packages/*/src/**/*.test.ts', 'test/**/*.test.ts', 'examples/*/src/**/*.test.ts'],
    globalSetup: ['test/support/store/postgres-template.ts'],
    reporters: ['default', './scripts/count-reporter.mjs', './scripts/stuck-reporter.mjs'],
    // By default one core is left idle, although most tests wait for processes that they started.
    maxWorkers: availableParallelism(),
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // What a test polls for comes at once, or late on a busy machine: the default of 1 s would be an assertion about time.
    expect: { poll: { timeout: 20_000 } },
  },
})
