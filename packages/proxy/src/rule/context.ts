import type { Permissions } from '@signet/auth'

/** Who a rule acts for. */
export interface Caller {
  /** Whose everything is at the upstream. */
  readonly ownerKey: string
  readonly permissions: Pick<Permissions, 'allows'>
}

/** What the upstream answered to a question of the proxy. */
export interface AskedAnswer {
  readonly status: number
  /** Parsed; undefined where it is not JSON. */
  readonly body: unknown
}

/**
 * Asks the upstream with GET, in the name of the caller.
 * @param path - complete, with the query
 */
export type Ask = (path: string) => Promise<AskedAnswer>

/** What rules act with. */
export interface RuleContext {
  readonly caller: Caller
  readonly ask: Ask
  /** What the paths of the upstream begin with, such as `/api`. */
  readonly prefix: string
}
