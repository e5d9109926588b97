import type { Permissions } from '@signet/auth'
import type { MutableJson } from './json.js'

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
type Ask = (path: string) => Promise<AskedAnswer>

/**
 * Makes something at the upstream with POST, in the name of the caller.
 * @param path - complete
 * @param body - becomes JSON
 */
type Make = (path: string, body: Readonly<Record<string, unknown>>) => Promise<AskedAnswer>

/** An agent of the upstream, as far as rules need it. */
export interface UpstreamAgent {
  readonly id: string
  readonly details: MutableJson
}

/** Finds agents of the upstream, and remembers them for a moment. */
export interface AgentDirectory {
  /** @throws {PolicyRefusal} `not_found`, `upstream_failed` */
  find(name: string, context: RuleContext): Promise<UpstreamAgent>
}

/** What rules act with. */
export interface RuleContext {
  readonly caller: Caller
  readonly ask: Ask
  readonly make: Make
  /** What the paths of the upstream begin with, such as `/api`. */
  readonly prefix: string
  /** Default: an agent is looked up with each request. */
  readonly agents?: AgentDirectory | undefined
}
