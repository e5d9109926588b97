import type { Principal } from '@signet/auth'
import type { Logger, Mastra } from '@signet/core'
import type { Gate } from './gate/gate.js'
import type { InFlight } from './answer/in-flight.js'
import type { OngoingAnswers } from './answer/ongoing-answers.js'
import type { Limits } from './limit/limits.js'
import type { Metrics } from './observe/metrics/metrics.js'
import type { ReadinessCheck } from './start/readiness.js'
import type { Revocations } from './revocation/revocations.js'
import type { RouteMatch, RouteTable } from './route/route-table.js'
import type { RunningAnswers } from './answer/running-answers.js'
import type { ServerState } from './start/state.js'
import type { TokenDesk } from './token/desk.js'
import type { Tracing } from './observe/tracing/tracing.js'

/** Finds the ids behind the names in a path, for a caller whose permissions are then compared with the ids. */
type ResolveParams = (match: RouteMatch, principal: Principal) => Promise<RouteMatch['params']>

/** Everything about a server that does not change from request to request. */
export interface Service {
  readonly mastra: Mastra
  readonly gate: Gate
  readonly table: RouteTable
  readonly state: ServerState
  readonly revocations: Revocations
  readonly tokens: TokenDesk
  readonly running: RunningAnswers
  /** Answers that go on without their clients. */
  readonly ongoing: OngoingAnswers
  /** Answers that may still have something to store, also where nobody waits for them any more. */
  readonly settling: InFlight
  readonly limits: Limits
  readonly metrics: Metrics
  /** Undefined where nobody asked for it. */
  readonly tracing: Tracing | undefined
  readonly logger: Logger
  readonly bodyLimit: number
  readonly deadlineMs: number
  readonly isDevelopment: boolean
  readonly readiness: ReadinessCheck
  /**
   * The ids behind the names in a path, for a server that does not know its agents by itself. Default: those of `mastra`.
   * @throws {RequestError} `not_found` for a name that is nobody's
   */
  readonly resolveParams: ResolveParams | undefined
  /** Is told of a name of the client that the application looked up where only its own are. */
  readonly onClientName: (name: string) => void
}
