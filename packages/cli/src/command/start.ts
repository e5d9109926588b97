import { createApp, createLogger, serve } from '@signet/server'
import { loadApplication } from '../bundle.js'
import { parseDuration } from '../duration.js'
import { enterProject, requireProduction } from '../environment.js'
import { choosePort } from '../port.js'
import { openProject } from '../project.js'
import { createProjectStore } from '../project-store.js'
import { untilShutdown } from '../shutdown.js'

/** Flags of `signet start`. */
export interface StartOptions {
  readonly port?: string
  readonly host?: string
  /** How long the server goes on listening once it is to end. */
  readonly drain: string
}

/**
 * Serves the application in production: nothing is watched, no token is made or printed. The server
 * listens before the store is open, so that whoever watches it sees it alive while tables are migrated.
 */
export async function runStart(directory: string, options: StartOptions): Promise<void> {
  const drainMs = options.drain === '0' ? 0 : parseDuration(options.drain, '--drain') * 1000
  const project = openProject(directory)
  enterProject(directory)
  requireProduction()
  const logger = createLogger()
  const mastra = await loadApplication(project)
  mastra.setDefaultLogger(logger)
  const store = createProjectStore(project)
  mastra.setDefaultStorage(store.memory)
  const { host, port } = mastra.getServer()
  let isReady = false
  const app = createApp(mastra, { isReady: () => isReady })
  const server = await serve(app.fetch, {
    port: choosePort(options.port, port),
    hostname: options.host ?? host ?? '0.0.0.0',
  })
  const appLogger = mastra.getLogger()
  let isEnding = false
  const ended = untilShutdown(
    server,
    (message) => {
      isEnding = true
      isReady = false
      appLogger.info(message)
    },
    drainMs,
  )
  try {
    await Promise.race([store.open(), ended])
    if (!isEnding) {
      isReady = true
      appLogger.info('The server is ready.', { address: server.hostname, port: server.port })
    }
    await ended
  } finally {
    await server.close(0)
    await store.close()
  }
}
