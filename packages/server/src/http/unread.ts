/** How many bytes of answers may wait for their clients. */
export interface UnreadLimits {
  /** In all. */
  readonly total: number
  /** Of one caller. */
  readonly perCaller: number
}

/** A connection, such as a `Socket`, as far as it can be ended. */
interface Connection {
  resetAndDestroy(): unknown
}

/** Bytes that wait for the client of one connection. */
export interface Unread {
  readonly connection: Connection
  readonly caller: string
  /** What is left of them. */
  readonly bytes: number
}

type Counted = { -readonly [Name in keyof Unread]: Unread[Name] }

/**
 * Counts the bytes of answers that wait in this process until their clients read them. Where they come to more than
 * allowed, the connections of the caller who has the most of them are ended, first the one that has taken nothing
 * for the longest. The answer that has just begun is spared, so that a large one can be sent at all.
 */
export class UnreadAnswers {
  readonly #limits: UnreadLimits
  /** The one that has taken nothing for the longest comes first. */
  readonly #waiting = new Set<Counted>()
  readonly #bytesOf = new Map<string, number>()
  #total = 0

  constructor(limits: UnreadLimits) {
    this.#limits = limits
  }

  /** How many bytes wait in all. */
  get total(): number {
    return this.#total
  }

  /** Counts bytes that wait from now on, and ends other connections where they are too many. */
  begin(connection: Connection, caller: string, bytes: number): Unread {
    const begun: Counted = { connection, caller, bytes }
    this.#waiting.add(begun)
    this.#add(caller, bytes)
    while (this.#of(caller) > this.#limits.perCaller && this.#endSlowest(begun, caller));
    while (this.#total > this.#limits.total && this.#endSlowest(begun));
    return begun
  }

  /** The socket has taken some of them. */
  take(unread: Unread, bytes: number): void {
    const waiting = this.#find(unread)
    if (waiting === undefined) return
    this.#waiting.delete(waiting)
    this.#waiting.add(waiting)
    waiting.bytes -= bytes
    this.#add(waiting.caller, -bytes)
  }

  /** None of them waits any more. */
  end(unread: Unread): void {
    const waiting = this.#find(unread)
    if (waiting === undefined) return
    this.#waiting.delete(waiting)
    this.#add(waiting.caller, -waiting.bytes)
  }

  #find(unread: Unread): Counted | undefined {
    return this.#waiting.has(unread) ? unread : undefined
  }

  #of(caller: string): number {
    return this.#bytesOf.get(caller) ?? 0
  }

  #add(caller: string, bytes: number): void {
    this.#total += bytes
    const sum = this.#of(caller) + bytes
    if (sum > 0) this.#bytesOf.set(caller, sum)
    else this.#bytesOf.delete(caller)
  }

  /**
   * Ends the slowest connection of a caller. Returns whether there was one.
   * @param caller - default: the one who has the most bytes
   */
  #endSlowest(spared: Unread, caller?: string): boolean {
    let slowest: Unread | undefined
    for (const each of this.#waiting) {
      if (each === spared || (caller !== undefined && each.caller !== caller)) continue
      if (slowest === undefined || this.#of(each.caller) > this.#of(slowest.caller)) slowest = each
    }
    if (slowest === undefined) return false
    this.end(slowest)
    // What the operating system holds for the client is released, too.
    slowest.connection.resetAndDestroy()
    return true
  }
}
