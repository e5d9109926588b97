/** A leg that holds a lease. */
export interface BeatingLeg {
  /** Keeps the lease. Never rejects. */
  beat(): Promise<void>
}

/** Legs that work in this process. Their leases are renewed as long as there are any. */
export class LegsAtWork<Leg extends BeatingLeg> implements Iterable<Leg> {
  readonly #legs = new Set<Leg>()
  readonly #everyMs: number
  #timer: NodeJS.Timeout | undefined
  #onIdle: (() => void)[] = []

  /** @param everyMs - how often leases are renewed, in milliseconds */
  constructor(everyMs: number) {
    this.#everyMs = everyMs
  }

  [Symbol.iterator](): Iterator<Leg> {
    return this.#legs.values()
  }

  add(leg: Leg): void {
    this.#legs.add(leg)
    this.#timer ??= setInterval(() => void this.beat(), this.#everyMs).unref()
  }

  delete(leg: Leg): void {
    this.#legs.delete(leg)
    if (this.#legs.size > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
    for (const tell of this.#onIdle.splice(0)) tell()
  }

  /** Resolves once none is at work. */
  async idle(): Promise<void> {
    if (this.#legs.size === 0) return
    await new Promise<void>((resolve) => {
      this.#onIdle.push(resolve)
    })
  }

  /** Renews the leases now. */
  async beat(): Promise<void> {
    await Promise.all([...this.#legs].map((leg) => leg.beat()))
  }
}
