import type { DecisionObserver } from '../../exchange.js'
import type { Exposition } from './exposition.js'

/** What is looked at only when somebody asks for metrics. */
export interface MetricSources {
  /** What `/ready` says. */
  isReady(): Promise<boolean>
  /** How many answers are being made or sent. */
  running(): number
  /** Records that wait for the store, and requests that could not be recorded; undefined without an audit. */
  audit(): { readonly waiting: number; readonly lost: number } | undefined
  /** How old what is known of revocations is, in milliseconds; undefined where none are shared. */
  revocationAgeMs(): number | undefined
  /** Log lines of this process that could not be written. */
  lostLogLines(): number
  /** Faults that nobody handled and the process outlived; undefined where nobody counts them. */
  unhandledFaults(): number | undefined
}

/** Counts and measures requests. */
export interface Metrics {
  readonly observe: DecisionObserver
  /** Everything that was counted since the start, and what is so now. */
  scrape(): Promise<Exposition>
  /** Loads what `scrape` needs, while it can be loaded. What fails now is not held against `scrape`. */
  load(): Promise<void>
}
