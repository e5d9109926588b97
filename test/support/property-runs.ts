import { vi } from 'vitest'

const LEAST_RUNS_IN_CI = 20_000
const isCi = process.env['CI'] === 'true'
const chosenRuns = Number(process.env['SIGNET_PROPERTY_RUNS'] || NaN)

function runs(locally: number): number {
  return Number.isNaN(chosenRuns) ? (isCi ? LEAST_RUNS_IN_CI : locally) : chosenRuns
}

/** How often each property is tried; SIGNET_PROPERTY_RUNS is another number. */
export const NUM_RUNS: number = runs(3000)

/** The same for properties that take long for each run. */
export const DEAR_RUNS: number = runs(1000)

// The dearest of all takes about 3 ms for each run; a busy machine is given six times that.
vi.setConfig({ testTimeout: Math.max(30_000, 18 * DEAR_RUNS) })
