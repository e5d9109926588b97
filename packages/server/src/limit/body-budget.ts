/** How many bytes of bodies may be held. */
export interface BodyLimits {
  /** Of one caller. */
  readonly perCaller: number
  /** In all. */
  readonly total: number
}

/** The bytes of one body, as they come. */
export interface HeldBody {
  /** Whether so many more would be too many. A body that comes while no other is held is never too large here. */
  wouldExceed(bytes: number): boolean
  /** Counts bytes that have come. */
  add(bytes: number): void
  /** None of them is held any more. */
  release(): void
}

/** Counts the bytes of bodies that this process holds, until their requests are answered. */
export class BodyBudget {
  readonly #limits: BodyLimits
  readonly #bytesOf = new Map<string, number>()
  #total = 0

  constructor(limits: BodyLimits) {
    this.#limits = limits
  }

  /** How many bytes are held in all. */
  get total(): number {
    return this.#total
  }

  /** Begins to count a body. */
  hold(caller: string): HeldBody {
    let own = 0
    return {
      wouldExceed: (bytes) => {
        const ofCaller = this.#bytesOf.get(caller) ?? 0
        const isAlone = ofCaller === own
        if (isAlone && this.#total === own) return false
        const isTooMuch = !isAlone && ofCaller + bytes > this.#limits.perCaller
        return isTooMuch || this.#total + bytes > this.#limits.total
      },
      add: (bytes) => {
        own += bytes
        this.#count(caller, bytes)
      },
      release: () => {
        this.#count(caller, -own)
        own = 0
      },
    }
  }

  #count(caller: string, bytes: number): void {
    this.#total += bytes
    const sum = (this.#bytesOf.get(caller) ?? 0) + bytes
    if (sum > 0) this.#bytesOf.set(caller, sum)
    else this.#bytesOf.delete(caller)
  }
}
