import type { Decision } from '../../exchange.js'
import type { DecisionCode } from '../../error/error-response.js'
import { methodName } from '../../route/method-name.js'
import type { Route } from '../../route/route.js'

/** Upper bounds in seconds: from what is answered out of memory to the longest answer of a model. */
export const BUCKETS: readonly number[] = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 180,
]

/** Requests of one method, route and status: nothing that a caller chose but from a short list. */
export interface RequestSeries {
  readonly method: string
  /** The pattern of the route, or `none`. */
  readonly route: string
  readonly status: number
  readonly count: number
  readonly totalMs: number
  /** How many lasted so long, by `BUCKETS`, but longer than the bucket before; behind it, those that lasted longer. */
  readonly durations: readonly number[]
}

type Counted = {
  -readonly [Name in keyof RequestSeries]: Name extends 'durations' ? number[] : RequestSeries[Name]
}

function bucketOf(durationMs: number): number {
  const seconds = durationMs / 1000
  let bucket = 0
  // The quick ones are many.
  while (bucket < BUCKETS.length && seconds > (BUCKETS[bucket] ?? Infinity)) bucket++
  return bucket
}

/** Whether it is a count: what a provider of models reports may be none. */
function isCount(tokens: number | undefined): tokens is number {
  return tokens !== undefined && tokens > 0 && Number.isFinite(tokens)
}

/**
 * Counts requests from the start on. It runs for each of them, so it keeps numbers only: what Prometheus reads
 * is made of them when it asks.
 */
export class RequestTally {
  readonly #pathOf: (route: Route) => string
  /** By route: of each there are few. */
  readonly #series = new Map<string, Counted[]>()
  readonly #refusals = new Map<DecisionCode, number>()
  #inputTokens = 0
  #outputTokens = 0

  /** @param pathOf - the whole path of a route, with its parameters as `:name` */
  constructor(pathOf: (route: Route) => string) {
    this.#pathOf = pathOf
  }

  get series(): readonly RequestSeries[] {
    return [...this.#series.values()].flat()
  }

  /** How many requests were refused, failed or broken off, by code. */
  get refusals(): ReadonlyMap<DecisionCode, number> {
    return this.#refusals
  }

  get inputTokens(): number {
    return this.#inputTokens
  }

  get outputTokens(): number {
    return this.#outputTokens
  }

  add({ request, route, status, code, durationMs, usage }: Decision): void {
    const path = route === undefined ? 'none' : this.#pathOf(route)
    const series = this.#seriesOf(methodName(request), path, status)
    // A clock that is set back makes no time negative.
    const lastedMs = Math.max(0, durationMs)
    const bucket = bucketOf(lastedMs)
    series.count++
    series.totalMs += lastedMs
    series.durations[bucket] = (series.durations[bucket] ?? 0) + 1
    if (code !== undefined) this.#refusals.set(code, (this.#refusals.get(code) ?? 0) + 1)
    if (usage === undefined) return
    if (isCount(usage.inputTokens)) this.#inputTokens += usage.inputTokens
    if (isCount(usage.outputTokens)) this.#outputTokens += usage.outputTokens
  }

  #seriesOf(method: string, route: string, status: number): Counted {
    let ofRoute = this.#series.get(route)
    if (ofRoute === undefined) {
      ofRoute = []
      this.#series.set(route, ofRoute)
    }
    for (const series of ofRoute) {
      if (series.status === status && series.method === method) return series
    }
    const durations = Array.from({ length: BUCKETS.length + 1 }, () => 0)
    const series: Counted = { method, route, status, count: 0, totalMs: 0, durations }
    ofRoute.push(series)
    return series
  }
}
