import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['*.test.ts'],
    globalSetup: ['support/global-setup.ts'],
    // Nobody is told that Mastra ran here.
    env: { MASTRA_TELEMETRY_DISABLED: '1' },
    maxWorkers: availableParallelism(),
    reporters: ['default', '../scripts/stuck-reporter.mjs'],
    testTimeout: 60_000,
    hookTimeout: 180_000,
  },
})
