import type { Arbitrary } from 'fast-check'

/** Counts what a case came to, by name. */
export type Count = (verdict: string) => void

/** A rule that a case has broken. */
export class Violation extends Error {
  override readonly name = 'Violation'
  readonly rule: string
  /** What whoever looks into it needs beside the case, as JSON. */
  readonly facts: Readonly<Record<string, unknown>>

  constructor(rule: string, facts: Readonly<Record<string, unknown>> = {}) {
    super(rule)
    this.rule = rule
    this.facts = facts
  }
}

/** Cases of one seed, which share what they are tried on. */
export interface Batch<Case> {
  readonly cases: Arbitrary<Case>
  /** @throws {Violation} and any other error, which is a finding too */
  check(each: Case, count: Count): Promise<void>
  /** What a finding keeps of a case, as JSON. */
  describe(each: Case): unknown
  /** Asks what can be asked only behind the last case. @throws {Violation} */
  end(): Promise<void>
}

/** What cases are tried on. */
export interface Subject<Case> {
  /** @param seed - everything that the batch makes by chance follows from it */
  begin(seed: number): Promise<Batch<Case>>
  /** Resident memory of the process that is tried, in bytes. */
  residentBytes(): Promise<number>
  /**
   * Verdicts that a run of some length must have seen: without them it has tried next to nothing.
   * @param counts - what was seen
   */
  unseen(counts: ReadonlyMap<string, number>): readonly string[]
  /** @throws {Violation} for what shows only at the end */
  close(): Promise<void>
}

/** A kind of fuzzing. */
export interface Fuzzer<Case> {
  readonly name: string
  readonly casesPerBatch: number
  /** From this many cases on, a run that has not seen all that it has to see has a fault itself. */
  readonly casesToSeeAll: number
  /** How many batches run at once. */
  readonly lanes: number
  open(): Promise<Subject<Case>>
}
