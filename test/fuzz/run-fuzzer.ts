import * as fc from 'fast-check'
import { Violation, type Batch, type Fuzzer, type Subject } from './fuzzer.js'
import { seedOf } from './seed.js'

/** What was found, as it is kept: one line of JSON. */
export interface Finding {
  readonly fuzzer: string
  readonly rule: string
  /** What runs the batch again: `--seed` and `--batch`. */
  readonly seed: number
  readonly batch: number
  /** The smallest case that was found to break the rule; undefined where none alone does. */
  readonly case?: unknown
  readonly facts: unknown
}

/** How a run is bounded, and what it tells. */
export interface RunOptions {
  readonly seed: number
  /** From when what is tried runs on no case is begun after so many milliseconds. */
  readonly forMs: number
  /** Runs this batch alone. Default: one after the other, from 0 on. */
  readonly batch?: number
  /** Ends the run before its time. What is found from then on may come of that, and does not count. */
  readonly signal?: AbortSignal
  readonly onFinding: (finding: Finding) => void
}

/** What a run came to. */
export interface RunResult {
  readonly fuzzer: string
  readonly cases: number
  readonly seconds: number
  readonly counts: ReadonlyMap<string, number>
  readonly findings: number
  /** Of the process that was tried, in bytes: after the first batch, then about each five seconds. */
  readonly resident: readonly number[]
}

/** How long a case that breaks a rule is made smaller, in milliseconds. */
const SHRINK_MS = 30_000
const SAMPLE_MS = 5_000

function ruleOf(error: unknown): string {
  if (error instanceof Violation) return error.rule
  return `throws ${error instanceof Error ? error.name : typeof error}`
}

function factsOf(error: unknown): unknown {
  if (error instanceof Violation) return error.facts
  return error instanceof Error ? { message: error.message, stack: error.stack } : { error }
}

/** Runs one fuzzer until its time is over. */
class Run<Case> {
  readonly counts = new Map<string, number>()
  readonly resident: number[] = []
  cases = 0
  findings = 0
  readonly #fuzzer: Fuzzer<Case>
  readonly #options: RunOptions
  #nextBatch: number
  #sampledAt = 0
  #until = 0

  constructor(fuzzer: Fuzzer<Case>, options: RunOptions) {
    this.#fuzzer = fuzzer
    this.#options = options
    this.#nextBatch = options.batch ?? 0
  }

  find(batch: number, error: unknown, smallest?: { readonly case: unknown }): void {
    if (this.#options.signal?.aborted === true) return
    this.findings++
    this.#options.onFinding({
      fuzzer: this.#fuzzer.name,
      rule: ruleOf(error),
      seed: this.#options.seed,
      batch,
      ...smallest,
      facts: factsOf(error),
    })
  }

  /** Its time begins: until now it was prepared. */
  begin(): void {
    this.#until = Date.now() + this.#options.forMs
  }

  async beLane(subject: Subject<Case>): Promise<void> {
    do {
      const number = this.#nextBatch++
      const seed = seedOf(this.#options.seed, this.#fuzzer.name, number)
      await this.#runBatch(await subject.begin(seed), number, seed)
      await this.#sample(subject)
    } while (this.#options.batch === undefined && !this.#isOver())
  }

  async #runBatch(batch: Batch<Case>, number: number, seed: number): Promise<void> {
    let shrinkUntil: number | undefined
    const property = fc.asyncProperty(batch.cases, async (each) => {
      const isShrinking = shrinkUntil !== undefined
      // What is not tried counts as good, so that the smallest case so far is what remains.
      if (shrinkUntil === undefined ? this.#isOver() : Date.now() >= shrinkUntil) return
      if (!isShrinking) this.cases++
      try {
        await batch.check(each, isShrinking ? () => undefined : this.#count)
      } catch (error) {
        shrinkUntil ??= Date.now() + SHRINK_MS
        throw error
      }
    })
    const numRuns = this.#fuzzer.casesPerBatch
    const { failed, counterexample, errorInstance } = await fc.check(property, { seed, numRuns })
    const [smallest] = counterexample ?? []
    if (failed && smallest !== undefined) {
      this.find(number, errorInstance, { case: batch.describe(smallest) })
    }
    try {
      await batch.end()
    } catch (error) {
      this.find(number, error)
    }
  }

  #isOver(): boolean {
    return this.#options.signal?.aborted === true || Date.now() >= this.#until
  }

  readonly #count = (verdict: string): void => {
    this.counts.set(verdict, (this.counts.get(verdict) ?? 0) + 1)
  }

  async #sample(subject: Subject<Case>): Promise<void> {
    if (Date.now() - this.#sampledAt < SAMPLE_MS) return
    this.#sampledAt = Date.now()
    this.resident.push(await subject.residentBytes())
  }
}

/** Tries cases until the time is over, or one batch. */
export async function runFuzzer<Case>(
  fuzzer: Fuzzer<Case>,
  options: RunOptions,
): Promise<RunResult> {
  const run = new Run(fuzzer, options)
  const subject = await fuzzer.open()
  const startedAt = Date.now()
  run.begin()
  try {
    const lanes = options.batch === undefined ? fuzzer.lanes : 1
    await Promise.all(Array.from({ length: lanes }, () => run.beLane(subject)))
    if (run.cases >= fuzzer.casesToSeeAll) {
      const unseen = subject.unseen(run.counts)
      if (unseen.length > 0) run.find(-1, new Violation('sees what it has to see', { unseen }))
    }
    run.resident.push(await subject.residentBytes())
  } finally {
    await subject.close().catch((error: unknown) => run.find(-1, error))
  }
  const { cases, counts, findings, resident } = run
  const seconds = (Date.now() - startedAt) / 1000
  return { fuzzer: fuzzer.name, cases, seconds, counts, findings, resident }
}
