import { guardLogger } from '@signet/core'
import {
  createApp,
  createLogger,
  isTracingAsked,
  openTracing,
  serve,
  traceStorage,
} from '@signet/server'
import { STUDIO_DIRECTORY } from '@signet/studio'
import { loadApplication } from '../project/bundle/bundle.js'
import { parseDuration } from '../flag/duration.js'
import { enterProject, requireProduction } from '../project/environment.js'
import { watchFaults } from '../fault/watch.js'
import { chooseKeepAlive } from '../serve/keep-alive.js'
import { limitFields, redisUrl } from '../serve/limits.js'
import { openMetricsServer } from '../serve/metrics-server.js'
import { whenNpmEnds } from '../serve/orphan.js'
import { refuseInspector } from '../serve/inspector.js'
import { logWarnings, loseOutput } from '../terminal/output.js'
import { choosePort } from '../serve/port.js'
import { openProject } from '../project/project.js'
import { createProjectStore } from '../project/project-store.js'
import { untilShutdown } from '../serve/shutdown.js'

/** Flags of `signet start`. */
export interface StartOptions {
  readonly port?: string
  readonly host?: string
  /** How long the server continues to listen after it was told to end. */
  readonly drain: string
  /** How long an idle connection stays open. */
  readonly keepAlive?: string
}

/**
 * Serves the application in production: watches no files, creates no token. The server listens before the store is
 * open, so that a health check passes while tables are migrated.
 */
export async function runStart(directory: string, options: StartOptions): Promise<void> {
  loseOutput()
  const faults = watchFaults()
  const orphaned = new Promise<void>(whenNpmEnds)
  const drainMs = options.drain === '0' ? 0 : parseDuration(options.drain, '--drain') * 1000
  const project = openProject(directory)
  enterProject(directory)
  requireProduction()
  const logger = createLogger()
  logWarnings(logger)
  const tracing = isTracingAsked() ? await openTracing() : undefined
  const mastra = await faults.during(loadApplication(project))
  mastra.setDefaultLogger(logger)
  const store = createProjectStore(project, ({ level, message }) => logger[level](message))
  mastra.setDefaultStorage(tracing ? traceStorage(store.memory, tracing) : store.memory)
  mastra.setRuns(store.runs)
  mastra.setScheduleStorage(store.schedules)
  const { host, port, keepAliveTimeout, studio = false } = mastra.getServer()
  let isReady = false
  const app = createApp(mastra, {
    isReady: () => isReady,
    state: store,
    tracing,
    studio: studio === false ? undefined : STUDIO_DIRECTORY,
    redisUrl: redisUrl(),
    unhandledFaults: () => faults.count,
  })
  const appLogger = guardLogger(mastra.getLogger())
  refuseInspector(appLogger)
  const metricsServer = await openMetricsServer(app, appLogger)
  const server = await serve(app.answer, {
    port: choosePort(options.port, port, (message) => appLogger.warn(message)),
    hostname: options.host ?? host ?? '0.0.0.0',
    keepAliveTimeoutMs: chooseKeepAlive(options.keepAlive, keepAliveTimeout),
    logger: appLogger,
  })
  let isEnding = false
  const ended = untilShutdown(
    {
      close: async (graceMs) => {
        await Promise.all([server.close(graceMs), app.finish(graceMs)])
      },
    },
    (message) => {
      isEnding = true
      isReady = false
      appLogger.info(message)
    },
    { drainMs, cause: Promise.race([orphaned, faults.fatal]) },
  )
  void orphaned.then(() => appLogger.info('The npm or npx that started this server has ended.'))
  try {
    await faults.during(Promise.race([Promise.all([store.open(), app.metrics.load()]), ended]))
    if (!isEnding) await faults.during(Promise.race([app.begin(), ended]))
    if (!isEnding) {
      faults.serve(appLogger)
      isReady = true
      appLogger.info('The limits in force; false means not limited.', limitFields(app.limits))
      appLogger.info('The server is ready.', { address: server.hostname, port: server.port })
    }
    await ended
  } finally {
    await server.close(0)
    await metricsServer?.close(0)
    await app.close()
    await store.close()
    await tracing?.close()
  }
  faults.throwIfFatal()
}
