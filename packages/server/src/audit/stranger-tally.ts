import type { AuditRecord } from '@signet/core'
import type { Decision } from '../exchange.js'
import { recordText } from './audit-record.js'

const MINUTE_MS = 60_000

/** How many addresses are told apart in a minute: whoever has many must not fill the store. */
const MOST_ADDRESSES = 200

/** Counts refusals of strangers: one record for each address, code and minute. */
export class StrangerTally {
  readonly #keep: (record: AuditRecord) => void
  readonly #records = new Map<string, AuditRecord>()
  readonly #addresses = new Set<string>()
  #minute = 0
  #timer: NodeJS.Timeout | undefined

  /** @param keep - is given the records of a minute once it is over */
  constructor(keep: (record: AuditRecord) => void) {
    this.#keep = keep
  }

  /** Counts a refusal in the minute that is now. */
  add(decision: Decision): void {
    const now = Date.now()
    const minute = now - (now % MINUTE_MS)
    if (minute !== this.#minute) this.flush()
    this.#minute = minute
    this.#timer ??= setTimeout(() => this.flush(), minute + MINUTE_MS - now).unref()
    const address = this.#tellApart(decision.address)
    const key = `${decision.code} ${address}`
    this.#records.set(key, this.#join(this.#records.get(key), decision, address))
  }

  /** Hands over what was counted so far. */
  flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const records = [...this.#records.values()]
    this.#records.clear()
    this.#addresses.clear()
    for (const record of records) this.#keep(record)
  }

  /** The address, or undefined where there are too many. */
  #tellApart(address: string | undefined): string | undefined {
    if (address === undefined || this.#addresses.has(address)) return address
    if (this.#addresses.size >= MOST_ADDRESSES) return undefined
    this.#addresses.add(address)
    return address
  }

  #join(
    before: AuditRecord | undefined,
    { code, status, durationMs, requestId }: Decision,
    address: string | undefined,
  ): AuditRecord {
    return {
      at: this.#minute,
      // Of a single one it is known which.
      requestId: before === undefined ? requestId : undefined,
      issuer: undefined,
      subject: undefined,
      actor: undefined,
      action: 'none',
      resource: undefined,
      isAllowed: false,
      code,
      status,
      address: address === undefined ? undefined : recordText(address),
      durationMs: Math.max(0, durationMs) + (before?.durationMs ?? 0),
      inputTokens: undefined,
      outputTokens: undefined,
      count: 1 + (before?.count ?? 0),
    }
  }
}
