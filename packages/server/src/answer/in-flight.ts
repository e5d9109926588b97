/** Counts what goes on, and tells when nothing does any more. */
export interface InFlight {
  /** How much goes on now. */
  readonly count: number
  /** One more. Returns what ends it. */
  begin(): () => void
  /** Resolves once nothing goes on. */
  idle(): Promise<void>
}

/** Makes a count of nothing. */
export function createInFlight(): InFlight {
  let count = 0
  let waiting: (() => void)[] = []
  return {
    get count() {
      return count
    },
    begin() {
      count++
      return () => {
        count--
        if (count > 0) return
        for (const resolve of waiting) resolve()
        waiting = []
      }
    },
    idle: () =>
      count === 0 ? Promise.resolve() : new Promise((resolve) => void waiting.push(resolve)),
  }
}
