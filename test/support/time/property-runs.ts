import { vi } from 'vitest'

const RUNS_IN_CI = 20_000
/** Each run signs and checks with several keys, in some milliseconds: twice as many would make these files the longest. */
const DEAR_RUNS_IN_CI = 10_000
const isCi = process.env['CI'] === 'true'
const chosenRuns = Number(process.env['SIGNET_PROPERTY_RUNS'] || NaN)

function runs(locally: number, inCi: number): number {
  return Number.isNaN(chosenRuns) ? (isCi ? inCi : locally) : chosenRuns
}

/** How often each property is tried; SIGNET_PROPERTY_RUNS is another number. */
export const NUM_RUNS: number = runs(3000, RUNS_IN_CI)

/** The same for properties that take long for each run. */
export const DEAR_RUNS: number = runs(1000, DEAR_RUNS_IN_CI)

// The dearest of all takes about 6 ms for each run; a busy machine is given six times that.
vi.setConfig({ testTimeout: Math.max(30_000, 36 * DEAR_RUNS) })
