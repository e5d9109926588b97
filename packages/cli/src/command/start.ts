import { createApp, createLogger, serve } from '@signet/server'
import { loadApplication } from '../bundle.js'
import { enterProject } from '../environment.js'
import { choosePort } from '../port.js'
import { openProject } from '../project.js'
import { untilShutdown } from '../shutdown.js'

/** Flags of `signet start`. */
export interface StartOptions {
  readonly port?: string
  readonly host?: string
}

/** A name of an environment in which tokens may be laxer counts for nothing here. */
function requireProduction(): void {
  const { NODE_ENV: environment } = process.env
  if (environment === undefined || environment === '' || environment === 'development') {
    process.env['NODE_ENV'] = 'production'
  }
}

/** Serves the application in production: nothing is watched, no token is made or printed. */
export async function runStart(directory: string, options: StartOptions): Promise<void> {
  const project = openProject(directory)
  enterProject(directory)
  requireProduction()
  const logger = createLogger()
  const mastra = await loadApplication(project)
  mastra.setDefaultLogger(logger)
  const { host, port } = mastra.getServer()
  const app = createApp(mastra)
  const server = await serve(app.fetch, {
    port: choosePort(options.port, port),
    hostname: options.host ?? host ?? '0.0.0.0',
  })
  const appLogger = mastra.getLogger()
  const ended = untilShutdown(server, (message) => appLogger.info(message))
  appLogger.info('The server is ready.', { address: server.hostname, port: server.port })
  await ended
}
