import type { AuthProvider, OptionNames } from '@signet/auth'
import { dpopModeOf, refuseUnknown, waitAtMost } from '@signet/auth/internal'
import { BOUNDS, guardLogger, lostLogLines, type Logger, type Mastra } from '@signet/core'
import { createAccessLog } from './observe/log/access-log.js'
import { openApiKeys } from './api-key/open.js'
import { createServedRoutes } from './routes/create-routes.js'
import { createAudit } from './observe/audit/audit.js'
import { readRetentionDays } from './observe/audit/settings.js'
import { publicUrlOf } from './start/public-url.js'
import { readBasePath } from './start/base-path.js'
import { createClientAddress } from './arrival/client-address.js'
import { createClientNameNotice } from './observe/log/client-name-notice.js'
import { createCrossOrigin, type PageHeaders } from './arrival/cross-origin.js'
import type { DecisionObserver } from './exchange.js'
import { RequestError } from './error/error.js'
import { createGate } from './gate/gate.js'
import { fetchIncoming } from './http/fetch-incoming.js'
import type { Incoming } from './http/incoming.js'
import type { RequestOrigin } from './http/answerer.js'
import { responseOf, type Reply } from './http/reply.js'
import { createInFlight } from './answer/in-flight.js'
import { createOngoingAnswers } from './answer/ongoing-answers.js'
import { createLimits } from './limit/limits.js'
import { createRedisLink } from './limit/redis-link.js'
import type { LimitSettings } from './limit/settings.js'
import { ReadinessCheck } from './start/readiness.js'
import { openProofs } from './gate/proof/open.js'
import { openRevocations } from './revocation/open.js'
import { readRunDays, RunUpkeep } from './upkeep/run-upkeep.js'
import { WorkflowUpkeep } from './upkeep/workflow-upkeep.js'
import { ScheduleUpkeep } from './upkeep/schedule-upkeep.js'
import { toFireRecord } from './observe/audit/fire-record.js'
import type { Metrics } from './observe/metrics/metrics.js'
import { createMetrics } from './observe/metrics/create-metrics.js'
import type { RouteTable } from './route/route-table.js'
import { createRunningAnswers } from './answer/running-answers.js'
import { createResponder } from './respond.js'
import type { Service } from './service.js'
import { checkForms } from './start/option-form.js'
import {
  OF_SERVER,
  type OptionPlace,
  positive,
  reportModels,
  requireStorage,
  resolveAuth,
  rolesOf,
} from './start/start-check.js'
import type { ServerState } from './start/state.js'
import { createTokenDesk } from './token/desk.js'
import type { Tracing } from './observe/tracing/tracing.js'

/** How an application is served. */
export interface AppOptions {
  /**
   * Answers only requests for loopback names, against DNS rebinding. To be set only where the server listens
   * on a loopback address. Default: false.
   */
  readonly isLoopbackOnly?: boolean | undefined
  /**
   * Told to clients. With `isLoopbackOnly`, it also offers the route that signs tokens. Default: false.
   */
  readonly isDevelopment?: boolean | undefined
  /**
   * Whether the server is prepared, and not to end. `/ready` says no where it is not, and where it could serve nobody.
   * Default: always.
   */
  readonly isReady?: (() => boolean) | undefined
  /** What the instances of the server share. Default: nothing is shared, nor kept over a restart. */
  readonly state?: ServerState | undefined
  /** Is told what each request is made of. Default: nobody is. */
  readonly tracing?: Tracing | undefined
  /**
   * A Redis in which the instances of the server share their limits per minute and the DPoP proofs that were used, such as
   * `redis://127.0.0.1:6379`. Default: each one has its own limits, and `state` has the proofs.
   */
  readonly redisUrl?: string | undefined
  /** The folder of the built Studio, where it is to be served. Default: it is not. */
  readonly studio?: string | undefined
  /**
   * How many faults the process outlived that nobody handled, for the metrics. A server of `createApp` handles none of
   * them by itself: that is the process's to do, as `signet start` does. Default: nobody counts them.
   */
  readonly unhandledFaults?: (() => number) | undefined
  /** Who may call where the application does not say. Default: nobody: the application is refused. */
  readonly defaultAuth?: AuthProvider | undefined
}

const OPTIONS: OptionNames<AppOptions> = {
  isLoopbackOnly: true,
  isDevelopment: true,
  isReady: true,
  state: true,
  tracing: true,
  redisUrl: true,
  studio: true,
  unhandledFaults: true,
  defaultAuth: true,
}

/** An application as a function from request to response. */
export interface App {
  readonly table: RouteTable
  /** The limits in force. */
  readonly limits: LimitSettings
  readonly metrics: Metrics
  /** Answers a request of any transport. Never rejects: whatever goes wrong becomes an answer. */
  answer(request: Incoming, origin?: RequestOrigin): Promise<Reply>
  /** The same for a request of the Fetch standard, for a server that embeds this one, and for tests. */
  fetch(request: Request, origin?: RequestOrigin): Promise<Response>
  /**
   * Begins what runs beside requests, such as reading what has been revoked: to be called once the state is open, so that no
   * request waits for it. Waits for the first of that, for 5 seconds at most. Default: it begins with the first request.
   */
  begin(): Promise<void>
  /** Resolves once no answer is being made or sent. */
  idle(): Promise<void>
  /**
   * Lets answers end that go on without their clients, and ends those that take longer. To be called beside the close of the
   * server, which waits for its connections alone.
   * @param graceMs - how long they have, in milliseconds. Default: 30,000
   */
  finish(graceMs?: number): Promise<void>
  /** Ends what runs beside requests, after the last of them. */
  close(): Promise<void>
}

const DEFAULT_DEADLINE_MS = 180_000
/** How long the end of answers that were cut is waited for, which may have a question to store, in milliseconds. */
const SETTLE_MS = 10_000
/** How long answers have that go on without their clients when the server ends, in milliseconds. */
const GRACE_MS = 30_000

function ended(): RequestError {
  return new RequestError('answer_failed', 'The server ended while the answer went on.')
}

/** Says in the log what the application was given and is served without: a line for each option. */
function warnOfUnsupported(mastra: Mastra, logger: Logger): void {
  for (const { where, name, remedy } of mastra.listUnsupported()) {
    logger.warn('The application has an option that is not served.', {
      where,
      option: name,
      remedy,
    })
  }
}

/**
 * Makes an application servable: one table of routes behind one gate.
 *
 * @throws {StartError} `auth_missing`, `storage_missing`, `cors_wildcard`, `prefix_invalid`,
 *   `path_rule_unknown`, `route_invalid`, `option_invalid` or `redis_missing`
 * @throws {ConfigurationError} for a role that grants what is not a permission, for `server.publicUrl` that is not such a URL,
 *   and for an option that is not known
 * @example
 * ```typescript
 * import { MastraJwtAuth } from '@signet/auth'
 * import { Mastra } from '@signet/core'
 * import { createApp } from '@signet/server'
 *
 * const mastra = new Mastra({
 *   server: { auth: new MastraJwtAuth({ secret: process.env['MASTRA_JWT_SECRET'] }) },
 * })
 * const app = createApp(mastra)
 * const response = await app.fetch(new Request('http://localhost/health'))
 * console.log(response.status)
 * ```
 */
export function createApp(mastra: Mastra, options: AppOptions = {}): App {
  refuseUnknown('createApp', options, OPTIONS)
  return assembleApp(mastra, options, { createTable: createServedRoutes, resolveParams: undefined })
}

/** What a server serves that does not serve the agents of a `Mastra`. */
export interface AppParts extends Pick<Service, 'resolveParams'> {
  /** Makes the table of its routes. */
  readonly createTable: typeof createServedRoutes
  /** The headers that pages of the origins in `server.cors` may send and read beside those of each server. Default: none. */
  readonly pageHeaders?: PageHeaders | undefined
  /** Where the options stand, as messages name them. Default: below `server` of the `Mastra`. */
  readonly place?: OptionPlace | undefined
}

/**
 * Puts a server together: the gate, limits, audit, metrics and log of every server, before the routes that are given.
 *
 * @throws what `createApp` throws
 */
export function assembleApp(mastra: Mastra, options: AppOptions, parts: AppParts): App {
  const server = mastra.getServer()
  const logger = guardLogger(mastra.getLogger())
  const { place = OF_SERVER } = parts
  const { path } = place
  checkForms(server, path)
  const { bodySizeLimit = BOUNDS.bodyBytes.limit, timeout = DEFAULT_DEADLINE_MS } = server
  const roles = rolesOf(mastra, path)
  const auth = resolveAuth(mastra, options.defaultAuth, place)
  const crossOrigin = createCrossOrigin(server.cors, parts.pageHeaders, path)
  const { state = {} } = options
  const retentionDays = readRetentionDays(server.audit, path)
  const auditStore = retentionDays === false ? undefined : state.audit
  const offered = {
    apiKeys: state.apiKeys !== undefined,
    audit: auditStore !== undefined,
    signing: options.isDevelopment === true && options.isLoopbackOnly === true,
    studio: options.studio,
  }
  const table = parts.createTable(mastra, auth, offered, () => service)
  const basePath = readBasePath(server.basePath, table)
  const running = createRunningAnswers()
  const revocations = openRevocations({
    log: state.revocations,
    config: server.revocation,
    optionPath: path,
    onNew: () => running.endRevoked(),
    logger,
  })
  const inFlight = createInFlight()
  const settling = createInFlight()
  const ongoing = createOngoingAnswers()
  const apiKeys = openApiKeys({ store: state.apiKeys, provider: auth, roles, logger })
  const publicUrl = publicUrlOf(server, path)
  const { redisUrl } = options
  const redis = redisUrl === undefined ? undefined : createRedisLink(redisUrl, logger)
  const proof = {
    publicUrl: publicUrl?.resource,
    proofs: openProofs({ redis, store: state.proofs, logger }),
  }
  const gate = createGate({ provider: auth, roles, revocations, apiKeys, proof, logger })
  const limits = createLimits({
    config: server.limits,
    optionPath: path,
    isAuthEnabled: gate.isAuthEnabled,
    redis,
  })
  const addressOf = createClientAddress(server.trustProxy, logger, path)
  const { pathOf } = table
  const audit =
    auditStore && retentionDays
      ? createAudit({ store: auditStore, retentionDays, logger, pathOf })
      : undefined
  const upkeep = new RunUpkeep({
    runs: () => mastra.getRuns(),
    logger,
    days: readRunDays(server.runs),
  })
  const workflows = new WorkflowUpkeep({ mastra, gate, logger })
  const deadlineMs = positive('timeout', timeout, path)
  const schedules = new ScheduleUpkeep({
    mastra,
    gate,
    running,
    settling,
    logger,
    deadlineMs,
    onFired: (fire) => audit?.record(toFireRecord(fire)),
  })
  const readiness = new ReadinessCheck({
    isServing: options.isReady ?? (() => true),
    revocations,
    state,
    logger,
  })
  const metrics = createMetrics(
    {
      isReady: async () => (await readiness.check()).ready,
      running: () => inFlight.count,
      audit: () => audit,
      revocationAgeMs: () => revocations.ageMs(),
      lostLogLines,
      unhandledFaults: options.unhandledFaults ?? (() => undefined),
    },
    pathOf,
  )
  const observers: readonly DecisionObserver[] = [
    metrics.observe,
    createAccessLog(logger, pathOf),
    ...(audit ? [audit.observe] : []),
    ({ principal }) => {
      if (principal === undefined) return
      upkeep.begin()
      workflows.begin()
      schedules.begin()
    },
  ]
  if (auth !== false) auth.reportTo?.((notice) => logger.warn(notice))
  requireStorage(mastra)
  reportModels(mastra, logger)
  if (!gate.isAuthEnabled) {
    logger.warn('The server is open (auth: false): every caller is the principal anonymous.')
  }
  warnOfUnsupported(mastra, logger)
  const service: Service = {
    mastra,
    gate,
    table,
    state,
    revocations,
    tokens: createTokenDesk({ provider: auth, roles, revocations, apiKeys, logger }),
    running,
    ongoing,
    settling,
    limits,
    metrics,
    tracing: options.tracing,
    logger,
    bodyLimit: positive('bodySizeLimit', bodySizeLimit, path),
    deadlineMs,
    isDevelopment: options.isDevelopment ?? false,
    readiness,
    resolveParams: parts.resolveParams,
    onClientName: createClientNameNotice(logger),
  }

  const respond = createResponder({
    service,
    basePath,
    challenged: {
      resourceMetadata: publicUrl?.metadataUrl,
      dpop: auth === false ? undefined : dpopModeOf(auth),
    },
    isLoopbackOnly: options.isLoopbackOnly === true,
    addressOf,
    crossOrigin,
    inFlight,
    observers,
  })

  return {
    table,
    limits: limits.settings,
    metrics,
    answer: respond,
    fetch: async (request, origin) => responseOf(await respond(fetchIncoming(request), origin)),
    async begin() {
      await revocations.begin()
      upkeep.begin()
      workflows.begin()
      schedules.begin()
    },
    idle: () => inFlight.idle(),
    finish: (graceMs = GRACE_MS) => ongoing.finish(graceMs, ended()),
    async close() {
      schedules.stop()
      await ongoing.finish(0, ended())
      const settled = workflows.end().then(() => settling.idle())
      await waitAtMost(settled, SETTLE_MS, { keepsAlive: true })
      revocations.close()
      await apiKeys?.close()
      redis?.close()
      await schedules.end()
      await upkeep.end()
      await audit?.close()
    },
  }
}
