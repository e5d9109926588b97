import type { AuditRecord } from '@signet/core'

/** The code of the record that stands for those that were lost. */
const LOSS_CODE = 'records_lost'

/** Counts what could not be recorded, until a record can say so. */
export class Loss {
  #untold = 0
  #total = 0
  /** When the first and the last of them were lost: by the machine's clock, and by one that nobody sets. */
  #firstAt = 0
  #firstTick = 0
  #lastTick = 0

  /** How many requests were lost since the start. */
  get total(): number {
    return this.#total
  }

  /** How many of them no record tells of yet. */
  get untold(): number {
    return this.#untold
  }

  add(records: readonly AuditRecord[]): void {
    this.#lastTick = performance.now()
    if (this.#untold === 0) {
      this.#firstAt = Date.now()
      this.#firstTick = this.#lastTick
    }
    for (const { count } of records) {
      this.#untold += count
      this.#total += count
    }
  }

  /** The record that says how many were lost since the one before; undefined where none were. */
  takeRecord(): AuditRecord | undefined {
    if (this.#untold === 0) return undefined
    const count = this.#untold
    this.#untold = 0
    return {
      at: this.#firstAt,
      requestId: undefined,
      issuer: undefined,
      subject: undefined,
      actor: undefined,
      action: 'none',
      resource: undefined,
      isAllowed: false,
      code: LOSS_CODE,
      status: 0,
      address: undefined,
      durationMs: Math.round(this.#lastTick - this.#firstTick),
      inputTokens: undefined,
      outputTokens: undefined,
      count,
    }
  }
}
