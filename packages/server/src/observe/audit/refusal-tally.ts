import type { AuditRecord } from '@signet/core'
import type { Decision } from '../../exchange.js'
import { networkOf } from '../../http/address.js'
import { recordText } from './audit-record.js'

const MINUTE_MS = 60_000

/** How many addresses are told apart in a minute: whoever has many must not fill the store. */
const MAX_ADDRESSES = 200
/** And how many callers. */
const MAX_CALLERS = 1000

/** Whose refusals are counted together: a caller's, or, of strangers, a network's. */
type Source = Pick<AuditRecord, 'issuer' | 'subject' | 'address'>

const NOBODY: Source = { issuer: undefined, subject: undefined, address: undefined }

function sourceOf({ principal, address }: Decision): Source {
  if (principal === undefined) {
    return {
      ...NOBODY,
      address: address === undefined ? undefined : recordText(networkOf(address)),
    }
  }
  const { issuer, subject } = principal
  return { issuer: recordText(issuer), subject: recordText(subject), address: undefined }
}

/**
 * Counts refusals that anybody can cause as often as they like: one record for each code and minute, and each
 * caller, or address of strangers.
 */
export class RefusalTally {
  readonly #keep: (record: AuditRecord) => void
  readonly #records = new Map<string, AuditRecord>()
  readonly #addresses = new Set<string>()
  readonly #callers = new Set<string>()
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
    const source = this.#tellApart(sourceOf(decision))
    const key = JSON.stringify([decision.code, source])
    this.#records.set(key, this.#join(this.#records.get(key), decision, source))
  }

  /** Hands over what was counted so far. */
  flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const records = [...this.#records.values()]
    this.#records.clear()
    this.#addresses.clear()
    this.#callers.clear()
    for (const record of records) this.#keep(record)
  }

  /** The source, or nobody where there are too many. */
  #tellApart(source: Source): Source {
    const isCaller = source.subject !== undefined
    const known = isCaller ? this.#callers : this.#addresses
    const name = JSON.stringify(source)
    if (known.has(name)) return source
    if (known.size >= (isCaller ? MAX_CALLERS : MAX_ADDRESSES)) return NOBODY
    known.add(name)
    return source
  }

  #join(
    before: AuditRecord | undefined,
    { code, status, durationMs, requestId }: Decision,
    source: Source,
  ): AuditRecord {
    return {
      at: this.#minute,
      // Of a single one it is known which.
      requestId: before === undefined ? requestId : undefined,
      ...source,
      actor: undefined,
      action: 'none',
      resource: undefined,
      isAllowed: false,
      code,
      status,
      durationMs: Math.max(0, durationMs) + (before?.durationMs ?? 0),
      inputTokens: undefined,
      outputTokens: undefined,
      count: 1 + (before?.count ?? 0),
    }
  }
}
