import { appendFileSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Finding, RunResult } from './run-fuzzer.js'

const MEGABYTE = 2 ** 20
/** How many findings of one rule are printed; all are kept. */
const MAX_PRINTED = 5
const MAX_PRINTED_CHARACTERS = 2000
const PRINTED_SAMPLES = 8

function megabytes(bytes: number): string {
  return `${Math.round(bytes / MEGABYTE)} MB`
}

/** Of many samples a few, evenly spaced, with the first and the last. */
function someOf(samples: readonly number[]): readonly number[] {
  const last = samples.length - 1
  if (last < PRINTED_SAMPLES) return samples
  return Array.from({ length: PRINTED_SAMPLES }, (_, index) => {
    return samples[Math.round((index * last) / (PRINTED_SAMPLES - 1))] ?? 0
  })
}

function byCount(counts: ReadonlyMap<string, number>): readonly (readonly [string, number])[] {
  return [...counts].sort(([, one], [, other]) => other - one)
}

/** What a run came to, as text: how many cases, how fast, every verdict, and memory. */
export function describeRun(result: RunResult): string {
  const { fuzzer, cases, seconds, counts, findings, resident } = result
  const rate = Math.round(cases / seconds)
  return [
    `${fuzzer}: ${cases} cases in ${Math.round(seconds)} s, ${rate} per second, ${findings} findings`,
    `  resident memory of what was tried, from start to end: ${someOf(resident).map(megabytes).join(', ')}`,
    ...byCount(counts).map(([verdict, count]) => `  ${String(count).padStart(9)}  ${verdict}`),
  ].join('\n')
}

/** Keeps findings as lines of JSON, and prints the first ones of each rule. */
export class FindingLog {
  /** Where they are kept; made with the first one. */
  readonly path: string
  readonly #byRule = new Map<string, number>()

  constructor(path: string) {
    this.path = path
  }

  readonly add = (finding: Finding): void => {
    mkdirSync(dirname(this.path), { recursive: true })
    const line = JSON.stringify(finding)
    appendFileSync(this.path, `${line}\n`)
    const count = (this.#byRule.get(finding.rule) ?? 0) + 1
    this.#byRule.set(finding.rule, count)
    if (count > MAX_PRINTED) return
    console.error(`FINDING: ${finding.fuzzer}: ${finding.rule}`)
    console.error(`  ${line.slice(0, MAX_PRINTED_CHARACTERS)}`)
  }
}
