import { join } from 'node:path'
import { MastraJwtAuth } from '@signet/auth'
import { followFaultOrigins, type Mastra } from '@signet/core'
import { createApp, serve, type App, type RunningServer } from '@signet/server'
import type { Store } from '@signet/store'
import { STUDIO_DIRECTORY } from '@signet/studio'
import { bannerLines } from '../serve/banner.js'
import { watchApplication, type LoadResult, type Watcher } from '../project/bundle/bundle.js'
import { developmentSecret } from '../serve/development-secret.js'
import { developmentToken, TOKEN_HOURS } from '../serve/development-token.js'
import { enterProject, envFiles, reloadEnvironment } from '../project/environment.js'
import { writeError } from '../fault/explained.js'
import { watchFaults } from '../fault/watch.js'
import { type Io, writeLine } from '../terminal/io.js'
import { chooseKeepAlive } from '../serve/keep-alive.js'
import { loseOutput } from '../terminal/output.js'
import { whenOrphaned } from '../serve/orphan.js'
import { choosePort } from '../serve/port.js'
import { dataDirectory, openProject, type Project } from '../project/project.js'
import { createProjectStore, describeStore } from '../project/project-store.js'
import { untilEndSignal, untilShutdown } from '../serve/shutdown.js'
import { createTerminalLogger } from '../serve/terminal-logger.js'

/** Flags of `signet dev`. */
export interface DevOptions {
  readonly port?: string
  readonly host?: string
  /** The message in the printed cURL command. */
  readonly message: string
}

const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '::1'])
/** Addresses that a server can listen on, but that no client can connect to. */
const WILDCARD: ReadonlySet<string> = new Set(['0.0.0.0', '::'])

/** Printed below the error of a version that does not work. */
const WAITING = 'Waiting for a change. Fix the error and save the file.'
const STILL_SERVED = 'The last version that worked is still served.'

/** An application that is served, and a token for it. */
interface Served {
  readonly app: App
  readonly mastra: Mastra
  readonly token: string | undefined
}

/** Prepares an application for serving. @throws {StartError} where it cannot be */
async function makeServable(
  mastra: Mastra,
  project: Project,
  options: {
    readonly isLoopbackOnly: boolean
    readonly isReady: () => boolean
    readonly store: Store
    readonly io: Io
    readonly unhandledFaults: () => number
  },
): Promise<Served> {
  const { isLoopbackOnly, isReady, store, io, unhandledFaults } = options
  mastra.setDefaultLogger(createTerminalLogger(io.stderr))
  mastra.setDefaultStorage(store.memory)
  mastra.setRuns(store.runs)
  mastra.setScheduleStorage(store.schedules)
  const ownAuth = mastra.getServer().auth
  const defaultAuth =
    ownAuth === undefined
      ? new MastraJwtAuth({
          secret: developmentSecret(dataDirectory(project)),
          name: 'development',
        })
      : undefined
  const app = createApp(mastra, {
    isDevelopment: true,
    isLoopbackOnly,
    isReady,
    studio: mastra.getServer().studio === false ? undefined : STUDIO_DIRECTORY,
    state: store,
    unhandledFaults,
    defaultAuth,
  })
  await app.begin()
  return { app, mastra, token: await developmentToken(app, ownAuth ?? defaultAuth) }
}

function displayUrl({ hostname, port }: RunningServer): string {
  const isLocal = LOOPBACK.has(hostname) || WILDCARD.has(hostname)
  const host = isLocal ? 'localhost' : hostname
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
}

function greet(
  { app, mastra, token }: Served,
  server: RunningServer,
  facts: { readonly message: string; readonly memory: string },
  io: Io,
): void {
  const lines = bannerLines({
    url: displayUrl(server),
    hasStudio: app.table.routes.some(({ path }) => path === '/assets/:file'),
    apiPrefix: mastra.getServer().apiPrefix ?? '/api',
    mastra,
    token,
    tokenHours: TOKEN_HOURS,
    ...facts,
    isWindows: process.platform === 'win32',
  })
  for (const line of lines) writeLine(io.stdout, line)
  writeLine(io.stdout, `Ready in ${process.uptime().toFixed(1)} s.`)
}

/**
 * Serves the application, and loads it again after each change. A running answer stays with the version that it began
 * with. If a version does not work, its error is printed, the last version that worked (if any) is still served, and
 * the next change is awaited.
 */
export async function runDev(directory: string, options: DevOptions, io: Io): Promise<void> {
  loseOutput()
  const faults = watchFaults()
  followFaultOrigins()
  const project = openProject(directory)
  process.env['NODE_ENV'] = 'development'
  enterProject(directory)
  const hostname = options.host ?? '127.0.0.1'
  const isLoopbackOnly = LOOPBACK.has(hostname)
  const store = createProjectStore(project, ({ message }) => writeLine(io.stderr, message))
  let isEnding = false
  const serving = {
    isLoopbackOnly,
    isReady: () => !isEnding,
    store,
    io,
    unhandledFaults: () => faults.count,
  }

  let current: Served | undefined
  let onFirst: ((served: Served) => void) | undefined
  const first = new Promise<Served>((resolve) => {
    onFirst = resolve
  })

  async function take(result: LoadResult): Promise<void> {
    const last = current
    try {
      if ('error' in result) throw result.error
      const next = await makeServable(result.mastra, project, serving)
      current = next
      if (last === undefined) {
        onFirst?.(next)
        return
      }
      // The running answers of the last version still need its open resources.
      void last.app.idle().then(() => last.app.close())
      writeLine(io.stderr, 'Reloaded.')
    } catch (error) {
      writeError(io.stderr, error, last === undefined ? 'error: ' : '')
      writeLine(io.stderr, last === undefined ? WAITING : STILL_SERVED)
    }
  }

  // From here on, an unhandled fault of the application is logged and ends nothing.
  faults.serve(createTerminalLogger(io.stderr))
  let watcher: Watcher | undefined
  const orphaned = new Promise<void>(whenOrphaned)
  const end = untilEndSignal()
  const ended = Promise.race([end.signalled, orphaned, faults.fatal])
  try {
    await store.open()
    watcher = await watchApplication(project, {
      files: envFiles().map((name) => join(directory, name)),
      onChange: () => reloadEnvironment(directory),
      onLoad: take,
    })
    const served = await Promise.race([first, ended])
    if (served !== undefined) {
      const { port: configured, keepAliveTimeout } = served.mastra.getServer()
      const port = choosePort(options.port, configured, (message) => writeLine(io.stderr, message))
      const keepAliveTimeoutMs = chooseKeepAlive(undefined, keepAliveTimeout)
      const answer: App['answer'] = (request, origin) =>
        (current ?? served).app.answer(request, origin)
      const server = await serve(answer, { port, hostname, keepAliveTimeoutMs })
      const shutDown = untilShutdown(
        {
          close: async (graceMs) => {
            await Promise.all([server.close(graceMs), (current ?? served).app.finish(graceMs)])
          },
        },
        (message) => {
          isEnding = true
          writeLine(io.stderr, message)
        },
        { cause: Promise.race([orphaned, faults.fatal]) },
      )
      end.ignore()
      if (!isLoopbackOnly) {
        const warning = `warning: other machines can reach this development server at ${hostname}, and tokens are sent to it unencrypted.`
        writeLine(io.stderr, warning)
      }
      const facts = { message: options.message, memory: describeStore(project) }
      greet(served, server, facts, io)
      await shutDown
    }
  } finally {
    await watcher?.close()
    await current?.app.close()
    await store.close()
  }
  faults.throwIfFatal()
}
